package Resonate::Ingest::Name;

# What the name of a file and the folders above it say.  The path is absolute:
# the answer is the same whichever folder is given to be taken in.

use v5.36;
use utf8;
use re '/a';

use Exporter qw(import);
use Resonate::Ingest::Text qw(clean decoded);

our @EXPORT_OK = qw(album_folder disc_in from_name is_place);

# Folders that hold music of all kinds: where, and not what.
my %PLACE = map { $_ => 1 } (
    qw(music musik musique música musica muziek muzyka audio songs sounds
       tracks albums singles eps library media collection artists lossless
       lossy files data share shared public pub archive backup backups
       download downloads desktop documents incoming inbox import unsorted
       sorted new misc other stuff temp tmp home users mnt srv var opt
       volumes flac wav mp3 mp3s ogg opus m4a aac wma alac itunes),
    'my music', 'itunes media', 'itunes music', 'music library',
    'unknown album', 'unknown artist', 'new folder',
);
my $MOUNT = qr{^(?:(?:mnt|media|home|users)/[^/]+|media/[^/]+/[^/]+
               |run/media(?:/[^/]+){0,2})$}xi;
my $SEVERAL = qr/^(?:compilations?|va|v\.a\.|various(?:\s+artists)?|samplers?
                 |soundtracks?|ost)$/xi;
my $DISC = qr/(?:cd|dis[ck]|disque)[ ._-]*(\d{1,2})/i;
my $DISC_FOLDER = qr/^$DISC(?:\s*[-:(\[]+\s*(.+?)[\])]?)?$/;
my $YEAR = qr/([12]\d{3})/;
my $FORMAT = qr/\s*[\[({](?:(?:flac|mp3|ogg|opus|aac|alac|wav|wma|web|cd|vinyl
                |v[02]|lossless|320|256|192|128|16|24|44(?:\.1)?|48|96
                |k(?:bps|hz)?|bit)[ ,-]*)+[\])}]$/xi;


# stem and title, and as far as they are there: artist and number (of the
# file), folder_artist, album, date, disc and disc_title; place is set for a
# folder that is no album.

sub from_name ($path)
{
    my @folders = map { readable($_) } grep { length }
                  split m{/}, $path =~ s/\.[^. \/]{1,5}$//r;
    my $file = pop @folders;

    return { %{ from_folders(@folders) }, %{ from_file($file) },
             stem => $file };
}


sub from_folders (@folders)
{
    my %name;

    if (@folders > 1 && $folders[-1] =~ $DISC_FOLDER) {
        @name{qw(disc disc_title)} = (0 + $1, $2);
        pop @folders;
    }

    if (is_place(@folders)) {
        return { %name, place => 1 };
    }

    my ($album, $disc, $title) = disc_in(pop(@folders) =~ s/$FORMAT//r);

    $name{disc} //= $disc;
    $name{disc_title} //= $title;
    @name{qw(album date)} = dated($album);

    if ($name{album} =~ /^(.+?) - (\S.*)$/) {
        $name{folder_artist} = $1;
        ($name{album}, my $date) = dated($2);
        $name{date} //= $date;
    }
    elsif (!is_place(@folders)) {
        $name{folder_artist} = $folders[-1];
    }

    if (($name{folder_artist} // '') =~ $SEVERAL) {
        $name{folder_artist} = 'Various Artists';
    }

    return \%name;
}


# "1999 - Album", "[1999] Album", "Album (1999)"

sub dated ($text)
{
    if ($text =~ /^(?:$YEAR - |[\[(]$YEAR[\])] ?)(\S.*)$/) {
        return ($3, $1 // $2);
    }

    if ($text =~ /^(.*\S) ?[\[(]$YEAR[\])]$/) {
        return ($1, $2);
    }

    return ($text, undef);
}


# "Album (Disc 2: Live)": the album, the disc and its title

sub disc_in ($text)
{
    if ($text =~ /^(.*[^\s,]),? ?[\[(]$DISC(?:\s*[-:]\s*(.+?))?[\])]$/) {
        return ($1, 0 + $2, $3);
    }

    return ($text, undef, undef);
}


# 01 - Title, 2-01. Title, Artist - Title, Artist - Album - 01 - Title

sub from_file ($stem)
{
    my %name;

    if ($stem =~ /^(?:audio ?)?track ?(\d{1,3})$/i) {
        return { number => 0 + $1, title => $stem };
    }

    my ($disc, $number, $mark, $title) = $stem
        =~ /^(?:(\d{1,2})[-.])?(\d{1,3})(\s*[-.)]+\s*|\s+)(\S.*)$/;

    if (defined $title && is_number($number, $mark)) {
        $name{disc} = 0 + $disc if $disc;
        $name{number} = 0 + $number;
        $stem = $title;
    }

    if ($stem =~ /^(.+?) - (?:(.+) - )?(\d{1,3}) - (\S.*)$/) {
        @name{qw(artist number title)} = ($1, 0 + $3, $4);
        @name{qw(album album_of_file)} = ($2, 1) if defined $2;
    }
    elsif ($stem =~ /^(.+?) - (\S.*)$/) {
        @name{qw(artist title)} = ($1, $2);
    }
    else {
        $name{title} = $stem;
    }

    return \%name;
}


# "7 Seconds" and "99 Luftballons" are titles; "07 Seconds", "7. Seconds" and
# "12 Seconds" have a number.

sub is_number ($number, $mark)
{
    return $mark =~ /\S/ || length $number == 2 && $number <= 40;
}


# Whether the last of these folders says nothing of what is in it.

sub is_place (@folders)
{
    return !@folders || $PLACE{lc $folders[-1]}
        || join('/', @folders) =~ $MOUNT;
}


# The folder of a file's album, as bytes: that of a disc is one below.

sub album_folder ($path)
{
    my $folder = $path =~ s{/+[^/]*$}{}r;
    my ($last) = $folder =~ m{([^/]*)$};

    if (readable($last) =~ $DISC_FOLDER) {
        $folder =~ s{/+[^/]*$}{};
    }

    return $folder;
}


sub readable ($bytes)
{
    my $text = decoded($bytes);

    if ($text !~ / /) {
        $text =~ tr/_/ /;
    }

    return clean($text) // 'Untitled';
}

1;
