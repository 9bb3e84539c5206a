package Resonate::Ingest::Advice;

# What the owner of a library can do about a failure.

use v5.36;

use Exporter qw(import);

our @EXPORT_OK = qw(is_passing with_advice);

my $REPLACE = 'it is damaged or not music: replace it, or remove it';
my @ADVICE = (
    [ qr/^truncated/             => 'copy or download it again' ],
    [ qr/^no (?:audio|sound) in/ => 'remove it, or give it the name of what it'
                                    . ' is' ],
    [ qr/Invalid data|could not find codec|moov atom|End of file|whitelist/i
                                 => $REPLACE ],
    [ qr/Invalid argument|Error (?:initializing|marking)/ => $REPLACE ],
    [ qr/Decoder .* not found|Unknown (?:decoder|codec)|Unsupported codec/i
                                 => 'convert it to FLAC' ],
    [ qr/Unknown encoder/        => 'install an ffmpeg that has it' ],
    [ qr/of tags$/               => 'remove long texts from its tags' ],
    [ qr/^it changed while/      => 'run it again' ],
    [ qr/^the worker died/       => 'run it again; is the disk full?' ],
    [ qr/No space left|quota/    => 'make room on the disk, and run it again' ],
    [ qr/^ffmpeg:|^ffprobe:/     => 'install ffmpeg' ],
    [ qr/Permission denied/      => 'let ' . (getpwuid($>) // $>)
                                    . ' read it' ],
);


sub with_advice ($why)
{
    for my $advice (@ADVICE) {
        if ($why =~ $advice->[0]) {
            return "$why ($advice->[1])";
        }
    }

    return $why;
}


# Whether it says nothing of the file, so that another run may do better.

sub is_passing ($why)
{
    return $why =~ /^the worker died|by signal|No space left|quota/ ? 1 : 0;
}

1;
