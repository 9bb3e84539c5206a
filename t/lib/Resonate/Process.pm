package Resonate::Process;

# A child process and what hangs below it.

use strict;
use warnings;

use POSIX qw(WNOHANG _exit);


sub spawn {
    my ($class, %opt) = @_;

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        eval {
            %ENV = (%ENV, %{$opt{env} || {}});
            open STDIN, '<', '/dev/null' or die $!;
            open STDOUT, '>>', $opt{output} or die "$opt{output}: $!";
            open STDERR, '>&', \*STDOUT or die $!;
            $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE);
            exec { $opt{command}[0] } @{$opt{command}} or die "exec: $!";
        };
        print STDERR "cannot start $opt{command}[0]: $@";
        _exit(127);
    }

    return bless { pid => $pid }, $class;
}


sub pid { return $_[0]{pid} }


# true as long as it runs; afterwards "status" is wait()'s

sub alive {
    my ($self) = @_;

    return 0 if !$self->{pid} || exists $self->{status};
    return 1 if waitpid($self->{pid}, WNOHANG) == 0;
    $self->{status} = $?;
    return 0;
}


sub signal {
    my ($self, $name) = @_;

    return $self->alive && kill $name, $self->{pid};
}


# true if it ended in time

sub ended {
    my ($self, $seconds) = @_;

    return eval {
        Resonate::Test::wait_for(sub { !$self->alive }, $seconds,
                                 "the end of process $self->{pid}");
    };
}


sub children {
    my ($self) = @_;

    return children_of($self->{pid});
}


sub children_of {
    my ($parent) = @_;
    my @children;

    for my $file (glob '/proc/[0-9]*/stat') {
        open my $in, '<', $file or next;
        my $line = <$in> // next;
        my ($pid, $ppid) = $line =~ /^(\d+) \(.*\) [^Z] (\d+) /s or next;
        push @children, $pid if $ppid == $parent;
    }

    return @children;
}


# a zombie has let go of everything and counts as gone

sub gone {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/stat" or return 1;
    my $line = <$in> // return 1;
    return $line =~ /^\d+ \(.*\) Z /s;
}


# All of it, at once, as when the machine loses power: stopped first, so
# that nobody sees another one die and acts on it.

sub destroy {
    my ($self) = @_;

    return if !$self->alive;

    kill 'STOP', $self->{pid};
    my @children = $self->children;
    kill 'KILL', @children, $self->{pid};
    waitpid $self->{pid}, 0;
    $self->{status} = $?;

    Resonate::Test::wait_for(sub { !grep { !gone($_) } @children }, 10,
                             'killed children to go');
}


1;
