package Resonate::Catalogue;

# A small fixed catalogue, through SQL:
#
#   my $id = catalogue($pg);    $id->{paid}, $id->{hidden}, ...
#
# label  <- artist (owned by person "owner") <- release: paid free short
#                                               hidden deleted
#           band                             <- band_release: band_track
# unpublished: only in "private", which is not published
# future: only in "coming", released in a hundred years
# listener: subject "listener" of the demo issuer, 4088 mc; owner: "owner"
# playlist: public, by the listener: paid free hidden band_track
# draft: private, by the owner: short hidden
#
# Audio is Resonate::Media's: "short" has the short file, all others the long.

use strict;
use warnings;

use Resonate::Media;

my $ISSUER = 'https://demo.resonate.example';
my @CREATORS = (
    # key, type, name, label
    [ label => 3, 'Sunrise Records', undef ],
    [ artist => 1, "Zo\x{eb} & the Testers", 'label' ],
    [ band => 2, 'The Assertions', undef ],
);
my @RELEASES = (
    # key, creator, title, type, date, private
    [ release => 'artist', 'First Light', 'lp', '2020-02-29', 0 ],
    [ private => 'artist', 'Drafts', 'ep', '2021-01-01', 1 ],
    [ coming => 'artist', 'Next Century', 'single', '2126-01-01', 0 ],
    [ band_release => 'band', 'Second Wind', 'ep', '2022-06-01', 0 ],
);
my @TRACKS = (
    # key, release, title, status, file; in order of index
    [ paid => 'release', 'Morning', 'paid', 'long' ],
    [ free => 'release', 'Noon', 'free', 'long' ],
    [ short => 'release', 'Evening', 'free+paid', 'short' ],
    [ hidden => 'release', 'Night', 'hidden', 'long' ],
    [ deleted => 'release', 'Lost', 'deleted', 'long' ],
    [ unpublished => 'private', 'Sketch', 'paid', 'long' ],
    [ future => 'coming', 'Tomorrow', 'paid', 'long' ],
    [ band_track => 'band_release', 'Breath', 'paid', 'long' ],
);
my @PLAYLISTS = (
    # key, owner, title, private, tracks in order of index
    [ playlist => 'listener', 'For the Road', 0,
      qw(paid free hidden band_track) ],
    [ draft => 'owner', 'Not Yet', 1, qw(short hidden) ],
);


# the same everywhere, and told apart at a glance

sub id {
    my ($kind, $number) = @_;

    return sprintf '%08x-0000-4000-8000-%012x', $kind, $number;
}


sub insert {
    my ($pg) = @_;
    my $dbh = $pg->dbh;
    my %id;

    $dbh->begin_work;
    people($dbh, \%id);
    creators($dbh, \%id);
    releases($dbh, \%id);
    media($dbh);
    tracks($dbh, \%id);
    playlists($dbh, \%id);
    $dbh->commit;

    return \%id;
}


sub people {
    my ($dbh, $id) = @_;

    $dbh->selectrow_array('SELECT resonate.demo_listener(?, ?, ?, ?)', {},
                          $ISSUER, 'listener', 'Listener', 4088);

    for my $name (qw(listener owner)) {
        ($id->{$name}) = $dbh->selectrow_array(
            'SELECT resonate.caller(?, ?)', {}, $ISSUER, $name);
    }
}


sub creators {
    my ($dbh, $id) = @_;
    my $n = 0;

    for (@CREATORS) {
        my ($key, $type, $name, $label) = @$_;
        $id->{$key} = id(0xa, ++$n);
        $dbh->do('INSERT INTO resonate.creator (id, type_id, owner_id,
                                                label_id, display_name)
                  VALUES (?, ?, ?, ?, ?)', {},
                 $id->{$key}, $type, $key eq 'artist' ? $id->{owner} : undef,
                 $label && $id->{$label}, $name);
    }
}


# each a minute younger than the one before: lists have one order

sub releases {
    my ($dbh, $id) = @_;
    my $n = 0;

    for (@RELEASES) {
        my ($key, $creator, $title, $type, $date, $private) = @$_;
        $id->{$key} = id(0xb, ++$n);
        $dbh->do('INSERT INTO resonate.release (id, creator_id, title, type,
                      release_date, private, tags, created_at)
                  VALUES (?, ?, ?, ?, ?, ?, ?,
                          ?::timestamptz + ? * interval \'1 min\')', {},
                 $id->{$key}, $id->{$creator}, $title, $type, $date, $private,
                 '{ambient}', '2024-01-01 00:00:00Z', $n);
    }
}


sub media {
    my ($dbh) = @_;
    my $files = Resonate::Media::files();

    for (map { $files->{$_} } sort keys %$files) {
        $dbh->do('INSERT INTO resonate.media_file (sha256, path, bytes,
                                                   duration_ms)
                  VALUES (?, ?, ?, ?)', {},
                 @{$_}{qw(sha256 path bytes duration_ms)});
    }
}


sub tracks {
    my ($dbh, $id) = @_;
    my $files = Resonate::Media::files();
    my %creator = map { $_->[0] => $_->[1] } @RELEASES;
    my $n = 0;

    for (@TRACKS) {
        my ($key, $release, $title, $status, $file) = @$_;
        $id->{$key} = id(0xc, ++$n);
        $dbh->do('INSERT INTO resonate.track (id, creator_id, title, year,
                      status, media_sha256, created_at)
                  VALUES (?, ?, ?, ?, ?, ?,
                          ?::timestamptz + ? * interval \'1 min\')', {},
                 $id->{$key}, $id->{$creator{$release}}, $title, 2020,
                 $status, $files->{$file}{sha256}, '2024-01-01 00:00:00Z',
                 $n);
        $dbh->do('INSERT INTO resonate.release_item (release_id, track_id,
                                                     index)
                  VALUES (?, ?, ?)', {}, $id->{$release}, $id->{$key}, $n);
    }
}


sub playlists {
    my ($dbh, $id) = @_;
    my $n = 0;

    for (@PLAYLISTS) {
        my ($key, $owner, $title, $private, @tracks) = @$_;
        $id->{$key} = id(0xd, ++$n);
        $dbh->do('INSERT INTO resonate.playlist (id, owner_id, title, private,
                                                 tags, created_at)
                  VALUES (?, ?, ?, ?, ?,
                          ?::timestamptz + ? * interval \'1 min\')', {},
                 $id->{$key}, $id->{$owner}, $title, $private, '{road}',
                 '2024-01-01 00:00:00Z', $n);

        for my $i (0 .. $#tracks) {
            $dbh->do('INSERT INTO resonate.playlist_item VALUES (?, ?, ?)', {},
                     $id->{$key}, $id->{$tracks[$i]}, $i + 1);
        }
    }
}


1;
