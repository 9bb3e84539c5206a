package Resonate::Readers;

# Many clients that receive slowly, in one process, which compares every byte.
#
#   my $readers = Resonate::Readers->new($edge);
#   $readers->open($count, $request, \$bytes)     the answer's body is $bytes
#   $readers->begin         reads of who has nothing; how many have nothing yet
#   $readers->read($max)    at most so many bytes of each; how many want more
#   $readers->received      how many bytes, of each
#   $readers->close
#
# A stream that ends early, or has other bytes, dies.

use strict;
use warnings;

use IO::Handle ();
use Socket;


sub new {
    my ($class, $edge) = @_;

    return bless { port => $edge->port, readers => [] }, $class;
}


# what the kernel has taken for a client is not in nginx any more: not much

sub open {
    my ($self, $count, $request, $bytes) = @_;

    for (1 .. $count) {
        socket my $socket, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
        setsockopt $socket, SOL_SOCKET, SO_RCVBUF, 4096;
        connect $socket, pack_sockaddr_in($self->{port}, INADDR_LOOPBACK)
            or die "connect: $!\n";
        defined syswrite $socket, $request or die "send: $!\n";
        $socket->blocking(0);

        push @{$self->{readers}}, { socket => $socket, head => '',
                                    got => 0, bytes => $bytes };
    }
}


sub begin { return $_[0]->some(1024, sub { $_[0]{got} == 0 }) }

sub read {
    my ($self, $max) = @_;

    return $self->some($max, sub { $_[0]{got} < length ${$_[0]{bytes}} });
}


sub some {
    my ($self, $max, $wants) = @_;

    for my $reader (grep { $wants->($_) } @{$self->{readers}}) {
        my $n = sysread $reader->{socket}, my ($text), $max;

        next if !defined $n && $!{EAGAIN};
        die "a stream ended after $reader->{got} bytes\n" if !$n;
        take($reader, $text);
    }

    return scalar grep { $wants->($_) } @{$self->{readers}};
}


sub take {
    my ($reader, $text) = @_;

    if (defined $reader->{head}) {
        $reader->{head} .= $text;
        my $end = index $reader->{head}, "\r\n\r\n";

        return if $end < 0;
        $reader->{head} =~ m{^HTTP/1\.1 200 } or die $reader->{head};
        $text = substr $reader->{head}, $end + 4;
        undef $reader->{head};
    }

    $text eq substr ${$reader->{bytes}}, $reader->{got}, length $text
        or die "other bytes at $reader->{got}\n";
    $reader->{got} += length $text;
}


sub received { return map { $_->{got} } @{$_[0]{readers}} }

sub close { $_[0]{readers} = [] }


1;
