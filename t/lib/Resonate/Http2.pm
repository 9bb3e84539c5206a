package Resonate::Http2;

# As much of an HTTP/2 client as sends many GETs at once on one connection.
#
#   my $http = Resonate::Http2->new(port => $port);
#   my $stream = $http->start('/path', authorization => 'Bearer ...');
#   my $answers = $http->answers;     { stream => { status, content } } of all
#       answers($stream, ...)         of these
#   $http->close                      whatever is under way

use strict;
use warnings;

use Resonate::Http;

my ($DATA, $HEADERS, $RST_STREAM, $SETTINGS, $GOAWAY, $WINDOW_UPDATE)
    = (0, 1, 3, 4, 7, 8);
my ($END_STREAM, $END_HEADERS) = (1, 4);
my $INITIAL_WINDOW_SIZE = 4;
my $LARGEST = 0x7fff_ffff;

# RFC 7541, appendix A: the statuses that HPACK has a number for
my %STATUS = (8 => 200, 9 => 204, 10 => 206, 11 => 304, 12 => 400, 13 => 404,
              14 => 500);


sub new {
    my ($class, %opt) = @_;

    my $self = bless { http => Resonate::Http->new(%opt), next => 1,
                       open => {}, done => {} }, $class;

    $self->{http}->send(join '', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        frame($SETTINGS, 0, 0, pack 'n N', $INITIAL_WINDOW_SIZE, $LARGEST),
        frame($WINDOW_UPDATE, 0, 0, pack 'N', $LARGEST - 65_535));
    return $self;
}


sub frame {
    my ($type, $flags, $stream, $payload) = @_;

    return pack('C n C C N', 0, length $payload, $type, $flags, $stream)
           . $payload;
}


sub string {
    my ($text) = @_;
    my $n = length $text;
    my $bytes = $n < 127 ? chr $n : chr 127;

    if ($n >= 127) {
        for ($n -= 127; $n >= 128; $n >>= 7) { $bytes .= chr(128 | $n & 127) }
        $bytes .= chr $n;
    }

    return $bytes . $text;
}


sub start {
    my ($self, $path, %header) = @_;
    my $stream = $self->{next};

    $self->{next} += 2;
    $self->{open}{$stream} = { status => undef, content => '' };
    %header = (':authority' => 'localhost', ':path' => $path, %header);

    # GET, http, and the others as literals that are not indexed
    $self->{http}->send(frame($HEADERS, $END_STREAM | $END_HEADERS, $stream,
        join '', "\x82\x86", map { "\0" . string($_) . string($header{$_}) }
                             sort keys %header));
    return $stream;
}


sub answers {
    my ($self, @streams) = @_;

    @streams = (keys %{$self->{open}}, keys %{$self->{done}}) if !@streams;
    $self->take while grep { $self->{open}{$_} } @streams;
    return { map { $_ => delete $self->{done}{$_} } @streams };
}


# a frame

sub take {
    my ($self) = @_;

    my ($high, $low, $type, $flags, $stream) =
        unpack 'C n C C N', $self->{http}->take(9);
    my $bytes = $self->{http}->take($high << 16 | $low);
    my $answer = $self->{open}{$stream};

    die "HTTP/2 error\n" if $type == $RST_STREAM || $type == $GOAWAY;
    return if !$answer || $type != $DATA && $type != $HEADERS;

    if ($type == $DATA) {
        $answer->{content} .= $bytes;

    } else {
        $answer->{status} = $STATUS{ord($bytes) & 0x7f};
    }

    $self->{done}{$stream} = delete $self->{open}{$stream}
        if $flags & $END_STREAM;
}


sub close { $_[0]{http}->close }


1;
