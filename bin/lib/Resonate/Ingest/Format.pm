package Resonate::Ingest::Format;

# Which files are taken, by their names.  What is in them says ffprobe, and
# Resonate::Ingest::Tool which formats it may find there.

use v5.36;

use Exporter qw(import);

our @EXPORT_OK = qw(is_music is_other seconds_of taken_names);

# Bytes of a second of music, to guess from the size how long work takes.
my %BYTES_A_SECOND = (
    flac => 100_000, wav => 176_000, aif  => 176_000, aiff => 176_000,
    ape  => 95_000,  wv  => 100_000, tta  => 100_000, dsf  => 705_000,
    mp3  => 28_000,  mp2 => 32_000,  ogg  => 24_000,  oga  => 24_000,
    opus => 16_000,  m4a => 28_000,  m4b  => 10_000,  aac  => 20_000,
    wma  => 20_000,  mpc => 22_000,
);
my $TAKEN = join '|', sort keys %BYTES_A_SECOND;

# Music by its name, in formats that are not taken.
my $OTHER = qr/\.(aa|aax|ac3|amr|au|caf|dff|dts|it|m4p|mid|midi|mka|mod|ofr|ra
                 |rm|s3m|shn|spx|tak|voc|w64|weba|xm)$/xi;


sub is_music ($path)
{
    return $path =~ /\.(?:$TAKEN)$/io;
}


# The extension of music that is not taken, in lower case.

sub is_other ($path)
{
    return $path =~ $OTHER ? lc $1 : undef;
}


sub seconds_of ($path, $bytes)
{
    my ($ext) = $path =~ /\.($TAKEN)$/io;

    return 1 + $bytes / $BYTES_A_SECOND{lc $ext};
}


sub taken_names ()
{
    return $TAKEN =~ tr/|/ /r;
}

1;
