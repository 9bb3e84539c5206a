package Resonate::Ingest::Seen;

# Remembers the content hash of files by path, size and time of change, so
# that a second run need not read them.  A plain list that is only appended
# to: losing it, or the end of it, costs time and nothing else.

use v5.36;

use Resonate::Ingest::Walk qw(stamp);


sub open_file ($class, $file)
{
    my $self = bless { file => $file, known => {} }, $class;

    if (open my $in, '<:raw', $file) {
        while (my $line = <$in>) {
            if ($line =~ /^([0-9a-f]{64}) (\d+ \d+\.\d+) (.+)\n\z/) {
                $self->{known}{unquoted($3)} = [ $2, $1 ];
            }
        }
    }

    open $self->{out}, '>>:raw', $file or die "$file: $!\n";
    $self->{out}->autoflush(1);

    return $self;
}


# Hash of the file if it is as it was, else undef.

sub hash ($self, $path)
{
    my $known = $self->{known}{$path} // return undef;

    return $known->[0] eq (stamp($path) // '') ? $known->[1] : undef;
}


# The stamp is the one taken before the file was read: a file that changes
# meanwhile is read again next time.

sub add ($self, $path, $stamp, $sha256)
{
    my $known = $self->{known}{$path};

    if ($known && $known->[0] eq $stamp && $known->[1] eq $sha256) {
        return;
    }

    $self->{known}{$path} = [ $stamp, $sha256 ];
    print { $self->{out} } "$sha256 $stamp ", quoted($path), "\n"
        or die "$self->{file}: $!\n";

    return;
}


sub quoted ($path)
{
    return $path =~ s/([\\\n])/sprintf '\\%03o', ord $1/ger;
}


sub unquoted ($text)
{
    return $text =~ s/\\(\d{3})/chr oct $1/ger;
}

1;
