# How old a reply may be while nobody listens, and what becomes of it when
# somebody does again.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Listening;
use Resonate::Things;

my $clock = Resonate::Clock->new;
my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(
    env => { $clock->env }, workers => 1, pg_read => 'connections=2',
    pg_write => 'connections=1', http => 'resonate_cache 1m listen=read
        short=2s;', routes => <<'END');
    resonate_route GET /long/<id:int> v3.thing cache=1h;
    resonate_route GET /brief/<id:int> v3.thing cache=1s;
END

my ($now, $id) = (0, 0);


sub store {
    my ($path) = @_;

    $things->set(++$id, tags => [ "track:$id" ]);
    $clock->set($now += 10_000);
    $edge->get("$path/$id");
    $things->calls;
}

sub calls_at {
    my ($path, $age) = @_;

    $clock->set($now + $age);
    $edge->get($path);
    return $things->calls;
}

sub ages {
    my ($path, $limit, $what) = @_;

    store($path);
    is calls_at("$path/$id", $limit - 1), 0, "$what: $path at $limit - 1 s";
    is calls_at("$path/$id", $limit), 1, "$path at $limit s";
}


listening($edge, 1);
ages('/long', 3600, 'listening');
ages('/brief', 1, 'listening');

store('/long');
my $kept = "/long/$id";

lose($edge);
ages('/long', 2, 'nobody listens');
ages('/brief', 1, 'nobody listens');


# what was fresh and is now young enough, or not

find($edge);
store('/long');
lose($edge);
is calls_at("/long/$id", 1), 0, 'lost: what was made 1 s before';
is calls_at("/long/$id", 2), 1, 'lost: what was made 2 s before';
$clock->set($now);
$edge->get($kept);


# somebody listens again: all from before is asked anew, however young

store('/long');
find($edge);
is calls_at("/long/$id", 0), 1, 'found: what was made before it';
is calls_at("/long/$id", 3599), 0, 'and is kept from then on';


# a server that is silent: what was notified meanwhile is heard later, so
# nothing was missed

store('/long');
my $young = "/long/$id";
store('/long');
my $pid = listener($edge);

kill STOP => $pid;
$pg->dbh->do(q{SELECT pg_notify('resonate_tags', ?)}, {}, "track:$id");
listening($edge, 0);
is calls_at("/long/$id", 1), 0, 'silent: 1 s is young enough';
is calls_at("/long/$id", 2), 1, '2 s is not';
kill CONT => $pid;
listening($edge, 1);
is listener($edge), $pid, 'the same connection goes on';
is calls_at("/long/$id", 2), 1, 'what was notified meanwhile is heard';
is calls_at($young, 2 - 10_000), 0, 'and what was not is fresh again';

done_testing;
