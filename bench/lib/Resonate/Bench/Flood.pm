package Resonate::Bench::Flood;

# A process that asks with bad tokens, so many times a second, until it is
# stopped.
#
#   my $flood = Resonate::Bench::Flood->new($port, $path, $rate, \@tokens);
#   $flood->stop            how many a second were refused

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep time);

use constant AT_ONCE => 20;


sub new {
    my ($class, $port, $path, $rate, $tokens) = @_;
    my @requests = map { "GET $path HTTP/1.1\r\nHost: localhost\r\n"
                         . "Authorization: Bearer $_\r\n\r\n" } @$tokens;

    pipe my $out, my $in or die "pipe: $!";
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        close $out;
        eval { ask($port, $rate, \@requests, $in) };
        print STDERR $@;
        POSIX::_exit(1);
    }

    close $in;
    return bless { pid => $pid, out => $out }, $class;
}


# pipelined, or it would take the processor of the load

sub ask {
    my ($port, $rate, $requests, $in) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $port) or die "connect: $@";
    my ($began, $count, $stop, $text) = (time, 0, 0, '');

    local $SIG{TERM} = sub { $stop = 1 };

    until ($stop) {
        my $early = $began + $count / $rate - time;

        sleep $early if $early > 0;
        syswrite $socket, join '', map { $requests->[$count++ % @$requests] }
                                       1 .. AT_ONCE or die "write: $!\n";

        # a signal interrupts it
        for ($text = ''; AT_ONCE > (() = $text =~ m{HTTP/1.1 401 }g); ) {
            my $got = sysread($socket, $text, 65536, length $text) // next;

            $got or die "the connection was closed\n";
            $text =~ m{HTTP/1.1 (?!401 )(\d+) } and die "answered $1\n";
        }
    }

    printf $in "%f\n", $count / (time - $began);
    close $in;
    POSIX::_exit(0);
}


sub stop {
    my ($self) = @_;

    kill 'TERM', $self->{pid};
    my $rate = readline $self->{out};
    waitpid $self->{pid}, 0;
    die "the flood failed\n" if $? != 0;
    return $rate;
}


1;
