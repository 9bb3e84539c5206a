# What is not there is kept for a short time, if it says by its tags what
# would end it, and drives out nothing that is there.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Things;

my $clock = Resonate::Clock->new;
my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my %conf = (
    env => { $clock->env }, http => 'resonate_cache 64k negative=3s;',
    routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1h;
    resonate_route GET /brief/<id:int> v3.thing cache=1s;
    resonate_route GET /mine/<id:int> v3.thing caller cache=1h personal=1h;
    resonate_route POST /write/<id:int> v3.write access=user;
END

my $edge = $things->edge(%conf);
my ($now, $id, $token) = (0, 0, token(sub => 'owner',
                                   exp => time + 1_000_000));

sub missing {
    my (%thing) = @_;

    $things->set(++$id, status => 404, body => 'No such thing.',
                 tags => [ "thing:$id" ], %thing);
    return "/thing/$id";
}

sub calls {
    my ($path, $age, %opt) = @_;

    $clock->set($now + $age);
    $things->calls;
    my $res = $edge->get($path, %opt);

    return wantarray ? ($things->calls, $res) : $things->calls;
}


# how long: path, the answer, the age that is too old (0: not kept)

for (
    [ '/thing', 3 ],              [ '/brief', 1 ],
    [ '/thing', 0, tags => [] ],  [ '/thing', 0, tags => undef ],
    [ '/thing', 0, raise => 'RH404' ],
    map([ '/thing', 0, status => $_ ], 400, 401, 402, 403, 409, 410, 500, 503),
) {
    my ($path, $limit, %answer) = @$_;

    missing(%answer);
    $now += 1000;

    my ($calls, $first) = calls("$path/$id", 0);
    my ($again, $second) = calls("$path/$id", $limit ? $limit - 1 : 0);

    is $again, $limit ? 0 : 1,
        join ' ', $path, keys %answer, $answer{status} // '', 'kept or not';
    is $second->{status}, $first->{status}, 'the same status';
    is $second->{content}, $first->{content}, 'the same problem';
    is calls("$path/$id", $limit), 1, "at $limit s it is asked anew";
}


# a HEAD, an ETag, gzip: a problem as any other

my $path = missing(body => 'x' x 2000);
calls($path, 0);
my (undef, $res) = calls($path, 0, headers => { 'Accept-Encoding' => 'gzip',
                                                'If-None-Match' => '*' });
is $res->{status}, 404, 'a condition does not hold';
is $res->{headers}{'content-type'}, 'application/problem+json', 'its type';
is $res->{headers}{etag}, undef, 'it has no ETag';
is json($res)->{detail}, 'x' x 2000, 'nor a gzip form';
is $edge->request('HEAD', $path)->{status}, 404, 'HEAD';


# it ends with its tag, and what takes its place is kept as usual

$path = missing();
calls($path, 0);
$things->set($id, body => '{"data":"there"}', tags => [ "thing:$id" ]);
is calls($path, 0), 0, 'it was not there';
$edge->post("/write/$id", undef, token => $token);
is calls($path, 0), 1, 'it is when its tag is touched';
is calls($path, 100), 0, 'and stays';

# and the other way round

$things->set($id, status => 404, tags => [ "thing:$id" ]);
$edge->get("/brief/$id");
is((calls($path, 100))[1]{status}, 404, 'what has gone is gone');
is calls($path, 100), 0, 'which is kept';


# of one caller

missing();
$edge->get("/mine/$id", token => $token);
is calls("/mine/$id", 100, token => $token), 0, 'its caller';
is calls("/mine/$id", 100), 1, 'is nobody else';


# many that are missing take the place of each other

$now += 1000;
$clock->set($now);
$things->set($_, body => '{"data":"' . 'x' x 500 . '"}') for 1001 .. 1010;
$things->set($_, status => 404, body => 'No.', tags => [ 'thing:1' ])
    for 2001 .. 2400;
$edge->get("/thing/$_") for 1001 .. 1010, 2001 .. 2400;
$things->calls;
$edge->get("/thing/$_") for 1001 .. 1010;
is $things->calls, 0, 'what is there stays';


# without a database there is nothing to say

$path = missing();
calls($path, 0);
$pg->kill;
wait_for { $edge->get('/thing/1')->{status} == 503 } 10, 'no database';
$clock->set($now + 3);
is $edge->get($path)->{status}, 503, 'too old';
$pg->start;


# negative=0 keeps none

$edge->reload(http => 'resonate_cache 64k negative=0;');
wait_for { $edge->get('/thing/1001')->{status} == 200 } 20, 'the database';
$path = missing();
calls($path, 0);
is calls($path, 0), 1, 'negative=0: asked each time';

done_testing;
