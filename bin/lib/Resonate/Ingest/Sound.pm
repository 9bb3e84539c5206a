package Resonate::Ingest::Sound;

# What a file sounds like, whatever its tags say: the hash of its samples if
# they are stored without loss, else of its packets.  Both are the same with
# any version of ffmpeg.

use v5.36;

use Exporter qw(import);
use Resonate::Ingest::Media qw(audio_stream hash_of picture_stream);
use Resonate::Ingest::Tool  qw(ffmpeg input);

our @EXPORT_OK = qw(listen);

# DSD is not among them: how it becomes samples is a matter of taste.
my $LOSSLESS = qr/^(?:flac|alac|wavpack|ape|tta|mp4als|truehd|mlp|pcm_.*)$/;
my $FLOATING = qr/^(?:flt|dbl)p?$/;

# Containers whose header states the length, and so tell a truncated file.
my %STATES_LENGTH = map { $_ => 1 } 'flac', 'mov,mp4,m4a,3gp,3g2,mj2';

use constant LENGTH_TOLERANCE_MS => 1000;


# Gives sound, lossless, bit_rate, sample_rate and duration_ms, and cover: the
# hash of the picture in it.  work is a folder that is there.

sub listen ($path, $probe, $work)
{
    my $audio = audio_stream($probe);
    my $cover = picture_stream($probe);
    my $lossless = $audio->{codec_name} =~ $LOSSLESS || 0;
    my @sound = ('-map', '0:a:0', '-c:a', codec($audio, $lossless),
                 '-f', 'hash', '-hash', 'sha256', "$work/sound");
    my @cover = $cover ? ('-map', "0:$cover->{index}", '-c', 'copy',
                          '-frames:v', '1', '-f', 'image2pipe', "$work/cover")
                       : ();

    # A picture that cannot be read is no reason to refuse the music.
    if (!eval { run($path, $work, @sound, @cover); 1 }) {
        run($path, $work, @sound);
    }

    return {
        sound       => sound_of("$work/sound"),
        lossless    => $lossless || $audio->{codec_name} =~ /^dsd_/ || 0,
        bit_rate    => number($audio->{bit_rate}
                              // $probe->{format}{bit_rate}),
        sample_rate => number($audio->{sample_rate}),
        duration_ms => duration_ms("$work/progress", $audio, $probe),
        cover       => -s "$work/cover" ? hash_of("$work/cover") : undef,
    };
}


sub run ($path, $work, @outputs)
{
    ffmpeg('-progress', "file:$work/progress", input($path), @outputs);

    return;
}


# In a form that holds the samples of every file as they are.

sub codec ($audio, $lossless)
{
    if (!$lossless) {
        return 'copy';
    }

    return ($audio->{sample_fmt} // '') =~ $FLOATING ? 'pcm_f64le'
                                                      : 'pcm_s32le';
}


sub sound_of ($file)
{
    open my $in, '<', $file or die "$file: $!\n";

    my ($sound) = (readline($in) // '') =~ /^SHA256=([0-9a-f]{64})$/i
        or die "no sound in it\n";

    return lc $sound;
}


# As it was read: what headers say of the length is a guess in some formats,
# and in others tells that a file was cut.

sub duration_ms ($file, $audio, $probe)
{
    my $stated = milliseconds($audio->{duration}
                              // $probe->{format}{duration});
    my $read = time_read($file) || $stated || die "no sound in it\n";

    if ($STATES_LENGTH{$probe->{format}{format_name}}
        && $stated - $read > LENGTH_TOLERANCE_MS)
    {
        die sprintf "truncated: %.0f of %.0f seconds are there\n",
                    $read / 1000, $stated / 1000;
    }

    return $read;
}


sub time_read ($file)
{
    my $read = 0;

    open my $in, '<', $file or return 0;

    for my $line (<$in>) {
        $read = milliseconds($1 / 1_000_000)
            if $line =~ /^out_time_us=(\d+)$/;
    }

    return $read;
}


sub milliseconds ($seconds)
{
    return int(1000 * ($seconds // 0) + 0.5);
}


sub number ($text)
{
    return ($text // '') =~ /^(\d{1,9})$/ && $1 > 0 ? 0 + $1 : undef;
}

1;
