package Resonate::Ingest::Album;

# Which files are one release, and whose it is.  A file is
#
#   { path => bytes, about => what describe() gave, duration_ms => integer }

use v5.36;

use Exporter   qw(import);
use List::Util qw(uniq);
use Resonate::Ingest::Artist  qw(VARIOUS track_artists);
use Resonate::Ingest::Name    qw(album_folder);
use Resonate::Ingest::Release qw(release usual usual_list);
use Resonate::Ingest::Text    qw(folded same);

our @EXPORT_OK = qw(album_folder albums release);

# The share of its tracks that makes an album that of one artist.
use constant OWNS => 2 / 3;


# All files of one album folder.  outer: it has other albums in folders of
# its own, so its name is none.  Sets in each
#
#   album   key, title, artist, artists: files of the same key are one
#           release, in whatever folders they are
#   track   title, artist, artists, display_artist, number, disc

sub albums ($files, $outer = 0)
{
    my $place = $outer || grep { $_->{about}{name}{place} } @$files;
    my %albums;

    if ($outer) {
        by_folder($_) for grep { !$_->{about}{artist_said} } @$files;
    }

    # A file without an album is of the one album that is in the folder.
    my @titles = uniq map { folded($_->{about}{album}) }
                 grep { $_->{about}{album_tag} } @$files;

    for my $file (@$files) {
        push @{ $albums{album_of($file->{about}, $place, @titles)} }, $file;
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


# The folder that holds albums is called after their artist, if anybody.

sub by_folder ($file)
{
    my $artist = $file->{about}{name}{album} // return;

    $file->{about} = { %{ $file->{about} }, artist => $artist,
                       artists => [ $artist ] };

    return;
}


sub album_of ($about, $place, @titles)
{
    if ($about->{album_tag} || $about->{name}{album_of_file}) {
        return folded($about->{album});
    }

    return $place        ? ''
         : @titles == 1  ? $titles[0]
                         : folded($about->{album} // '');
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

    if (defined $folder && $folder eq VARIOUS) {
        return [ VARIOUS ];
    }

    if (defined $folder && $tracks{folded($folder)}) {
        return [ usual(grep { same($_, $folder) }
                       map { $_->{about}{artist} } @$files) ];
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

1;
