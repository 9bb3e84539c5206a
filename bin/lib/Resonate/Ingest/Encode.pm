package Resonate::Ingest::Encode;

# Makes of a file what is to be stored of its sound.  It is decoded once: all
# encoders and what measures get the same samples, so that the files of a
# sound begin and end with the same one, and a player can change between them.

use v5.36;

use Exporter       qw(import);
use File::Basename qw(basename);
use File::Copy     qw(copy);

use Resonate::Ingest::Measure qw(measured measuring);
use Resonate::Ingest::Media   qw(audio_stream hash_of);
use Resonate::Ingest::Quality qw(codec_of quality_of);
use Resonate::Ingest::Sums    qw(sums_of);
use Resonate::Ingest::Text    qw(decoded);
use Resonate::Ingest::Tool    qw(ffmpeg input probe);

our @EXPORT_OK = qw(encode);

use constant OPUS_BITRATE => 128;
use constant NAME_LENGTH  => 255;

# As the AAC encoder has them, before they are split.
use constant SAMPLES => 'aformat=sample_fmts=fltp:sample_rates=48000'
    . ':channel_layouts=stereo';


# want: { words => as Resonate::Ingest::Quality has them, bitrate => of the
# stored file, or undef when it is at path already; source, duration_ms => of
# the file that is read }.  Gives media, the stored file if it was made, and
# made, as resonate.ingest_made() takes it.

sub encode ($file, $want, $store, $work)
{
    my $main = defined $want->{bitrate}
        ? (quality_of($want->{bitrate}), 'stored')[0] : undef;
    my %is = map { $_ => 1 } @{ $want->{words} }, $main // ();
    my @outputs = grep { !/^(?:measured|original)$/ } sort keys %is;

    run($file, $want, $work, $is{measured}, @outputs);

    my %sums = map { $_ => sums_of("$work/$_.m4a") } @outputs;
    my $media = defined $main ? { place($sums{$main}),
                                  duration_ms => length_of("$work/$main.m4a") }
                              : undef;
    my $ms = $media ? $media->{duration_ms} : $want->{duration_ms};
    my %made = (renditions => [ map { rendition($_, $sums{$_}, $ms) }
                                grep { $_ ne 'stored' } @outputs ]);

    for my $word (@outputs) {
        my %at = place($sums{$word});

        $store->put("$work/$word.m4a", $at{path});
    }

    if ($is{measured}) {
        $made{measured} = measure($want, $store, $work, $media
            ? $sums{$main} : sums_of($store->local($want->{path}, $work)));
    }

    if ($is{original}) {
        $made{original} = original($file, $want->{source}, $store, $work);
    }

    return { media => $media, made => \%made };
}


# Without metadata, dates and encoder names the same sound gives the same
# bytes, and so the same name.

sub run ($file, $want, $work, $is_measured, @outputs)
{
    my (@pads, @options);
    my $graph = '';

    for my $word (grep { $_ ne 'lossless' } @outputs) {
        push @pads, "[$word]";
        push @options, '-map', "[$word]", encoder($word, $want->{bitrate}),
             container("$work/$word.m4a");
    }

    if ($is_measured) {
        push @pads, '[sound]';
        $graph = ';[sound]' . measuring("$work/measured") . '[end]';
        push @options, '-map', '[end]', '-f', 'null', '-';
    }

    if (@pads) {
        $graph = '[0:a:0]' . SAMPLES . ',asplit=' . @pads . join('', @pads)
            . $graph;
    }

    if (grep { $_ eq 'lossless' } @outputs) {
        push @options, '-map', '0:a:0', '-c:a', flac($file),
             container("$work/lossless.m4a");
    }

    if (@options) {
        ffmpeg(input($file), $graph ? ('-filter_complex', $graph) : (),
               @options);
    }

    return;
}


sub encoder ($word, $bitrate)
{
    return $word eq 'opus'
        ? ('-c:a', 'libopus', '-b:a', OPUS_BITRATE . 'k')
        : ('-c:a', 'aac', '-b:a', ($word eq 'stored' ? $bitrate : $word) . 'k');
}


# FLAC goes as it is.

sub flac ($file)
{
    return audio_stream(probe($file))->{codec_name} eq 'flac' ? 'copy' : 'flac';
}


sub container ($made)
{
    return ('-map_metadata', '-1', '-map_chapters', '-1',
            '-fflags', '+bitexact', '-flags:a', '+bitexact',
            '-strict', '-2', '-movflags', '+faststart', '-f', 'mp4', $made);
}


sub length_of ($made)
{
    my $seconds = probe($made)->{format}{duration} // 0;

    if ($seconds <= 0) {
        die "no sound in it\n";
    }

    return 0 + sprintf '%.0f', 1000 * $seconds;
}


# Where a file is stored, by its content.

sub place ($sums)
{
    my $sha = $sums->{sha256};

    return (
        sha256 => $sha,
        bytes  => $sums->{bytes},
        path   => 'audio/' . substr($sha, 0, 2) . "/$sha.m4a",
    );
}


sub rendition ($quality, $sums, $duration_ms)
{
    return {
        %$sums,
        place($sums),
        quality  => $quality,
        codec    => codec_of($quality),
        bit_rate => int 8000 * $sums->{bytes} / $duration_ms + 0.5,
    };
}


sub measure ($want, $store, $work, $sums)
{
    my $measured = measured("$work/measured", $want->{duration_ms});
    my $peaks = "$work/peaks.json";

    open my $out, '>', $peaks or die "$peaks: $!\n";
    print {$out} delete $measured->{peaks} or die "$!\n";
    close $out or die "$!\n";

    my $sha = hash_of($peaks);
    my $path = 'waveforms/' . substr($sha, 0, 2) . "/$sha.json";

    $store->put($peaks, $path);

    return {
        %$measured,
        waveform => $path,
        map { $_ => $sums->{$_} }
            qw(crc32 span_offset span_bytes span_crc32),
    };
}


# As it was when it was read: else the next run takes the file again.

sub original ($file, $source, $store, $work)
{
    my $copy = "$work/original";
    my ($format) = lc($file) =~ /\.([0-9a-z]{2,5})\z/;

    copy($file, $copy) or die "$!\n";

    my $sums = sums_of($copy);
    my $sha = $sums->{sha256};
    my $path = 'originals/' . substr($sha, 0, 2) . "/$sha.$format";

    if ($sha ne $source) {
        die "it changed while it was read\n";
    }

    $store->put($copy, $path);

    return {
        sha256 => $sha,
        path   => $path,
        format => $format,
        name   => substr(decoded(basename($file)), 0, NAME_LENGTH),
        bytes  => $sums->{bytes},
        crc32  => $sums->{crc32},
    };
}

1;
