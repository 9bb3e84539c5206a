package Resonate::Explain::Conf;

# An nginx configuration as nginx reads it: its files by "nginx -T", its words
# by nginx's rules, and "include" followed.
#
#   my $conf = Resonate::Explain::Conf->read(nginx =>, c =>, p =>)
#   $conf->directives    [{ words => [...], block => [...], where => '...' }]
#   $conf->path($name)   a file's name, with the prefix

use v5.36;

use File::Basename qw(dirname);
use File::Glob     qw(bsd_glob);
use File::Spec     ();
use File::Temp     ();
use POSIX          ();

my %ESCAPE = (t => "\t", r => "\r", n => "\n");


sub read ($class, %opt)
{
    my @place;
    my ($main, $prefix) = map { defined ? File::Spec->rel2abs($_) : undef }
                              @opt{qw(c p)};

    die "cannot read $opt{c}\n" if defined $main && !-r $main;

    push @place, '-c', $main if defined $main;
    push @place, '-p', "$prefix/" if defined $prefix;

    # what nginx says in front of the files is not of them
    my $dump = run($main, $opt{nginx}, '-T', '-q', '-e', 'stderr', @place);
    my (undef, @files) = split /^# configuration file (\/.*):\n/m, $dump;

    die "$opt{nginx} -T shows no file\n" if !@files;

    my $self = bless {
        prefix => $prefix // prefix($main, $opt{nginx}),
        dir    => dirname($files[0]),
        files  => {@files},
    }, $class;

    $self->{directives} = $self->file($files[0]);

    return $self;
}


sub directives ($self) { return $self->{directives} }


sub path ($self, $name)
{
    return $name =~ m{\A/} ? $name : "$self->{prefix}/$name";
}


sub prefix ($main, $nginx)
{
    return run($main, $nginx, '-V') =~ /--prefix=(\S+)/ ? $1
                                                      : '/usr/local/nginx';
}


# What it says, or its error.  Root makes files as nginx does, and becomes the
# owner of the configuration first: a demo may be somebody else's.

sub run ($main, @command)
{
    my $said = File::Temp->new;
    my $pid = open(my $out, '-|') // die "cannot fork: $!\n";

    if ($pid == 0) {
        become(defined $main ? (stat $main)[4, 5] : ());
        open STDERR, '>&', $command[1] eq '-V' ? \*STDOUT : $said;
        exec { $command[0] } @command
            or do { print STDERR "$command[0]: $!\n"; POSIX::_exit(127) };
    }

    my $text = do { local $/; <$out> } // '';

    if (!close $out) {
        seek $said, 0, 0;
        die "@command[0, 1] failed:\n", <$said>;
    }

    return $text;
}


sub become ($uid = 0, $gid = 0)
{
    return if $> != 0 || $uid == 0;

    $) = "$gid $gid";
    POSIX::setgid($gid);
    POSIX::setuid($uid);
    POSIX::_exit(126) if $> != $uid;

    return;
}


sub file ($self, $name)
{
    my $text = $self->{files}{$name};
    return [] if !defined $text;

    # an empty line of nginx's is behind each
    return $self->block(\$text, $name);
}


# Reads to the end of a block, or of the text.

sub block ($self, $text, $name)
{
    my @found;
    my @words;

    while (defined(my $word = word($text))) {
        if (ref $word) {
            last if $$word eq '}';

            my $line = 1 + (substr($$text, 0, pos $$text) =~ tr/\n//);
            my $d = { words => [@words], where => "$name:$line" };

            $d->{block} = $self->block($text, $name) if $$word eq '{';
            @words = ();

            if ($d->{words}[0] eq 'include' && !$d->{block}) {
                push @found, $self->included($d->{words}[1])->@*;
            } else {
                push @found, $d;
            }

            next;
        }

        push @words, $word;
    }

    return \@found;
}


sub included ($self, $pattern)
{
    $pattern = "$self->{dir}/$pattern" if $pattern !~ m{\A/};

    my @names = $pattern =~ /[*?\[]/ ? bsd_glob($pattern, 0) : $pattern;

    return [ map { $self->file($_)->@* } @names ];
}


# The next word; a reference to ";", "{" or "}"; undef at the end.

sub word ($text)
{
    $$text =~ /\G(?:\s+|#[^\n]*)*/gc;

    return \"$1" if $$text =~ /\G([;{}])/gc;

    return plain($1) if $$text =~ /\G"((?:[^"\\]|\\.)*)"/gcs
                        || $$text =~ /\G'((?:[^'\\]|\\.)*)'/gcs
                        || $$text =~ /\G((?:\$\{|\\.|[^\s;{\\])+)/gcs;
    return;
}


sub plain ($word)
{
    return $word =~ s/\\(["'\\trn])/$ESCAPE{$1} \/\/ $1/gesr;
}


1;
