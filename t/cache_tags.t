# A reply dies with what it was made of: tags, and what touches them.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(
    pg_write => 'connections=1 timeout=1s', workers => 2, routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1h;
    resonate_route GET /brief/<id:int> v3.thing caller cache=1s personal=1s;
    resonate_route GET /mine/<id:int> v3.thing caller cache=1h personal=1h;
    resonate_route POST /write/<id:int> v3.write access=user;
END

my ($listener, $owner) = (token(), token(sub => 'owner'));
my $id = 0;

sub write_thing {
    my ($id, $token) = @_;

    return $edge->post("/write/$id", undef, token => $token)->{status};
}

sub asked_anew {
    my ($path, $token) = @_;

    $things->calls;
    $edge->get($path, token => $token);
    return $things->calls;
}


# what a write names in its tags is changed: tags of a reply, of a write

my $odd = q(od"d, {t}\\a'g);
my @many = map { "track:$_" } 1 .. 400;
my @both = map { ("artist:$_", "track:$_") } 1 .. 200;

for (
    [ 1, [ 'track:1' ], [ 'track:1' ] ],
    [ 0, [ 'track:1' ], [ 'track:2' ] ],
    [ 1, [ 'a', 'b', 'track:1' ], [ 'c', 'b' ] ],
    [ 0, [ 'a', 'b' ], [ 'a,b', 'ab', 'A' ] ],
    [ 0, [ 'track:1' ], [] ],
    [ 0, [], [ 'track:1' ] ],
    [ 1, [ 'x', $odd ], [ $odd, 'y' ] ],
    [ 1, [ 'a,b' ], [ 'a,b' ] ],
    [ 0, [ 'a,b' ], [ 'a', 'b' ] ],
    [ 0, [ 'a b' ], [ 'ab' ] ],
    [ 1, [ "t\x{e4}g" ], [ "t\x{e4}g" ] ],
    [ 1, [ '' ], [ '' ] ],
    [ 1, [ 'x' x 256 ], [ 'x' x 256 ] ],
    map([ 1, [ @many ], [ $_ ] ], @many[0, 318 .. 321, 399]),
    [ 1, [ 'artist:1', 'track:' ], [ 'track:2' ] ],
    [ 0, [ 'artist:1', 'track:' ], [ 'artist:2', 'tracks', 'track' ] ],
    [ 0, [ @many ], [ 'artist:1', 'tracks', 'track' ] ],
    [ 0, [ @many[0 .. 319] ], [ 'track:321' ] ],
    [ 1, [ @both ], [ 'artist:200' ] ],
    [ 1, [ @both ], [ 'track:200' ] ],
    [ 1, [ 'a', 'track:1' ], [ 'track:' ] ],
    [ 1, [ @many ], [ 'track:' ] ],
    [ 0, [ 'artist:1', 'track' ], [ 'track:' ] ],
    [ 1, [ 'track:1' ], [ '*' ] ],
    [ 1, [], [ '*' ] ],
) {
    my ($calls, $made_of, $changed) = @$_;

    $id += 2;
    $things->set($id, tags => $made_of);
    $things->set($id + 1, tags => $changed);
    $edge->get("/thing/$id");

    # twice: a third request would show a reply that is not kept at all
    is asked_anew("/thing/$id"), 0, "thing $id is kept";
    is write_thing($id + 1, $owner), 200, 'a write';
    is asked_anew("/thing/$id"), $calls,
        $calls ? 'what was made of it is asked anew' : 'is not of it';
}


# a write that was refused has changed nothing

$things->set(++$id, tags => [ 'track:1' ]);
$edge->get("/thing/$id");
$things->set(9999, status => 409, tags => [ 'track:1' ]);
is write_thing(9999, $owner), 409, 'a write is refused';
is asked_anew("/thing/$id"), 0, 'what it names stays';


# too long, or of too many kinds: not kept

for ([ 'x' x 257 ], [ map { "kind$_:1" } 1 .. 17 ], [ 1 .. 321 ]) {
    $things->set(++$id, tags => $_);
    asked_anew("/thing/$id");
    is asked_anew("/thing/$id"), 1, scalar(@$_) . ' tags: not kept';
}


# a refusal names what it replaces, if there was something

for (
    # kept before, calls for the other
    [ 1, 1, status => 404, tags => [ 'album:1' ] ],
    [ 0, 0, status => 404, tags => [ 'album:1' ] ],
    [ 1, 0, status => 404, tags => [ 'album:2' ] ],
    [ 1, 0, status => 404 ],
    [ 1, 0, raise => 'RH404', tags => [ 'album:1' ] ],
) {
    my ($kept, $calls, %refusal) = @$_;

    $id += 2;
    $things->set($id, tags => [ 'album:1' ]);
    $things->set($id + 1, tags => [ 'album:1' ]);
    $edge->get("/thing/$id");
    $edge->get('/brief/' . ($id + 1)) if $kept;
    $things->set($id + 1, %refusal);

    wait_for { $edge->get('/brief/' . ($id + 1))->{status} == 404 } 10,
        'the refusal';
    is asked_anew("/thing/$id"), $calls, ($kept ? '' : 'nothing before, ')
        . 'a refusal' . ($refusal{raise} ? ' raised' : '')
        . " that names @{$refusal{tags} || ['nothing']}";
}


# an own write ends what is the caller's, and nobody else's

$things->set(++$id);
my %who = (listener => $listener, owner => $owner, anonymous => undef);

asked_anew("/mine/$id", $_) for values %who;
is write_thing($id, $listener), 200, 'a write of the listener';
is asked_anew("/mine/$id", $who{$_}), $_ eq 'listener' ? 1 : 0, $_
    for sort keys %who;


# A write past its deadline may be committed later: until then nothing that
# was read before it stays.

$things->set(++$id, body => '{"data":"before"}');
$things->hold($id);
is write_thing($id, $listener), 504, 'a write past its deadline';

# the lock that readers of now on would wait for
$things->set($id, gate => 999, body => '{"data":"before"}');
is json($edge->get("/mine/$id", token => $listener))->{data}, 'before',
    'not yet committed';
$things->let_go($id);
is wait_for { my $now = json($edge->get("/mine/$id", token => $listener));
              $now->{data} eq 'written' && $now->{data} }, 'written',
    'it is seen when it is committed';

done_testing;
