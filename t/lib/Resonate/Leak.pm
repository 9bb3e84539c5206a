package Resonate::Leak;

# Looks for bytes of a track that an answer should not have.
#
#   my $leak = Resonate::Leak->new($edge, $h2, @heard);
#       @heard: all bodies of sound that may be sent; $h2: the same over HTTP/2
#   $leak->ask($method, $path, $headers)      an answer, or undef
#   $leak->found([ $method, $path, $headers ], ...)
#       names of those whose answer has anything but a part of @heard, a page, a
#       problem, or a part of a playlist of a preview; HTTP/2 asks by GET
#
# A preview has 45 seconds, and so eight segments.

use strict;
use warnings;

use Resonate::Http2;


sub new {
    my ($class, $edge, $h2, @heard) = @_;

    return bless { edge => $edge, http => $edge->client, h2 => $h2,
                   heard => \@heard }, $class;
}


sub leaks {
    my ($self, $content) = @_;

    return $content =~ m{^segments/(?:[89]|\d\d)}m
        if $content =~ /^[\n\r -~]*$/;
    return !grep { index($_, $content) >= 0 } @{$self->{heard}};
}


sub ask {
    my ($self, $method, $path, $headers) = @_;
    my $res = eval { $self->{http}->request($method, $path,
                                            headers => $headers) };

    if (!$res || lc($res->{headers}{connection} // '') eq 'close') {
        $self->{http} = $self->{edge}->client;
    }

    return $res;
}


sub found {
    my ($self, @asked) = @_;
    my $client = Resonate::Http2->new(port => $self->{h2}->port);
    my (%started, @leaks);

    for (@asked) {
        my ($method, $path, $headers) = @$_;
        my %lower = map { lc, $headers->{$_} } keys %$headers;
        my $res = $self->ask($method, $path, $headers);

        push @leaks, "$method $path"
            if !$res || $self->leaks($res->{content});
        $started{$client->start($path, %lower)} = $path if $path !~ /[ \\]/;
    }

    my $answers = $client->answers;

    return @leaks, map { "HTTP/2 $started{$_}" }
        grep { $self->leaks($answers->{$_}{content} // '') } keys %started;
}


1;
