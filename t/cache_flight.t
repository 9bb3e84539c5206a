# Those who miss the same reply at a time cause one call, in one worker.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1h;
    resonate_route GET /mine/<id:int> v3.thing caller cache=1h personal=1h;
    resonate_route GET /both/<id:int>/<other:text> v3.thing cache=1h;
    resonate_route GET /uncached/<id:int> v3.thing;
    resonate_route POST /write/<id:int> v3.write access=user;
END

my ($listener, $owner) = (token(), token(sub => 'owner'));


# name, [path, token] ..., calls

for (
    [ 'the same reply', map([ '/thing/1' ], 1 .. 20), 1 ],
    [ 'one caller', map([ '/mine/1', $listener ], 1 .. 5), 1 ],
    [ 'two callers and anonymous', [ '/mine/1', $listener ],
      [ '/mine/1', $owner ], [ '/mine/1' ], 3 ],
    [ 'two arguments', [ '/both/1/a' ], [ '/both/1/b' ], 2 ],
    [ 'what is not cached', map([ '/uncached/1' ], 1 .. 3), 3 ],
) {
    my ($name, @requests) = @$_;
    my $calls = pop @requests;

    # a new thing for each: nothing of it is cached
    my $id = ++$things->{id};
    $things->set($id, body => '{"n":%n,"of":"%c","other":"%o"}');
    $things->hold($id);

    my @asked = map { my ($path, $token) = @$_;
                      $path =~ s{/1}{/$id};
                      $things->ask($path, token => $token) } @requests;

    $things->wait_for_calls($id, $calls);
    # all were read: this one comes after them
    $edge->get('/status');
    $things->let_go($id);

    my %body = map { $_ => 1 } map { $_->response('GET')->{content} } @asked;

    is keys %body, $calls, "$name: as many answers as calls";
    is $things->calls, $calls, 'and no more calls';
}


# a failure is everybody's, and is not kept

$things->set(20, raise => 'RH404');
$things->hold(20);
my @asked = map { $things->ask('/thing/20') } 1 .. 3;
$things->wait_for_calls(20, 1);
$edge->get('/status');
$things->let_go(20);
is $_->response('GET')->{status}, 404, 'refused' for @asked;

$things->set(20);
is $edge->get('/thing/20')->{status}, 200, 'asked again after a refusal';
is $things->calls, 2, 'with a call of its own';


# the last one who waits ends the call, and not before

my $gone = 0;

sub goes {
    my ($client) = @_;

    $client->close;
    $gone++;
    wait_for { my $seen = () = $edge->log =~ /prematurely closed/g;
               $seen == $gone } 10, 'the worker to see it';
}

$things->set(21);
$things->hold(21);
my ($one, $two) = map { $things->ask('/thing/21') } 1 .. 2;
$things->wait_for_calls(21, 1);
$edge->get('/status');
goes($one);
$things->let_go(21);
is $two->response('GET')->{status}, 200, 'one of two goes, the other hears';
is $things->calls, 1, 'of the same call';

$things->set(22);
$things->hold(22);
my $last = $things->ask('/thing/22');
$things->wait_for_calls(22, 1);
goes($last);
my $next = $things->ask('/thing/22');
$things->wait_for_calls(22, 2);
$things->let_go(22);
is $next->response('GET')->{status}, 200, 'all go, and the next one';
is $things->calls, 2, 'causes another call';


# whoever reads after an own write must see it

$things->set(23, body => '{"data":"before"}');
$things->hold(23);
my $early = $things->ask('/mine/23', token => $listener);
$things->wait_for_calls(23, 1);

is $edge->post("/write/20", undef, token => $listener)->{status}, 200,
    'a write while a read is under way';
$things->set(23, body => '{"data":"after"}');
my $late = $things->ask('/mine/23', token => $listener);
$edge->get('/status') for 1 .. 3;
$things->let_go(23);

is json($early->response('GET'))->{data}, 'before', 'who read before it';
is json($late->response('GET'))->{data}, 'after', 'who read after it';
is json($edge->get('/mine/23', token => $listener))->{data}, 'after',
    'and what is cached';

# and so must everybody else, whose reply is made of what was written

$things->set($_, tags => ['both'], body => '{"data":"before"}') for 24, 25;
$things->hold(24);
$early = $things->ask('/thing/24');
$things->wait_for_calls(24, 1);

is $edge->post('/write/25', undef, token => $listener)->{status}, 200,
    'a write while everybody reads';
$things->set(24, tags => ['both'], body => '{"data":"after"}');
$late = $things->ask('/thing/24');
$edge->get('/status') for 1 .. 3;
$things->let_go(24);

is json($early->response('GET'))->{data}, 'before', 'who read before it';
is json($late->response('GET'))->{data}, 'after', 'who read after it';

# what is not made of it is asked for once

$things->set(26);
$things->hold(26);
$early = $things->ask('/thing/26');
$things->wait_for_calls(26, 1);
$edge->post('/write/25', undef, token => $listener);
$things->calls;
my @late = map { $things->ask('/thing/26') } 1 .. 3;
$edge->get('/status') for 1 .. 3;
$things->let_go(26);
is $_->response('GET')->{status}, 200, 'answered' for $early, @late;
is $things->calls, 0, 'with the call under way';

done_testing;
