# Public replies have a gzip form of their own in the cache.

use strict;
use warnings;

use IO::Uncompress::Gunzip qw(gunzip);

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $ids = catalogue($pg);

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    http   => 'resonate_cache 1m;',
    server => '
        location /api/v3/ {
            resonate_auth optional;
            resonate_route GET /tracks v3.tracks caller cache=60s personal=60s
                ?limit:int(1..100)=50 ?page:int(1..100)=1
                ?order:enum(newest|oldest)=newest;
            resonate_route GET /artists/<id:uuid> v3.artist cache=60s;
        }',
);

my $plain = $edge->get('/api/v3/tracks');

is $plain->{status}, 200, 'a reply';
is $plain->{headers}{'content-encoding'}, undef, 'as it is';

my %gzip = ('Accept-Encoding' => 'gzip');
my $gz = $edge->get('/api/v3/tracks', headers => { %gzip });

is $gz->{headers}{'content-encoding'}, 'gzip', 'its gzip form';
isnt $gz->{headers}{etag}, $plain->{headers}{etag}, 'another validator';
like $gz->{headers}{etag}, qr/^"[0-9a-f]{31}g"$/, 'a strong one';
is $_->{headers}{vary}, 'Authorization, Accept-Encoding', 'Vary'
    for $plain, $gz;

gunzip(\$gz->{content}, \my $text) or fail 'gunzip';
is $text, $plain->{content}, 'the same bytes inside';

# headers, expected status

for (
    [ { %gzip, 'If-None-Match' => $gz->{headers}{etag} }    => 304 ],
    [ { %gzip, 'If-None-Match' => $plain->{headers}{etag} } => 200 ],
    [ { 'If-None-Match' => $plain->{headers}{etag} }        => 304 ],
    [ { 'If-None-Match' => $gz->{headers}{etag} }           => 200 ],
) {
    my ($headers, $status) = @$_;
    is $edge->get('/api/v3/tracks', headers => $headers)->{status}, $status,
        join ' ', map { "$_: $headers->{$_}" } sort keys %$headers;
}

is $edge->get('/api/v3/tracks', headers => { %gzip }, token => token())
    ->{headers}{'content-encoding'}, undef, 'personal replies have none';

my $head = $edge->request('HEAD', '/api/v3/tracks', headers => { %gzip });
is $head->{headers}{'content-length'}, length $gz->{content}, 'HEAD';

$edge->get("/api/v3/artists/$ids->{artist}") for 1 .. 2;
is $edge->get("/api/v3/artists/$ids->{artist}", headers => { %gzip })
    ->{headers}{'content-encoding'}, undef, 'short replies have none';

done_testing;
