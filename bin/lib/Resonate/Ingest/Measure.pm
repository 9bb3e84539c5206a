package Resonate::Ingest::Measure;

# How loud a sound is, by EBU R 128, and what its wave looks like, both by one
# chain of filters that runs beside the encoders.

use v5.36;

use Exporter qw(import);
use JSON     ();

our @EXPORT_OK = qw(measuring measured);

# Samples of one line of the file that the filters write: a tenth of a second,
# which is what ebur128 measures by.
use constant WINDOW => 4800;
use constant POINTS => 800;
use constant SCALE  => 255;

# What ebur128 says of silence, and of what is too short for it.
use constant SILENCE_LUFS => -70;

# A peak is written with three digits; less than the half of the last one is 0.
use constant LEAST_PEAK => 0.0005;

my $JSON = JSON->new->canonical;


# The filters, which want 48 kHz, and write into a file.

sub measuring ($file)
{
    return 'ebur128=metadata=1:peak=true,'
        . 'asetnsamples=n=' . WINDOW . ':p=0,'
        . 'astats=metadata=1:reset=1:measure_perchannel=none'
        . ':measure_overall=Peak_level,'
        . "ametadata=mode=print:file=$file";
}


# Gives loudness_lufs, loudness_range_lu and true_peak_dbtp, which are undef for
# silence, and peaks: the text that is stored.

sub measured ($file, $duration_ms)
{
    my (%last, @levels);

    open my $in, '<', $file or die "$file: $!\n";

    while (my $line = <$in>) {
        my ($name, $value) = $line =~ /^lavfi\.(\S+?)=(\S+)/ or next;

        if ($name eq 'astats.Overall.Peak_level') {
            push @levels, $value;
        }
        else {
            $last{$name} = $value;
        }
    }

    return {
        loudness(\%last),
        peaks => $JSON->encode({ durationMs => 0 + $duration_ms,
                                 peaks      => [ points(@levels) ] }),
    };
}


# The last values are those of the whole sound.

sub loudness ($last)
{
    my $lufs = $last->{'r128.I'} // SILENCE_LUFS;

    if ($lufs <= SILENCE_LUFS) {
        return map { $_ => undef }
               qw(loudness_lufs loudness_range_lu true_peak_dbtp);
    }

    my ($peak) = sort { $b <=> $a } LEAST_PEAK,
                 map { $last->{$_} } grep { /^r128\.true_peaks_ch/ }
                 keys %$last;

    return (
        loudness_lufs     => two_digits($lufs),
        loudness_range_lu => two_digits($last->{'r128.LRA'}),
        true_peak_dbtp    => two_digits(20 * log($peak) / log 10),
    );
}


sub two_digits ($value)
{
    return 0 + sprintf '%.2f', $value;
}


# The highest level of each of so many equal parts.  levels: dB of the windows.

sub points (@levels)
{
    my $count = @levels < POINTS ? @levels : POINTS;
    my @points = (0) x $count;

    for my $n (0 .. $#levels) {
        my $level = $levels[$n] =~ /^-?inf|nan/i ? 0
                                                 : 10 ** ($levels[$n] / 20);
        my $point = int $level * SCALE + 0.5;
        my $at = int $n * $count / @levels;

        $point = SCALE if $point > SCALE;
        $points[$at] = $point if $point > $points[$at];
    }

    return @points;
}

1;
