# Requests by route: how long they took, of all workers, across reloads, and
# how many routes there may be.

use lib 't/lib';
use Time::HiRes qw(time);
use Resonate::Functions;
use Resonate::Http2;
use Resonate::Metrics;
use Resonate::Test;
use Resonate::Workers;

my $pg = Resonate::Pg->new;
functions($pg);

my @options = (pg => $pg, workers => 2, listen => 'reuseport',
               pg_read => 'connections=2 timeout=20s');
my $edge = Resonate::Edge->new(@options,
                               server => whoami() . routes() . <<'END');
location /slow/ {
    limit_rate 1k;
    resonate_route GET /big v3.big ?size:int(0..5000);
}
END


# A worker counts after the client has its answer, which the other worker may
# be asked about meanwhile.

sub counts {
    my ($before, $expected, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($change, $answered);

    eval {
        wait_for {
            $change = change($before, metrics($edge));
            $answered = answered($change) =~ s/(?:, )?other.*//r;
            $answered eq $expected;
        } 10, $expected;
    };

    is $answered, $expected, $name;
    return $change;
}


# what the function takes is in it; what the client's line takes is not

{
    my $before = metrics($edge);
    my $began = time;

    $edge->get('/wait?ms=60');
    $edge->get('/slow/big?size=3000');

    my $elapsed = time() - $began;
    my $change = counts($before, 'GET /slow/big 2xx 1, GET /wait 2xx 1',
                        'two requests');
    my $wait = duration($change, 'GET /wait');
    my $slow = duration($change, 'GET /slow/big');
    my @le = sort { ($a eq '+Inf') <=> ($b eq '+Inf') || $a <=> $b }
             keys %{$wait->{le}};

    cmp_ok $wait->{sum}, '>=', 0.06, 'the time of a function';
    cmp_ok $wait->{sum}, '<', $elapsed, '... in seconds';
    is $wait->{count}, 1, '... once';
    cmp_ok $le[0], '>=', 0.1, '... in a bucket that it fits in';
    is $wait->{le}{$_}, 1, "... and in le=$_" for @le;
    is $le[-1], '+Inf', '... the last one';

    is $slow->{count}, 1, 'a slow line';
    cmp_ok $slow->{sum}, '<', $elapsed - 0.06 - 1, '... is not in the time';
}


# both workers, each of which tells the same

{
    my $before = metrics($edge);
    my @client = workers($edge);

    $_->request('GET', '/echo?word=a') for @client, @client;
    counts($before, 'GET /echo 2xx 4', 'of two workers');

    my @pages = map { $_->request('GET', '/status')->{content}
                      =~ /^(resonate_http_requests_total\{route="GET.*)/m }
                @client;
    is $pages[0], $pages[1], 'whoever is asked';
}


# a route keeps its numbers as long as it is there, under its name

my $echo = 'resonate_http_requests_total{route="GET /echo",code="2xx"}';
my $half = 'resonate_http_requests_total{route="GET /half",code="2xx"}';

my $before = metrics($edge);
$edge->get('/half?number=1') for 1 .. 3;
counts($before, 'GET /half 2xx 3', 'three of a route');
$before = metrics($edge);

my $status = 'location = /status { resonate_status; }';
my $one = 'location /v/ { resonate_route GET /echo v3.echo ?word:text(0..9); }';
my $two = 'location / { resonate_route GET /half v3.half ?number:int(0..9);
                        resonate_route GET /echo v3.echo ?word:text(0..9); }';

$edge->reload(server => "$one $two $status");
my $after = metrics($edge);

is $after->{$_}, $before->{$_}, "kept: $_" for $echo, $half;
is $after->{'resonate_http_requests_total{route="GET /v/echo",code="2xx"}'}, 0,
   'a new route begins at zero';
ok !grep({ /route="GET \/wait"/ } keys %$after), 'one that is gone has no line';

$edge->reload(server => "$one $status");
$edge->reload(server => "$one $two $status");
is metrics($edge)->{$half}, $before->{$half},
   'kept once more: workers of the last configuration may still count';
$edge->reload(server => "$one $status") for 1 .. 2;
$edge->reload(server => "$one $two $status");
is metrics($edge)->{$half}, 0, 'forgotten after two without it';


# one name in two servers is one route

$edge->reload(server => "$one $status", http => "server { listen
    127.0.0.1:$edge->{port}; server_name other; $one }");
$before = metrics($edge);
$edge->get('/v/echo?word=a', headers => { Host => $_ })
    for qw(localhost other);
counts($before, 'GET /v/echo 2xx 2', 'two servers');


# over HTTP/2 each stream is a request

{
    my $edge = Resonate::Edge->new(pg => $pg, listen => 'http2',
                                   server => routes());
    my $http = Resonate::Http2->new(port => $edge->port);
    my $size = 100_000;

    $http->start("/big?size=$size") for 1 .. 3;
    $http->answers;

    my $status = $http->start('/status');
    my $page = $http->answers->{$status}{content};
    my ($sent) = $page =~ /^resonate_http_response_bytes_total
                           \{route="GET\ \/big"\}\ (\d+)$/mx;

    like $page, qr/\{route="GET \/big",code="2xx"\} 3$/m, 'three streams';
    cmp_ok $sent, '>', 3 * $size, '... their bytes';
    cmp_ok $sent, '<', 3 * $size + 3000, '... and what frames them';
}


# bounds

sub many {
    return 'location / { ' . join('', map { "resonate_route GET /r$_ v3.a;" }
                                      1 .. $_[0]) . ' }';
}

my $db = 'resonate_pg read "host=/tmp dbname=d user=u";';
my $long = 'r' x 186;

ok((conf_test(http => $db, server => many(255)))[0], '255 routes');
is(Resonate::Edge->conf_fails(http => $db, server => many(256))
   =~ s/ in \S+:\d+$//r,
   'route "GET /r256" is one too many, at most 255 are possible', '256 routes');
ok((conf_test(http => $db, server => 'location / { resonate_route GET '
              . "/$long v3.a; }"))[0], 'a name of 191 bytes');
is(Resonate::Edge->conf_fails(http => $db, server => 'location / {
    resonate_route GET ' . "/x$long v3.a; }") =~ s/ in \S+:\d+$//r,
   qq(route "GET /x$long" is too long, at most 191 bytes are possible),
   'a longer one');

done_testing;
