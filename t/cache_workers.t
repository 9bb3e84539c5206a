# Workers share calls as they share replies: who asks first has a claim, which
# ends with the call, or when half of the time that a query has is over.

use IO::Select;

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;
use Resonate::Workers;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(
    workers => 2, pg_read => 'connections=2 timeout=2m',
    pg_write => 'connections=1 timeout=3s',
    server => whoami(), routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1h;
    resonate_route GET /later/<id:int> v3.thing pg=write;
END

my ($one, $other, $one_more, $other_more, $id);

sub meet {
    ($one, $other) = workers($edge);
    ($one_more, $other_more) = workers($edge);
}

# another thing for each case, held back

sub held {
    $things->set(++$id, body => '{"data":"before %n"}', @_);
    $things->hold($id);
    $things->calls;
    return "/thing/$id";
}

# one asks, then the other

sub asked_twice {
    my ($path) = @_;

    $things->ask($path, client => $one);
    $things->wait_for_calls($id, 1);
    $things->ask($path, client => $other);
    read_by($other_more);
}

meet();
my $path = held();
asked_twice($path);
is $things->waiting($id), 1, 'the second worker does not call';
$things->let_go($id);
is $one->response('GET')->{content}, $other->response('GET')->{content},
    'both give the same answer';
is $things->calls, 1, 'of one call';


# A claim that was not given up would keep the other for a minute.

for my $answer ([ status => 404 ], [ raise => 'RH404' ], [ raise => 'P0001' ],
                [ status => 201 ])
{
    my $path = held(@$answer);

    asked_twice($path);
    $things->set($id);
    $things->let_go($id);
    isnt $one->response('GET')->{status}, 200, "an answer: @$answer";
    is $other->response('GET')->{status}, 200, 'the other asks for its own';
    is $things->calls, 2, 'at once';
}

$path = held();
asked_twice($path);
$one->close;

# the server goes on with what nobody waits for any more
is $things->wait_for_calls($id, 2), 1, 'the first client goes';
$things->let_go($id);
is $other->response('GET')->{status}, 200, 'the other worker asks';
is $things->calls, 2, 'at once';

$edge->reload(pg_read => 'connections=2 timeout=4s');
meet();


# Overdue: the second asks too.  What the first brings late is its own
# client's, and nobody else's.

for (
    [ 'another answer', body => '{"data":"after"}' ],
    [ 'a refusal', status => 404 ],
    [ 'an error', raise => 'P0001' ],
) {
    my ($name, %after) = @$_;
    my $path = held();

    $things->ask($path, client => $one);
    $things->wait_for_calls($id, 1);
    $things->set($id, gate => 999, %after);

    my $res = $other->request('GET', $path);
    is $things->calls, 2, "$name: an overdue claim is taken over";
    unlike $res->{content}, qr/before/, 'with what is so now';
    $things->let_go($id);
    like $one->response('GET')->{content}, qr/before/, 'the first is late';

    $things->set($id, body => '{"data":"asked anew"}');
    unlike $other->request('GET', $path)->{content}, qr/before/,
        'what is late is not kept';
}


# and its end is not the end of the other's claim

$path = held();
$things->ask($path, client => $one);
$things->wait_for_calls($id, 1);
$things->set($id, gate => 998, body => '{"data":"after"}');
$things->hold(998);
$things->ask($path, client => $other);
$things->wait_for_calls(998, 1);
$things->let_go($id);
like $one->response('GET')->{content}, qr/before/, 'the first is late';
$things->ask($path, client => $one);
read_by($one_more);
is $things->waiting(998), 1, 'and waits for the other when it asks again';
$things->let_go(998);
is json($_->response('GET'))->{data}, 'after', 'the answer of both'
    for $one, $other;


# Waiting for the other is a part of a request's time and not added to it: its
# last two seconds end before the three of a query that is sent after them.

$path = held();
asked_twice($path);
$things->wait_for_calls($id, 2);
my $later = $things->ask("/later/$id");
$things->wait_for_calls($id, 3);
my ($first) = IO::Select->new($other->{socket}, $later->{socket})
              ->can_read(20);
ok $first == $other->{socket}, 'a request that waited for another worker';
is $_->response('GET')->{status}, 504, 'is late at its own time'
    for $other, $later, $one;
$things->let_go($id);

done_testing;
