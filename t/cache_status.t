# Cache-Status (RFC 9211): what the cache made of a request, if it is wanted.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Things;

my $clock = Resonate::Clock->new;
my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(
    env => { $clock->env }, workers => 1, pg_read => 'connections=2',
    server => 'location /quiet/ { resonate_route GET /<id:int> v3.thing
                                                 cache=60s; }',
    routes => <<'END');
    resonate_cache_status on;
    resonate_route GET /thing/<id:int> v3.thing cache=60s;
    resonate_route GET /none/<id:int> v3.thing;
    resonate_route GET /mine/<id:int> v3.thing caller cache=60s personal=5s;
    resonate_route POST /write/<id:int> v3.write access=user;
END

my $token = token(exp => time + 1_000_000);
my $now = 0;

sub status {
    my ($path, %opt) = @_;

    $clock->set($now += delete $opt{after} // 0);
    my $res = $edge->request(delete $opt{method} // 'GET', $path, %opt);
    return $res->{headers}{'cache-status'};
}

$things->set($_, tags => [ "track:$_" ]) for 1 .. 5;
$things->set(6, status => 404, tags => [ 'track:6' ]);
$things->set(7, status => 409);
$things->set(8, tags => [ 'until:' . ($clock->{start} + 10) ]);
$things->set(9, raise => 'P0001');

for (
    [ '/thing/1', 'fwd=uri-miss; stored' ],
    [ '/thing/1', 'hit; ttl=60' ],
    [ '/thing/1', 'hit; ttl=60', method => 'HEAD' ],
    [ '/thing/1', 'hit; ttl=60', headers => { 'If-None-Match' => '*' } ],
    [ '/thing/8', 'fwd=uri-miss; stored' ],
    [ '/thing/8', 'hit; ttl=10' ],
    [ '/thing/6', 'fwd=uri-miss; stored' ],
    [ '/thing/6', 'hit; ttl=5' ],
    [ '/thing/7', 'fwd=uri-miss' ],
    [ '/thing/9', 'fwd=uri-miss' ],
    [ '/thing/1', 'hit; ttl=1', after => 59 ],
    [ '/thing/1', 'fwd=stale; stored', after => 1 ],
    [ '/none/1', 'fwd=bypass' ],
    [ '/mine/2', 'fwd=uri-miss; stored', token => $token ],
    [ '/mine/2', 'hit; ttl=5', token => $token ],
    [ '/write/3', 'fwd=method', method => 'POST', token => $token ],
    [ '/mine/2', 'fwd=stale; stored', token => $token ],
    [ '/thing/x', undef ],
    [ '/quiet/1', undef ],
) {
    my ($path, $expected, %opt) = @$_;

    is status($path, %opt), $expected && "resonate; $expected",
        "$path " . ($expected // 'says nothing');
}


# those that wait for the same call

$things->hold(5);
my $first = $things->ask('/thing/5');
$things->wait_for_calls(5, 1);
my $second = $things->ask('/thing/5');
status('/thing/1') for 1, 2;
$things->let_go(5);
is $first->response('GET')->{headers}{'cache-status'},
    'resonate; fwd=uri-miss; stored', 'who asks';
is $second->response('GET')->{headers}{'cache-status'},
    'resonate; fwd=uri-miss; collapsed; stored', 'who waits';


# without a database

$pg->kill;
wait_for { $edge->get('/none/1')->{status} == 503 } 10, 'no database';
is status('/thing/5', after => 70),
    'resonate; fwd=stale; fwd-status=503; ttl=-10', 'what is too old is sent';
is status('/thing/4'), 'resonate; fwd=uri-miss', 'what is not there is not';
$pg->start;

done_testing;
