package Resonate::Ingest::Media;

# What is in a source file: its streams, and its cover, which is made in all
# sizes.

use v5.36;

use Digest::SHA    ();
use Fcntl          qw(S_ISREG);
use File::Basename qw(fileparse);
use File::Copy     qw(copy);

use Exporter qw(import);
use Resonate::Ingest::Tool qw(ffmpeg probe input);

our @EXPORT_OK = qw(hash_of audio_stream picture_stream picture_beside cover_of
                    size_names);

use constant COVER_SIZES  => (120, 600, 1500);
use constant COVER_PIXELS => 100_000_000;
use constant COVER_BYTES  => 64 * 1024 * 1024;

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


sub picture_stream ($probe)
{
    my ($picture) = grep { $_->{disposition}{attached_pic} }
                    @{ $probe->{streams} // [] };

    return $picture;
}


# The first picture in a folder that is named as a cover.

sub picture_beside ($folder)
{
    opendir my $dir, $folder or return undef;

    for my $name (sort readdir $dir) {
        my ($stem, undef, $ext) = fileparse($name, $COVER_EXT);

        if ($ext && $stem =~ $COVER_NAME && -f "$folder/$name"
            && -s _ <= COVER_BYTES && -r _)
        {
            return "$folder/$name";
        }
    }

    return undef;
}


# A cover in all sizes, in the folder work: the picture in source, or the one
# in a file of its own.

sub cover_of ($source, $picture, $work)
{
    my $file = "$work/cover";

    # From a copy: in the name of a picture ffmpeg would see patterns.
    if (defined $picture) {
        copy($picture, $file) or die "$!\n";
    }
    else {
        my $stream = picture_stream(probe($source)) // die "not there\n";

        ffmpeg(input($source), '-map', "0:$stream->{index}", '-c', 'copy',
               '-frames:v', '1', '-f', 'image2pipe', $file);
    }

    my ($image) = grep { ($_->{width} // 0) > 0 } @{ probe($file)->{streams} }
        or die "not a picture\n";

    if ($image->{width} * $image->{height} > COVER_PIXELS) {
        die "$image->{width}x$image->{height} pixels are too many\n";
    }

    make_sizes($file, @$image{qw(width height)}, $work);

    return {
        work   => $work,
        sha256 => hash_of($file),
        width  => $image->{width},
        height => $image->{height},
    };
}


sub size_names ()
{
    return map { ("x$_.jpg", "x$_.webp") } COVER_SIZES;
}


# A square from the centre, on white where it is transparent.  A small
# picture is not blown up: browsers do that, and need fewer bytes for it.

sub make_sizes ($file, $width, $height, $work)
{
    my $side = $width < $height ? $width : $height;
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

    ffmpeg(input($file), '-filter_complex', $graph, @outputs);

    return;
}


sub sized_options ()
{
    return ('-frames:v', '1', '-map_metadata', '-1', '-fflags', '+bitexact',
            '-flags:v', '+bitexact', '-f', 'image2', '-update', '1');
}

1;
