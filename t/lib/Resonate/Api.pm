package Resonate::Api;

# The shipped API as its callers see it:
#
#   my $api = Resonate::Api->new;            a database with the catalogue and
#   $api->pg, $api->id                       an edge with conf.d/api-v3.conf
#   $api->sql($text, @values)                as a superuser
#   $api->call($who, 'PUT', '/user/profile', { country => 'NL' })
#                                            who: a subject, undef for nobody
#   $api->status(...)                        of the answer
#   $api->data(...)                          its data; dies unless it is 2xx
#   $api->together([ $who, $method, $path, $body ], ...)
#                                            answers to requests sent at once
#
#   keys_of($object)                         its names, sorted, with spaces
#   page_through($api, $who, $path, $size)   ids of all pages of a list

use strict;
use warnings;

use Exporter 'import';
use Resonate::Test;

our @EXPORT = qw(keys_of page_through);


sub new {
    my ($class, %opt) = @_;

    my $pg = Resonate::Pg->new;
    my $self = bless { pg => $pg, id => catalogue($pg) }, $class;

    $self->{edge} = Resonate::Edge->new(
        pg => $pg, auth => 1, media => media(), routes => 1,
        http => 'resonate_cache 8m listen=read;', %opt);
    return $self;
}


sub pg   { return $_[0]{pg} }
sub id   { return $_[0]{id} }
sub edge { return $_[0]{edge} }


sub sql {
    my ($self, $text, @values) = @_;

    return $self->{pg}->dbh->do($text, {}, @values);
}


sub request {
    my ($self, $who, $method, $path, $body) = @_;
    my %opt = (headers => { 'Content-Type' => 'application/json' });

    $opt{token} = $self->{token}{$who} ||= token(sub => $who)
        if defined $who;
    $opt{body} = ref $body ? JSON::PP->new->utf8->encode($body) : $body
        if defined $body;

    return ($method, "/api/v3$path", %opt);
}


sub call {
    my ($self, @request) = @_;

    return $self->{edge}->request($self->request(@request));
}


sub status { return call(@_)->{status} }


sub data {
    my ($self, @request) = @_;
    my $res = $self->call(@request);

    die "@request[1, 2]: $res->{status} $res->{content}\n"
        if $res->{status} !~ /^2/;
    return json($res)->{data};
}


# each on a connection of its own, all sent before the first answer is read

sub together {
    my ($self, @requests) = @_;
    my @clients;

    for (@requests) {
        my $client = $self->{edge}->client;
        $client->send($client->compose($self->request(@$_), close => 1));
        push @clients, $client;
    }

    return map { $_->response('GET') } @clients;
}


sub keys_of { return join ' ', sort keys %{$_[0]} }


sub page_through {
    my ($api, $who, $path, $size) = @_;
    my @ids;

    for my $page (1 .. 100) {
        my $res = json($api->call($who, 'GET', $path
                  . ($path =~ /\?/ ? '&' : '?') . "limit=$size&page=$page"));
        push @ids, map { $_->{id} } @{$res->{data}};
        return @ids if $page >= $res->{numberOfPages};
    }

    die "$path has no end\n";
}


1;
