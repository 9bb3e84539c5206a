package Resonate::Ingest::Album;

# What files say together: which of them are one release, whose it is, and
# what it is.  A file is
#
#   { path => bytes, about => what describe() gave, duration_ms => integer }

use v5.36;

use Exporter   qw(import);
use List::Util qw(max sum0 uniq);
use Resonate::Ingest::Artist qw(track_artists);
use Resonate::Ingest::Name   qw(album_folder);
use Resonate::Ingest::Text   qw(folded);

our @EXPORT_OK = qw(album_folder albums release);

use constant VARIOUS => 'Various Artists';

# The share of its tracks that makes an album that of one artist.
use constant OWNS => 2 / 3;

# What shops and streaming services call a single and an EP.
use constant SINGLE_TRACKS   => 3;
use constant SINGLE_TRACK_MS => 10 * 60_000;
use constant EP_TRACKS       => 6;
use constant SHORT_MS        => 30 * 60_000;


# All files of one album folder.  Sets in each
#
#   album   key, title, artist, artists: files of the same key are one
#           release, in whatever folders they are
#   track   title, artist, artists, display_artist, number, disc

sub albums ($files)
{
    my $place = grep { $_->{about}{name}{place} } @$files;
    my %albums;

    # A file without an album is of the one album that is in the folder.
    my @titles = uniq map { folded($_->{about}{album}) }
                 grep { $_->{about}{album_tag} } @$files;

    for my $file (@$files) {
        my $title = !$file->{about}{album_tag} && !$place && @titles == 1
            ? $titles[0] : folded($file->{about}{album} // '');

        push @{ $albums{$title} }, $file;
    }

    for my $title (sort keys %albums) {
        my $group = $albums{$title};
        my $whole = !$place && 2 * @$group > @$files;

        if (!length $title) {
            own([ $_ ], owner([ $_ ]), $_->{about}{title}) for @$group;
            next;
        }

        share($group, $whole, usual(map { $_->{about}{album} }
                                    named_as($group, $title)));
    }

    return;
}


sub named_as ($files, $title)
{
    return grep { folded($_->{about}{album} // '') eq $title } @$files;
}


# Files that say the same album, from one folder.  whole: the folder is that
# album, so they are one release even if their artists differ.

sub share ($files, $whole, $title)
{
    my @owners = uniq map { folded($_) } grep { defined }
                 map { $_->{about}{album_artist} } @$files;
    my %of;

    if ($whole && @owners <= 1) {
        return own($files, owner($files), $title);
    }

    for my $file (@$files) {
        my ($artist) = owner([ $file ])->[0];

        push @{ $of{folded($artist)} }, $file;
    }

    for my $artist (sort keys %of) {
        own($of{$artist}, owner($of{$artist}), $title);
    }

    return;
}


# Who owns a release: [names].

sub owner ($files)
{
    my @said = grep { @$_ } map { $_->{about}{album_artists} // [] } @$files;

    if (@said) {
        return usual_list(@said);
    }

    if (grep { $_->{about}{compilation} } @$files) {
        return [ VARIOUS ];
    }

    my %tracks;
    my $folder = usual(map { $_->{about}{name}{folder_artist} } @$files);

    $tracks{folded($_->{about}{artist})}++ for @$files;

    if (defined $folder && ($folder eq VARIOUS || $tracks{folded($folder)})) {
        return [ $folder ];
    }

    my $artist = usual(map { $_->{about}{artist} } @$files);

    if ($tracks{folded($artist)} < OWNS * @$files) {
        return [ VARIOUS ];
    }

    return usual_list(grep { folded($_->[0]) eq folded($artist) }
                      map { $_->{about}{artists} } @$files);
}


sub own ($files, $artists, $title)
{
    for my $file (@$files) {
        $file->{album} = {
            key     => folded($artists->[0]) . "\n" . folded($title),
            title   => $title,
            artist  => $artists->[0],
            artists => $artists,
        };
        $file->{track} = track($file->{about}, $artists->[0]);
    }

    return;
}


# "Ben & Zoë" is a guest on an album of Ben's, whoever found out whose it is.

sub track ($about, $owner)
{
    my %track = (%$about{qw(title artist artists display_artist number)},
                 disc => $about->{disc} // 1);

    if (@{ $about->{artists} } == 1) {
        my @artists = track_artists($about->{artist}, undef, 0, $owner);

        if (@artists > 1) {
            @track{qw(artist artists)} = ($artists[0], \@artists);
            $track{display_artist} //= $about->{artist};
        }
    }

    return \%track;
}


# What all files of one key make.

sub release ($files)
{
    my @abouts = map { $_->{about} } @$files;
    my ($artist) = map { $_->{album}{artist} } @$files;
    my %discs;

    for my $about (grep { defined $_->{disc_title} } @abouts) {
        push @{ $discs{$about->{disc} // 1} }, $about->{disc_title};
    }

    return {
        title       => usual(map { $_->{album}{title} } @$files),
        artist      => $artist,
        artist_musicbrainz => usual(map { $_->{musicbrainz}{albumartist}[0] }
                                    @abouts),
        date        => date(map { $_->{date} } @abouts),
        type        => type($files, $artist),
        discs       => { map { $_ => usual(@{ $discs{$_} }) } keys %discs },
        musicbrainz => usual(map { $_->{musicbrainz}{release} } @abouts),
        map { my $what = $_; $what => usual(map { $_->{$what} } @abouts) }
            qw(barcode copyright label),
    };
}


# By tags, else by title, number and length; copies count once.

sub type ($files, $artist)
{
    my $said = usual(map { $_->{about}{type} } @$files);

    if (defined $said) {
        return $said;
    }

    if ($artist eq VARIOUS || grep { $_->{about}{compilation} } @$files) {
        return 'compilation';
    }

    if ($files->[0]{album}{title} =~ /(?: - (single)| (ep))$/i) {
        return lc($1 // $2);
    }

    my %length = map { my $t = $_->{track} // $_->{about};
                       join("\n", $t->{disc} // 1, $t->{number} // '',
                            folded($t->{title})) => $_->{duration_ms} // 0 }
                 @$files;
    my $tracks = keys %length;
    my $short = sum0(values %length) < SHORT_MS;

    return $short && $tracks <= SINGLE_TRACKS
               && max(values %length) < SINGLE_TRACK_MS ? 'single'
         : $short && $tracks <= EP_TRACKS               ? 'ep'
                                                        : 'lp';
}


# The date that most files say: first the year, then what else is known of it;
# the earliest if there is a tie.

sub date (@dates)
{
    my $year = usual(map { substr $_, 0, 4 } grep { defined } @dates)
        // return undef;

    @dates = grep { defined && /^$year/ } @dates;

    return usual(grep { length > 4 } @dates) // $year;
}


# What is said most often, by names spelled as they are most often; the first
# in order of characters if there is a tie.

sub usual (@said)
{
    my %count;

    $count{$_}++ for grep { defined } @said;

    my ($most) = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;

    return $most;
}


sub usual_list (@lists)
{
    my %list = map { join("\0", @$_) => $_ } @lists;

    return $list{usual(map { join "\0", @$_ } @lists)};
}

1;
