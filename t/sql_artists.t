#!/usr/bin/perl

# A track of several artists, and what a library says of its music.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');

# { is the id of a thing of that name

sub answer {
    my ($call) = @_;
    my $row = $edge->selectrow_hashref('SELECT * FROM v3.'
        . ($call =~ s/\{(\w+)/'$id->{$1}'/gr));
    utf8::encode($row->{body});
    return $row;
}

sub data {
    my $row = answer(@_);
    return $row->{status} == 200 ? json({ content => $row->{body} })->{data}
                                 : $row->{status};
}

sub artists {
    my ($track) = @_;
    my %key = reverse %$id;
    return join ' ', map { $key{$_->{id}} } @{ $track->{artists} };
}

sub titles { return join ', ', map { $_->{title} } @{ data(@_) } }

sub found {
    my $data = data("search('$_[0]')");
    return join ' ', map { map { $_->{title} // $_->{displayName} }
                           @{ $data->{$_} } } qw(artists bands labels tracks);
}

sub creator {
    my ($key, $name) = @_;
    ($id->{$key}) = $dbh->selectrow_array(
        'INSERT INTO resonate.creator (display_name) VALUES (?)
         RETURNING id', {}, $name);
}

sub name {
    my ($track, @artists) = @_;
    $dbh->begin_work;
    $dbh->do('DELETE FROM resonate.track_artist WHERE track_id = ?', {},
             $id->{$track});
    $dbh->do('INSERT INTO resonate.track_artist VALUES (?, ?, ?)', {},
             $id->{$track}, $_ + 1, $id->{$artists[$_]}) for 0 .. $#artists;
    $dbh->commit;
}

creator(guest => 'Quentin "Q" Quist');
creator(ghost => 'Ghost');

is artists(data('track({paid)')), 'artist', 'one artist is the creator';
is data('artist({guest)'), 404, 'who is on nothing is not there';
is found('quist'), '', 'and not found';

name(paid => qw(guest artist));
name(unpublished => qw(artist ghost));

my $track = data('track({paid)');

is artists($track), 'guest artist', 'several, in their order';
is $track->{artists}[0]{displayName}, 'Quentin "Q" Quist', 'by name';
is $track->{creator}{id}, $id->{artist}, 'the creator stays';
is_deeply [ map { artists($_->{track}) }
            @{ data('trackgroup({release)')->{items} } ],
    [ 'guest artist', 'artist', 'artist' ], 'in a release, too';
is_deeply [ sort @{ answer('track({paid)')->{tags} } ],
    [ sort map({ "artist:$id->{$_}" } qw(artist guest)),
      "track:$id->{paid}", "trackgroup:$id->{release}", 'prices' ],
    'a change of any of them is one of the track';

is data('artist({guest)')->{displayName}, 'Quentin "Q" Quist',
    'the guest has a page';
is data('artist({ghost)'), 404, 'not for what is not published';
is titles('artist_tracks({guest)'), 'Morning', 'with that track';
is titles('artist_tracks_top({guest)'), 'Morning', 'which is at the top';
is titles('artist_tracks({artist)'), 'Evening, Noon, Morning',
    'each is listed once';
like answer('artist_tracks({artist)')->{body}, qr/"count":3,/,
    'and counted once';
is titles('artist_tracks({artist, 1, 2)'), 'Noon', 'by pages';

is found('quist'), 'Morning', 'found by the guest';
is found('quist first'), 'Morning', 'with the release';
is found('ghost'), '', 'not what is not published';

$dbh->do("UPDATE resonate.creator SET display_name = 'Renamed' WHERE id = ?",
         {}, $id->{guest});
is found('renamed'), 'Morning', 'found by a new name';
is found('quist'), '', 'no longer by the old one';
is data('track({paid)')->{artists}[0]{displayName}, 'Renamed',
    'which is shown';

name('paid');
is artists(data('track({paid)')), 'artist', 'no rows: the creator again';


# what else there is to say

$dbh->do("UPDATE resonate.track SET lyrics = E'[00:01.00]O\\nsun',
              composer = 'Bo \"B\"', isrc = 'DEA400000001',
              copyright = '2020 Us' WHERE id = ?", {}, $id->{paid});
$dbh->do("UPDATE resonate.release SET barcode = '0123456789012',
              copyright = '2020 Sunrise' WHERE id = ?", {}, $id->{release});
$dbh->do("INSERT INTO resonate.release_disc VALUES (?, 2, 'Night'),
              (?, 1, 'Day \"D\"')", {}, ($id->{release}) x 2);
$dbh->do('UPDATE resonate.release_item SET disc = 2, number = 7
          WHERE track_id = ?', {}, $id->{short});

$track = data('track({paid)');
ok $track->{hasLyrics}, 'lists say that there are lyrics';
ok !data('track({free)')->{hasLyrics}, 'or that there are none';
is_deeply [ @$track{qw(lyrics composer isrc copyright)} ],
    [ "[00:01.00]O\nsun", 'Bo "B"', 'DEA400000001', '2020 Us' ],
    'the detail of a track';

my $release = data('trackgroup({release)');
is_deeply [ @$release{qw(barcode copyright)} ],
    [ '0123456789012', '2020 Sunrise' ], 'of a release';
is_deeply $release->{label},
    { id => $id->{label}, name => 'Sunrise Records' }, 'the label';
is_deeply $release->{discs}, [ { disc => 1, title => 'Day "D"' },
                               { disc => 2, title => 'Night' } ], 'its discs';
is_deeply [ map { join ' ', $_->{disc}, $_->{number} // '-' }
            @{ $release->{items} } ], [ '1 -', '1 -', '2 7' ],
    'which disc, and the number on it';

done_testing();
