# What counts as a database that is away, so that stale replies are served.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Things;

my $clock = Resonate::Clock->new;
my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(
    env => { $clock->env }, pg_read => 'connections=1 timeout=1s queue=1',
    routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1m;
    resonate_route GET /uncached/<id:int> v3.thing;
END

my ($now, $id) = (0, 0);

# one that was stored, and is too old

sub stale {
    $clock->set($now += 1000);
    $things->set(++$id);
    wait_for { $edge->get("/thing/$id")->{status} == 200 } 20, 'a database';
    $clock->set($now += 60);
    $things->set($id, @_);

    return "/thing/$id";
}

sub served {
    my ($what, $status, $res) = @_;

    my ($warning, $age) = $status == 200 ? ('110 - "Response is Stale"', 60)
                                         : ();

    is $res->{status}, $status, $what;
    is $res->{headers}{warning}, $warning, 'its Warning';
    is $res->{headers}{age}, $age, 'its Age';
}

for (
    map([ $_, 200 ], qw(57P01 57P02 57P03 53300 08006 08000)),
    map([ $_, 503 ], qw(RH503 55P03 40001 53200 25006 53400)),
    [ 57014 => 504 ], [ RH500 => 500 ], [ P0001 => 500 ], [ RH404 => 404 ],
) {
    my ($state, $status) = @$_;

    served("SQLSTATE $state", $status, $edge->get(stale(raise => $state)));
}

my $path = stale();
$things->hold($id);
served('a query past its deadline', 504, $edge->get($path));
$things->let_go($id);

# all places on the connection taken, and the queue

$path = stale();
$things->set(999);
$things->hold(999);
my @ahead = map { $things->ask('/uncached/999') } 1 .. 100;
$edge->get('/status');
served('a full queue', 503, $edge->get($path));
$things->let_go(999);
$_->close for @ahead;

$path = stale();
$pg->kill;
served('a lost connection', 200, $edge->get($path));
served('no connection', 200, $edge->get($path)) for 1 .. 3;

done_testing;
