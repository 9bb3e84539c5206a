package Resonate::Ingest::Tags;

# What a file says it is: its tags, and where they are silent, its name and
# the folders it lies in.  What files say together is Album's.

use v5.36;

use Exporter   qw(import);
use List::Util qw(first);
use Resonate::Ingest::Artist qw(display named owner_of track_artists);
use Resonate::Ingest::Name   qw(disc_in from_name);
use Resonate::Ingest::Text   qw(clean decoded lines same);
use Resonate::Ingest::Value  qw(code date id ids number type);

our @EXPORT_OK = qw(describe decoded);

# The names of one thing in ID3, Vorbis comments, MP4, ASF and APEv2, as
# ffprobe shows them, without case, blanks, "_" and "/"; the first counts.
my %NAMES = (
    title        => [qw(title)],
    artist       => [qw(artist author)],
    artists      => [qw(artists wmartists)],
    album        => [qw(album wmalbumtitle)],
    album_artist => [qw(albumartist wmalbumartist)],
    number       => [qw(track tracknumber wmtracknumber)],
    disc         => [qw(disc discnumber wmpartofset)],
    disc_title   => [qw(discsubtitle tsst setsubtitle wmsetsubtitle)],
    genre        => [qw(genre wmgenre)],
    compilation  => [qw(compilation wmiscompilation itunescompilation)],
    isrc         => [qw(isrc tsrc wmisrc)],
    barcode      => [qw(barcode wmbarcode upc ean eanupn)],
    composer     => [qw(composer wmcomposer)],
    lyrics       => [qw(lyrics wmlyrics unsyncedlyrics uslt)],
    copyright    => [qw(copyright)],
    label        => [qw(label publisher wmpublisher organization)],
    type         => [qw(releasetype musicbrainzalbumtype)],
    podcast      => [qw(podcast)],
    track_id     => [qw(musicbrainztrackid)],
    release_id   => [qw(musicbrainzalbumid)],
    artist_id    => [qw(musicbrainzartistid)],
    owner_id     => [qw(musicbrainzalbumartistid)],
);

# That of the release before that of the first release of its music.
my @DATES = qw(releasedate tdrl date wmyear year tdrc originaldate tdor
               originalyear tory);

# What programs write when they know nothing.
my $UNKNOWN = qr/^(?:<?unknown(?: (?:album|title))?(?: \(.*\))?>?|untitled)$/i;

use constant LRC_LIMIT   => 1024 * 1024;
use constant MOST_GENRES => 20;


# path is bytes as the file system has them, probe is ffprobe's answer.

sub describe ($path, $probe)
{
    my $tag = tags($probe);
    my $name = from_name($path);
    my ($album, $disc, $disc_title) = disc_in(known($tag->{album}) // '');
    my @owners = owner_of(named($tag->{album_artist}),
                          scalar ids($tag->{owner_id}));
    my $artist = named($tag->{artist});
    my $said = $artist // $name->{artist} // $owners[0];
    my $text = $said // $name->{folder_artist} // $name->{album}
        // 'Unknown Artist';
    my @artists = track_artists($text, named($tag->{artists}),
                                scalar ids($tag->{artist_id}), $owners[0]);
    my $title = known($tag->{title}) // title_of($name, $artist);
    my $display = display($text, @artists);

    return {
        facts($tag),
        title          => $title,
        artist         => $artists[0],
        artists        => \@artists,
        artist_said    => defined $said ? 1 : 0,
        display_artist => $display eq $artists[0] ? undef : $display,
        album          => length $album ? $album : $name->{album},
        album_tag      => length $album ? 1 : 0,
        album_artist   => $owners[0],
        album_artists  => \@owners,
        number         => number($tag->{number}) // number_of($name, $title),
        disc           => number($tag->{disc}) // $disc // $name->{disc},
        disc_title     => clean($tag->{disc_title}) // $disc_title
                          // $name->{disc_title},
        date           => date($tag->{dates}) // $name->{date},
        lyrics         => beside($path) // lines($tag->{lyrics}),
        name           => $name,
    };
}


# What only tags say.

sub facts ($tag)
{
    my @genres = map { clean(s/^\(\d+\)(?=.)//r) // () }
                 split m{[;,/|\0]}, $tag->{genre} // '', MOST_GENRES + 1;

    $#genres = MOST_GENRES - 1 if @genres > MOST_GENRES;

    return (
        genre       => \@genres,
        compilation => ($tag->{compilation} // '') =~ /^(?:1|true|yes)$/i || 0,
        type        => type(@$tag{qw(type podcast)}, @genres),
        isrc        => code($tag->{isrc}, qr/[A-Z]{2}[A-Z0-9]{3}\d{7}/),
        barcode     => code($tag->{barcode}, qr/\d{8,14}/),
        composer    => clean(($tag->{composer} // '') =~ s/\s*[;\0]\s*/, /gr),
        copyright   => clean($tag->{copyright}),
        label       => clean(($tag->{label} // '') =~ s/[;\0].*//sr),
        musicbrainz => {
            track       => id($tag->{track_id}),
            release     => id($tag->{release_id}),
            artist      => [ ids($tag->{artist_id}) ],
            albumartist => [ ids($tag->{owner_id}) ],
        },
    );
}


# Tags of the container, else of the audio stream (Ogg keeps them there).

sub tags ($probe)
{
    my $audio = first { $_->{codec_type} eq 'audio' }
                      @{ $probe->{streams} // [] };
    my %raw;

    for my $from ($audio->{tags}, $probe->{format}{tags}) {
        for my $key (sort keys %{ $from // {} }) {
            my $plain = lc($key) =~ s{[ _/]}{}gr =~ s/^lyrics-.*/lyrics/r;

            $raw{$plain} = $from->{$key} if $from->{$key} =~ /\S/;
        }
    }

    my %tag = map { $_ => $raw{(first { defined $raw{$_} } @{ $NAMES{$_} })
                               // ''} } keys %NAMES;

    $tag{dates} = [ map { $raw{$_} // () } @DATES ];

    return \%tag;
}


sub known ($text)
{
    my $known = clean($text) // return undef;

    return $known =~ $UNKNOWN ? undef : $known;
}


# "Artist - Title" is a title where a tag names another artist.

sub title_of ($name, $artist)
{
    if (defined $name->{artist} && defined $artist
        && !same($name->{artist}, $artist))
    {
        return "$name->{artist} - $name->{title}";
    }

    return $name->{title};
}


# "21 Guns" is no number 21 when the title is "21 Guns".

sub number_of ($name, $title)
{
    return same($name->{stem}, $title) && !same($name->{title}, $title)
        ? undef : $name->{number};
}


# FILE.lrc: what its owner put there counts more than what came with the file.

sub beside ($path)
{
    open my $in, '<:raw', $path =~ s/\.[^.]*$/.lrc/r or return undef;
    -f $in or return undef;
    read $in, my $text, LRC_LIMIT or return undef;

    return lines(decoded($text));
}

1;
