package Resonate::Http;

# A strict HTTP/1.1 client: what a server frames wrongly must not pass.
#
#   my $http = Resonate::Http->new(port => $port);       one connection
#   my $res = $http->request('GET', '/x', headers => {}, body => '');
#   { status, reason, headers => { name => 'v' or [..] }, content, success }
#
#   $http->send($bytes); $http->response('GET'); $http->read_all;
#   $http->read_some($max)        at most so many bytes of what has come
#
# Nothing is retried.  A broken or late answer dies.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Time::HiRes ();


sub new {
    my ($class, %opt) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $opt{port},
                                       ReuseAddr => 1)
        or die "cannot connect to port $opt{port}: $!\n";

    if ($opt{receive_buffer}) {
        setsockopt $socket, SOL_SOCKET, SO_RCVBUF, $opt{receive_buffer};
    }

    return bless { socket => $socket, buffer => '', port => $opt{port},
                   timeout => $opt{timeout} || 60 }, $class;
}


sub request {
    my ($self, $method, $path, %opt) = @_;

    $self->send(compose($self, $method, $path, %opt));
    return $self->response($method);
}


sub compose {
    my ($self, $method, $path, %opt) = @_;

    my %headers = (Host => "localhost:$self->{port}",
                   %{$opt{headers} || {}});

    $headers{Authorization} = "Bearer $opt{token}" if defined $opt{token};
    $headers{Connection} = 'close' if $opt{close};

    if (defined $opt{body} && !exists $headers{'Content-Length'}
        && !exists $headers{'Transfer-Encoding'})
    {
        $headers{'Content-Length'} = length $opt{body};
    }

    my $head = "$method $path HTTP/1.1\r\n";

    for my $name (sort keys %headers) {
        my $value = $headers{$name} // next;
        $head .= "$name: $_\r\n" for ref $value ? @$value : $value;
    }

    return "$head\r\n" . ($opt{body} // '');
}


sub send {
    my ($self, $bytes) = @_;

    while (length $bytes) {
        my $n = syswrite $self->{socket}, $bytes;
        die "cannot send: $!\n" if !defined $n;
        substr $bytes, 0, $n, '';
    }
}


# the next answer on this connection, 1xx skipped

sub response {
    my ($self, $method) = @_;

    my $res;
    do { $res = $self->head } while $res->{status} < 200;

    $res->{content} = $self->body($res, $method || 'GET');
    return $res;
}


sub head {
    my ($self) = @_;

    $self->fill('an answer') until $self->{buffer} =~ /\r\n\r\n/;
    my $end = index $self->{buffer}, "\r\n\r\n";
    my $head = substr $self->{buffer}, 0, $end + 4, '';

    my ($first, @lines) = split /\r\n/, $head;
    my ($status, $reason) =
        $first =~ m{^HTTP/1\.[01] ([1-5]\d\d)(?: (.*))?$}
        or die "bad status line: $first\n";

    my %res = (status => $status, reason => $reason // '', headers => {},
               success => $status =~ /^2/ ? 1 : 0, head => $first);

    for (@lines) {
        /^([!#\$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/
            or die "bad header line: $_\n";
        my ($name, $value) = (lc $1, $2);
        my $have = $res{headers}{$name};

        $res{headers}{$name} = !defined $have ? $value
            : [ ref $have ? @$have : $have, $value ];
        $res{head} .= "\n$_";
    }

    return \%res;
}


sub body {
    my ($self, $res, $method) = @_;

    my $headers = $res->{headers};
    my $length = $headers->{'content-length'};

    die "two Content-Length\n" if ref $length;
    die "bad Content-Length $length\n"
        if defined $length && $length !~ /^\d+$/;

    if ($method eq 'HEAD' || $res->{status} =~ /^(?:204|304)$/) {
        return '';
    }

    if (lc($headers->{'transfer-encoding'} // '') eq 'chunked') {
        die "both Content-Length and chunks\n" if defined $length;
        return $self->chunks;
    }

    return defined $length ? $self->take($length) : $self->read_all;
}


sub take {
    my ($self, $length) = @_;

    $self->fill("$length bytes") while length $self->{buffer} < $length;
    return substr $self->{buffer}, 0, $length, '';
}


sub chunks {
    my ($self) = @_;
    my $content = '';

    for (;;) {
        $self->fill('a chunk') until $self->{buffer} =~ /\r\n/;
        $self->{buffer} =~ s/^([0-9a-f]+)(?:;[^\r]*)?\r\n//i
            or die "bad chunk\n";
        my $chunk = $self->take(hex($1) + 2);
        $chunk =~ s/\r\n\z// or die "bad end of chunk\n";
        return $content if $chunk eq '';
        $content .= $chunk;
    }
}


# waits for more bytes; "wanted" names what the end of stream cuts off

sub fill {
    my ($self, $wanted) = @_;

    my $n = $self->read_some(262_144);
    die "connection closed in the middle of $wanted\n" if $n == 0;
}


sub read_some {
    my ($self, $max) = @_;

    my $readable = IO::Select->new($self->{socket});
    my $deadline = Time::HiRes::time() + $self->{timeout};

    # a signal ends the waiting early
    until ($readable->can_read($deadline - Time::HiRes::time())) {
        die "no answer within $self->{timeout} s\n"
            if Time::HiRes::time() >= $deadline;
    }

    my $n = sysread $self->{socket}, $self->{buffer}, $max,
                    length $self->{buffer};
    die "cannot read: $!\n" if !defined $n;
    return $n;
}


sub read_all {
    my ($self) = @_;

    1 while $self->read_some(262_144);
    return substr $self->{buffer}, 0, length $self->{buffer}, '';
}


sub closed {
    my ($self) = @_;

    return $self->{buffer} eq '' && eval { $self->read_some(1) == 0 };
}


sub close {
    my ($self) = @_;

    close $self->{socket};
}


1;
