package Resonate::Ingest::Quality;

# In which qualities a sound can be stored, and what else belongs to it, in one
# word each:
#
#   64 128 256   AAC of so many kb/s
#   opus         Opus
#   lossless     FLAC, of a file that is lossless itself
#   measured     its loudness and its waveform
#   original     a copy of the file that it came from

use v5.36;

use Exporter qw(import);

our @EXPORT_OK = qw(codec_of is_quality lacking quality_of qualities);

my @QUALITIES = qw(64 128 256 opus lossless);
my %CODEC = (opus => 'Opus', lossless => 'fLaC');


sub qualities ()
{
    return @QUALITIES;
}


sub is_quality ($word)
{
    return grep { $_ eq $word } @QUALITIES;
}


# The word of AAC at a bit rate, if there is one.

sub quality_of ($bitrate)
{
    return grep { $_ eq $bitrate } @QUALITIES;
}


# As RFC 6381 has it.

sub codec_of ($quality)
{
    return $CODEC{$quality} // 'mp4a.40.2';
}


# The words of what is wanted of a file and not stored.  made: what the
# catalogue says is, as "word path" each.

sub lacking ($option, $store, $file, $made)
{
    my %has = map { split / /, $_, 2 } @{ $made // [] };
    my @wanted = ('measured',
                  grep { $_ ne 'lossless' || is_lossless($file) }
                       @{ $option->{qualities} });

    push @wanted, 'original' if $option->{originals};

    return grep { !defined $has{$_} || !$store->has($has{$_}) } @wanted;
}


# How DSD becomes samples is a matter of taste, so no FLAC of it is the sound.

sub is_lossless ($file)
{
    return $file->{lossless} && $file->{path} !~ /\.dsf\z/i;
}

1;
