package Resonate::Ingest::Seen;

# Remembers what files say and how they sound, by path, size and time of
# change, and which album folders are wholly in the catalogue, so that a second
# run need not read them.  A plain list that is only appended to: losing it, or
# the end of it, costs time and nothing else.
#
#   file    STAMP  PATH  JSON
#   folder  STAMP  PATH  KEYS       separated by tabs

use v5.36;

use JSON ();

# Raised when more is remembered of a file.
use constant VERSION => 2;

my $JSON = JSON->new->utf8->canonical->allow_nonref;


sub open_file ($class, $file)
{
    my $self = bless { path => $file, file => {}, folder => {}, of_key => {} },
                     $class;

    if (open my $in, '<:raw', $file) {
        while (my $line = <$in>) {
            $self->learn($line);
        }
    }

    open $self->{out}, '>>:raw', $file or die "$file: $!\n";
    $self->{out}->autoflush(1);

    return $self;
}


sub learn ($self, $line)
{
    my ($kind, $stamp, $path, $text)
        = $line =~ /^(file|folder)@{[ VERSION ]}\t([^\t]+)\t([^\t]+)\t(.*)\n\z/
        or return;

    $path = unquoted($path);
    $self->{$kind}{$path} = [ $stamp, $text ];
    $self->index_keys($path, $text) if $kind eq 'folder';

    return;
}


sub index_keys ($self, $path, $keys)
{
    $self->{of_key}{$_}{$path} = 1 for split / /, $keys;

    return;
}


sub knows ($self, $path, $stamp)
{
    my $known = $self->{file}{$path};

    return $known && $known->[0] eq $stamp;
}


# What is known of a file that is as it was, else undef.

sub facts ($self, $path, $stamp)
{
    return $self->knows($path, $stamp)
        ? $JSON->decode($self->{file}{$path}[1]) : undef;
}


sub add_facts ($self, $path, $stamp, $facts)
{
    return $self->add('file', $path, $stamp, $JSON->encode($facts));
}


# Whether all of a folder is in the catalogue as it is: stamp tells of both.

sub is_done ($self, $folder, $stamp)
{
    my $known = $self->{folder}{$folder};

    return $known && $known->[0] eq $stamp;
}


# keys: hex, of the releases in it

sub add_done ($self, $folder, $stamp, @keys)
{
    my $text = join ' ', @keys;

    $self->index_keys($folder, $text);

    return $self->add('folder', $folder, $stamp, $text);
}


sub folders_of ($self, $key)
{
    return sort keys %{ $self->{of_key}{$key} // {} };
}


sub add ($self, $kind, $path, $stamp, $text)
{
    my $known = $self->{$kind}{$path};

    if ($known && $known->[0] eq $stamp && $known->[1] eq $text) {
        return;
    }

    $self->{$kind}{$path} = [ $stamp, $text ];
    print { $self->{out} } join("\t", $kind . VERSION, $stamp, quoted($path),
                                $text), "\n"
        or die "$self->{path}: $!\n";

    return;
}


sub quoted ($path)
{
    return $path =~ s/([\\\n\t])/sprintf '\\%03o', ord $1/ger;
}


sub unquoted ($text)
{
    return $text =~ s/\\(\d{3})/chr oct $1/ger;
}

1;
