package Resonate::Ingest::Tags;

# What a file says it is: its tags, and where they are silent, its name and
# the folders it lies in.

use v5.36;

use Encode   qw(decode FB_CROAK LEAVE_SRC);
use Exporter qw(import);

our @EXPORT_OK = qw(describe decoded);

use constant TEXT_LIMIT => 500;

my $DISC_FOLDER = qr/^(?:cd|dis[ck])[ ._-]*(\d{1,2})$/i;


# path and root are bytes as the file system has them; probe is ffprobe's
# answer.  Gives artist, album_artist, display_artist, album, title, number,
# disc, year and genre, as characters.

sub describe ($path, $root, $probe)
{
    my $tag = tags($probe);
    my $name = from_name($path, $root);
    my $title = $tag->{title} // title_of($name, $tag->{artist});
    my $artist = $tag->{artist} // $tag->{album_artist} // $name->{artist}
        // 'Unknown Artist';
    my $album_artist = $tag->{album_artist};

    if (!defined $album_artist) {
        $album_artist = $tag->{compilation} ? 'Various Artists' : $artist;
    }

    my %about = (
        title        => $title,
        album        => $tag->{album} // $name->{album} // $title,
        artist       => $artist,
        album_artist => $album_artist,
        number       => $tag->{number} // $name->{number},
        disc         => $tag->{disc} // $name->{disc} // 1,
        year         => $tag->{year},
        genre        => $tag->{genre},
    );

    # A guest does not make another artist: plays are paid to the first.
    if ($artist =~ /^\Q$album_artist\E\s*(?:[,;&(\[]|feat\b|ft\b|with\b)/i) {
        $about{display_artist} = $artist;
        $about{artist} = $album_artist;
    }

    return \%about;
}


# Tags of the container, else of the audio stream (Ogg keeps them there).

sub tags ($probe)
{
    my ($audio) = grep { $_->{codec_type} eq 'audio' }
                  @{ $probe->{streams} // [] };
    my %raw;

    for my $from ($audio->{tags}, $probe->{format}{tags}) {
        for my $key (keys %{ $from // {} }) {
            my $value = clean($from->{$key});
            $raw{lc $key =~ s/[ _]//gr} = $value if defined $value;
        }
    }

    my $date = $raw{date} // $raw{year} // $raw{tdrc} // $raw{originaldate};

    return {
        artist       => $raw{artist},
        album_artist => $raw{albumartist},
        album        => $raw{album},
        title        => $raw{title},
        genre        => $raw{genre},
        number       => number($raw{track} // $raw{tracknumber}),
        disc         => number($raw{disc} // $raw{discnumber}),
        year         => ($date // '') =~ /\b([12]\d{3})/ ? $1 : undef,
        compilation  => ($raw{compilation} // '') eq '1',
    };
}


# Artist/Album/01 - Title.ext, Artist - Album/01 Title.ext, CD2/2-01. Title.ext

sub from_name ($path, $root)
{
    my @folders = split m{/+}, decoded(substr $path, length $root);
    my $file = pop @folders;
    my %name;

    @folders = grep { length } @folders;

    # The folder that was named counts when the files lie right in it.
    my $loose = !@folders;

    if ($loose && $root =~ m{([^/]+)/*$}) {
        @folders = (decoded($1));
    }

    if (@folders > 1 && $folders[-1] =~ $DISC_FOLDER) {
        $name{disc} = $1;
        pop @folders;
    }

    if (@folders) {
        my $folder = readable($folders[-1]);

        if ($folder =~ /^(.+?) - (.+)$/) {
            @name{qw(artist album)} = ($1, $2);
        }
        else {
            $name{album} = $folder;
            $name{artist} = readable($folders[-2] // $folders[-1]);
        }
    }

    %name = (%name, %{ from_file($file) });

    if ($loose && $name{title} =~ /^(.+?) - (\S.*)$/) {
        @name{qw(artist title)} = ($1, $2);
    }

    return \%name;
}


sub from_file ($file)
{
    my $stem = readable($file =~ s/\.[^.]+$//r);
    my %name;

    my ($disc, $number, $mark, $title) = $stem
        =~ /^(?:(\d{1,2})[-.])?(\d{1,3})(\s*[-.)]+\s*|\s+)(\S.*)$/;

    # "7 Seconds" is a title; "07 Seconds" and "7. Seconds" have a number.
    if (defined $title && (length $number == 2 || $mark =~ /\S/)) {
        $name{disc} = 0 + $disc if $disc;
        $name{number} = 0 + $number;
        $stem = $title;
    }

    $name{title} = $stem;

    return \%name;
}


# "Artist - Title" repeats an artist that is known already.

sub title_of ($name, $artist)
{
    my $title = $name->{title};

    for my $known (grep { defined } $artist, $name->{artist}) {
        if ($title =~ /^\Q$known\E - (\S.*)$/i) {
            return $1;
        }
    }

    return $title;
}


sub readable ($text)
{
    if ($text !~ / /) {
        $text =~ tr/_/ /;
    }

    return clean($text) // 'Untitled';
}


sub clean ($text)
{
    $text =~ s/[\x00-\x1f\x7f]+/ /g;
    $text =~ s/\s+/ /g;
    $text =~ s/^ | $//g;

    return length $text ? substr($text, 0, TEXT_LIMIT) : undef;
}


sub number ($text)
{
    return ($text // '') =~ /^(\d{1,4})\b/ && $1 > 0 ? 0 + $1 : undef;
}


# File names are bytes; most are UTF-8, old ones are not.

sub decoded ($bytes)
{
    return eval { decode('UTF-8', $bytes, FB_CROAK | LEAVE_SRC) }
        // decode('Windows-1252', $bytes);
}

1;
