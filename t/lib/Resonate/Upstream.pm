package Resonate::Upstream;

# A server that keeps what it is sent and says one thing to everybody.
#
#   my $up = Resonate::Upstream->new(answer => $bytes);   '' by default
#   $up->port; $up->sent      what has come since the last call
#
# It reads once for each connection: nginx sends the head of a request at
# once.  Then it answers and closes.

use strict;
use warnings;

use IO::Socket::INET;
use POSIX qw(_exit);


sub new {
    my ($class, %opt) = @_;

    my $self = bless { answer => '', %opt, owner => $$,
                       file => Resonate::Test::tempdir() . '/sent' }, $class;

    $self->{listen} = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                            Listen => 64)
        or die "cannot listen: $!";
    $self->{pid} = fork // die "fork: $!";

    if ($self->{pid} == 0) {
        eval { $self->serve };
        print STDERR "upstream: $@";
        _exit(1);
    }

    Resonate::Test::server($self);
    return $self;
}


sub serve {
    my ($self) = @_;

    while (my $socket = $self->{listen}->accept) {
        sysread $socket, my $bytes, 65_536;
        open my $sent, '>>:raw', $self->{file} or die $!;
        print $sent $bytes;
        close $sent;
        syswrite $socket, $self->{answer};
        close $socket;
    }
}


sub port { return $_[0]{listen}->sockport }


sub sent {
    my ($self) = @_;
    my $bytes = -e $self->{file} ? Resonate::Test::slurp($self->{file}) : '';

    unlink $self->{file};
    return $bytes;
}


sub finish {
    my ($self) = @_;

    if ($self->{owner} == $$) {
        kill 'KILL', $self->{pid};
        waitpid $self->{pid}, 0;
    }

    return ();
}

*abandon = \&finish;


1;
