# Requests by route: each is counted once, as it was answered, with the bytes
# that were sent.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Metrics;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);
my $id = catalogue($pg);

my $edge = Resonate::Edge->new(
    pg      => $pg, auth => 1, media => media(), routes => 1,
    pg_read => 'connections=2 timeout=60s',
    http    => 'resonate_cache 1m; limit_req_zone all zone=none:64k rate=1r/m;
                log_subrequest on;',
    server  => routes() . <<'END');
location /limited/ {
    limit_req zone=none;
    resonate_route GET /echo v3.echo ?word:text(0..200);
}
location /redirected/ {
    error_page 404 400 = @error;
    resonate_route GET /echo v3.echo ?word:text(0..2);
    resonate_unknown @unknown;
}
location @error { return 409 "error page"; }
location @unknown { return 410 "unknown"; }
location /page/ {
    ssi on; ssi_types text/plain; default_type text/plain;
    return 200 '<!--# include virtual="/echo?word=a" -->';
}
location /asked/ {
    auth_request /echo;
    resonate_route GET /echo v3.echo ?word:text(0..200);
}
location /sound/ {
    error_page 416 = /echo?word=a;
    resonate_route GET /<id:uuid> v3.stream caller reply=audio cache=1s;
}
location /rewritten { rewrite ^ /echo?word=b; }
location '/q"u\o/' { resonate_route GET /echo v3.echo ?word:text(0..9); }
END

my $api = '/api/v3/tracks/' . $id->{free};
my $etag = $edge->get($api)->{headers}{etag};
my $stream = "GET /api/v3/user/stream/$id->{free}";
my ($track, $audio) = ('GET /api/v3/tracks/:id',
                       'GET /api/v3/user/stream/:id');


# one request each: what is sent, and where it is counted

for (
    [ 'GET /echo?word=a', '', 'GET /echo 2xx 1' ],
    [ 'HEAD /echo?word=a', '', 'GET /echo 2xx 1' ],
    [ 'GET /half?number=0', '', 'GET /half 4xx 1' ],
    [ 'GET /half?number=x', '', 'GET /half 4xx 1' ],
    [ 'GET /broken', '', 'GET /broken 5xx 1' ],
    [ "GET $api", '', "$track 2xx 1" ],
    [ "GET $api", "If-None-Match: $etag", "$track 304 1" ],
    [ 'GET /api/v3/tracks/x', '', "$track 4xx 1" ],
    [ $stream, '', "$audio 2xx 1" ],
    [ $stream, 'Range: bytes=0-99', "$audio 2xx 1" ],
    [ $stream, 'Range: bytes=99999999-', "$audio 4xx 1" ],
    [ "GET /sound/$id->{free}", 'Range: bytes=99999999-',
      'GET /sound/:id 4xx 1' ],
    [ 'POST /echo', '', 'other 4xx 1' ],
    [ 'OPTIONS /echo', '', 'other 2xx 1' ],
    [ 'GET /nothing', '', 'other 4xx 1' ],
    [ 'GET /echo?word=a', 'X-Big: ' . 'x' x 9000, 'other 4xx 1' ],
    [ 'GET /limited/echo?word=a', '', 'GET /limited/echo 2xx 1' ],
    [ 'GET /limited/echo?word=a', '', 'other 503 1' ],
    [ 'GET /redirected/echo?word=abc', '', 'GET /redirected/echo 4xx 1' ],
    [ 'GET /redirected/nothing', '', 'other 4xx 1' ],
    [ 'GET /page/', '', 'other 2xx 1' ],
    [ 'GET /asked/echo?word=a', '', 'GET /asked/echo 2xx 1' ],
    [ 'GET /rewritten', '', 'GET /echo 2xx 1' ],
    [ 'GET /q%22u%5Co/echo?word=a', '', 'GET /q\"u\\\\o/echo 2xx 1' ],
) {
    my ($request, $header, $expected) = @$_;
    my $before = metrics($edge);

    my $sent = $edge->raw("$request HTTP/1.1\r\nHost: localhost\r\n"
                          . ($header ne '' && "$header\r\n")
                          . "Connection: close\r\n\r\n");
    my $change = change($before, metrics($edge));
    my ($route) = $expected =~ /^(.*) \w+ \d+$/;

    is answered($change), $expected, "$request " . substr $header, 0, 20;
    is bytes($change, $route), length $sent, '... bytes' if $route ne 'other';
}


# not HTTP at all, and what comes before any header

{
    my $before = metrics($edge);

    $edge->raw("NONSENSE\r\n\r\n");
    is answered(change($before, metrics($edge))), 'other 4xx 1', 'nonsense';
}


# a client that goes before the answer, and one in the middle of it

{
    my $lock = $pg->dbh;
    my $before = metrics($edge);

    $lock->do('SELECT pg_advisory_lock(1)');
    my $client = start($edge, '/gate');
    wait_for { metrics($edge)->{'resonate_pg_inflight{database="read"}'} }
             10, 'its query';
    $client->close;

    my $series = 'resonate_http_requests_total{route="GET /gate",code="499"}';
    wait_for { metrics($edge)->{$series} } 10, 'its end';
    is metrics($edge)->{$series}, 1, '499: nobody was there';
    is duration(change($before, metrics($edge)), 'GET /gate')->{count}, 1,
       '... after some time';
    $lock->do('SELECT pg_advisory_unlock(1)');
}

{
    my $before = metrics($edge);
    my $client = $edge->client(receive_buffer => 4096);
    my $big = 8_000_000;

    $client->send("GET /big?size=$big HTTP/1.1\r\nHost: localhost\r\n\r\n");
    $client->head;
    $client->close;

    my $change;
    wait_for { answered($change = change($before, metrics($edge)))
               =~ /GET \/big/ } 10, 'its end';
    like answered($change), qr/^GET \/big 2xx 1\b/, 'the answer had begun';
    cmp_ok bytes($change, 'GET /big'), '<', $big, '... and was not sent whole';
    cmp_ok bytes($change, 'GET /big'), '>', 0, '... but some of it';
}

done_testing;
