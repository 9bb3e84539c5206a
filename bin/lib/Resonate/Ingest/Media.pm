package Resonate::Ingest::Media;

# Turns a source file into what is stored: one AAC file named by the hash of
# its content, and its cover in all sizes.  Everything is made in a folder of
# its own below the media root and synced before it is renamed, so a final
# name always means a complete file.

use v5.36;

use Digest::SHA    ();
use Fcntl          qw(S_ISREG);
use File::Basename qw(basename dirname fileparse);
use File::Copy     qw(copy);
use File::Path     qw(make_path);
use IO::Handle     ();

use Exporter qw(import);
use Resonate::Ingest::Tool qw(ffmpeg probe input);

our @EXPORT_OK = qw(hash_of audio_stream transcode picture make_sizes publish
                    COVER_SIZES);

use constant COVER_SIZES  => (120, 600, 1500);
use constant COVER_PIXELS => 100_000_000;
use constant COVER_BYTES  => 64 * 1024 * 1024;

# Containers whose header states the length, and so tell a truncated file.
my %STATES_LENGTH = map { $_ => 1 } 'flac', 'mov,mp4,m4a,3gp,3g2,mj2';

# AAC primes with a frame or two, and encoders round.
use constant LENGTH_TOLERANCE_S => 1;

my $COVER_NAME = qr/^(?:cover|folder|front|album|artwork)$/i;
my $COVER_EXT = qr/\.(?:jpe?g|png|webp|gif)$/i;


sub hash_of ($file)
{
    my $sha = Digest::SHA->new(256);

    open my $in, '<:raw', $file or die "cannot read: $!\n";
    S_ISREG((stat $in)[2]) or die "not a regular file\n";
    $sha->addfile($in);

    return $sha->hexdigest;
}


sub audio_stream ($probe)
{
    my ($audio) = grep { $_->{codec_type} eq 'audio' }
                  @{ $probe->{streams} // [] };

    return $audio // die "no audio in it\n";
}


# The stored form.  Without metadata, dates and encoder names the same sound
# gives the same bytes, and so the same name.

sub transcode ($source, $probe, $bitrate, $work)
{
    my $stated = audio_stream($probe)->{duration} // $probe->{format}{duration};
    my $made = "$work/audio.m4a";

    ffmpeg(input($source), '-map', '0:a:0', '-vn', '-sn', '-dn',
           '-map_metadata', '-1', '-map_chapters', '-1',
           '-c:a', 'aac', '-b:a', "${bitrate}k", '-ar', '48000', '-ac', '2',
           '-fflags', '+bitexact', '-flags:a', '+bitexact',
           '-movflags', '+faststart', '-f', 'mp4', $made);

    my $seconds = probe($made)->{format}{duration} // 0;

    if ($seconds <= 0) {
        die "no sound in it\n";
    }

    if ($STATES_LENGTH{$probe->{format}{format_name}} && $stated
        && $stated - $seconds > LENGTH_TOLERANCE_S)
    {
        die sprintf "truncated: %.0f of %.0f seconds are there\n",
                    $seconds, $stated;
    }

    my $sha = hash_of($made);

    return {
        file        => $made,
        sha256      => $sha,
        path        => sprintf('audio/%s/%s.m4a', substr($sha, 0, 2), $sha),
        bytes       => -s $made,
        duration_ms => sprintf('%.0f', 1000 * $seconds),
    };
}


# The embedded cover, else a picture beside the file: a file to read, its hash
# and size in pixels; undef when there is none, an exception when it is bad.

sub picture ($source, $probe, $work)
{
    my $file = embedded($source, $probe, $work) // beside($source, $work);

    if (!defined $file) {
        return undef;
    }

    my ($image) = grep { ($_->{width} // 0) > 0 } @{ probe($file)->{streams} }
        or die "not a picture\n";

    if ($image->{width} * $image->{height} > COVER_PIXELS) {
        die "$image->{width}x$image->{height} pixels are too many\n";
    }

    return {
        file   => $file,
        sha256 => hash_of($file),
        width  => $image->{width},
        height => $image->{height},
    };
}


sub embedded ($source, $probe, $work)
{
    my ($cover) = grep { $_->{disposition}{attached_pic} }
                  @{ $probe->{streams} };
    my $file = "$work/cover";

    if (!$cover) {
        return undef;
    }

    ffmpeg(input($source), '-map', "0:$cover->{index}", '-c', 'copy',
           '-frames:v', '1', '-f', 'image2pipe', $file);

    return -s $file ? $file : undef;
}


# Read from a copy: in the name of a picture ffmpeg would see patterns.

sub beside ($source, $work)
{
    my $folder = dirname($source);
    my @folders = ($folder);

    if (basename($folder) =~ /^(?:cd|dis[ck])[ ._-]*\d{1,2}$/i) {
        push @folders, dirname($folder);
    }

    for my $place (@folders) {
        opendir my $dir, $place or next;

        for my $name (sort readdir $dir) {
            my ($stem, undef, $ext) = fileparse($name, $COVER_EXT);

            if ($ext && $stem =~ $COVER_NAME && -f "$place/$name"
                && -s _ <= COVER_BYTES && copy("$place/$name", "$work/cover"))
            {
                return "$work/cover";
            }
        }
    }

    return undef;
}


# A square from the centre, on white where it is transparent.  A small
# picture is not blown up: browsers do that, and need fewer bytes for it.

sub make_sizes ($picture, $work)
{
    my $side = $picture->{width} < $picture->{height}
        ? $picture->{width} : $picture->{height};
    my @sizes = (COVER_SIZES);

    my $graph = "[0:v:0]crop=$side:$side,format=rgba,split[p][q];"
        . '[p]lutrgb=255:255:255:255,format=rgb24[white];'
        . '[white][q]overlay=format=rgb,format=rgb24,split=' . @sizes
        . join('', map { "[c$_]" } 0 .. $#sizes);
    my @outputs;

    for my $n (0 .. $#sizes) {
        my $to = $sizes[$n] < $side ? $sizes[$n] : $side;

        $graph .= ";[c$n]scale=$to:$to:flags=lanczos,split[j$n][w$n]";
        push @outputs,
            '-map', "[j$n]", '-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt',
            'yuvj420p', sized_options(), "$work/x$sizes[$n].jpg",
            '-map', "[w$n]", '-c:v', 'libwebp', '-quality', '82', '-pix_fmt',
            'yuv420p', sized_options(), "$work/x$sizes[$n].webp";
    }

    ffmpeg(input($picture->{file}), '-filter_complex', $graph, @outputs);

    return map { ("x$_.jpg", "x$_.webp") } @sizes;
}


sub sized_options ()
{
    return ('-frames:v', '1', '-map_metadata', '-1', '-fflags', '+bitexact',
            '-flags:v', '+bitexact', '-f', 'image2', '-update', '1');
}


# Under its final name only when its bytes are on the disk.

sub publish ($made, $final)
{
    my $folder = dirname($final);

    make_path($folder, { mode => 0755 });
    chmod 0644, $made or die "$made: $!\n";
    sync_of($made);
    rename $made, $final or die "rename to $final: $!\n";
    sync_of($folder);

    return;
}


sub sync_of ($path)
{
    open my $handle, '<', $path or die "$path: $!\n";
    $handle->sync or die "fsync of $path: $!\n";

    return;
}

1;
