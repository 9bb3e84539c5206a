# conf.d/limits.conf: how much one listener, and one address, may have under
# way.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Metrics;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);
catalogue($pg);

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, routes => 1, pg_read => 'connections=2 timeout=60s',
    http   => "resonate_cache 1m; resonate_media @{[ media() ]};
               include $Resonate::Test::ROOT/conf.d/limits.conf;",
    server => <<'END');
location = /status { resonate_status; }
location /api/held/ {
    resonate_auth optional;
    error_page 429 @resonate_problem;
    resonate_route GET /gate v3.gate;
}
location /held/ { resonate_route GET /gate v3.gate; }
END

my ($one, $other) = map { token(sub => $_) } 'one', 'other';
my (@held, $lock);

# so many requests that wait, and the answers of those that do not

sub hold {
    my ($count, $path, @token) = @_;

    push @held, map {
        my $client = $edge->client;
        $client->send($client->compose('GET', $path, @token));
        $client;
    } 1 .. $count;

    wait_for { my $of = metrics($edge);
               @held == $of->{'resonate_pg_inflight{database="read"}'}
                        + $of->{'resonate_pg_queued{database="read"}'} }
             20, scalar(@held) . ' requests under way';
}

sub answer {
    my ($path, @token) = @_;
    return $edge->get("/api/v3$path", @token)->{status};
}

$lock = $pg->dbh;
$lock->do('SELECT pg_advisory_lock(1)');

hold(16, '/api/held/gate', token => $one);

my $res = $edge->get('/api/v3/tracks/x', token => $one);
is $res->{status}, 429, 'the 17th of a listener';
is $res->{headers}{'content-type'}, 'application/problem+json', '... a problem';
is answer('/tracks/x', token => $other), 400, 'another listener';
is answer('/tracks/x'), 400, 'nobody in particular';
is $edge->get('/held/nothing', token => $one)->{status}, 404,
   'what is not the API is not counted';

hold(8, '/held/gate');
hold(48, '/api/held/gate');
is answer('/tracks/x'), 429, 'the 65th of an address';
is answer('/tracks/x', token => $other), 429, '... whoever it is';

$lock->do('SELECT pg_advisory_unlock(1)');
is scalar(grep { $_->response('GET')->{status} == 200 } @held), 72,
   'those before it are answered';
is answer('/tracks/x', token => $one), 400, 'and then there is room again';

done_testing;
