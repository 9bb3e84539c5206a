# How old a reply may be, to the second.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Things;

my $clock = Resonate::Clock->new;
my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $file = Resonate::Media::files()->{long}{path};
my %conf = (
    env => { $clock->env }, media => media(), workers => 1,
    http => 'resonate_cache 1m;', routes => <<'END');
    resonate_route GET /json/<id:int> v3.thing caller cache=1m personal=30s;
    resonate_route GET /longer/<id:int> v3.thing caller cache=2m personal=40s;
    resonate_route GET /bound/<id:int> v3.thing caller cache=1m personal=30s
        stale=5m;
    resonate_route GET /never/<id:int> v3.thing caller cache=1m personal=30s
        stale=0;
    resonate_route GET /audio/<id:int> v3.thing caller cache=5s personal=5s
        reply=audio;
END

my $edge = $things->edge(%conf);
my $token = token(exp => time + 1_000_000);
my ($now, $id) = (0, 0);


# asks for a new thing

sub store {
    my ($path, $token, $at) = @_;

    $things->set(++$id, body => qq({"file":"$file","mode":"full","n":%n}));
    $clock->set($now = $at);

    my $res = $edge->get("$path/$id", token => $token);
    die "$path: $res->{status}\n" if $res->{status} != 200;
    $things->calls;
    return $id;
}


# with a database: path, caller, the age that is too old

for my $case (
    [ '/json', undef, 60 ],     [ '/json', $token, 30 ],
    [ '/longer', undef, 120 ],  [ '/longer', $token, 40 ],
    [ '/bound', undef, 60 ],    [ '/never', $token, 30 ],
    [ '/audio', undef, 5 ],     [ '/audio', $token, 5 ],
) {
    my ($path, $token, $limit) = @$case;
    my $who = $token ? 'a caller' : 'anonymous';

    store($path, $token, $now + 1000);

    for ([ $limit - 1, 0 ], [ $limit, 1 ]) {
        my ($age, $calls) = @$_;

        $clock->set($now + $age);
        $edge->get("$path/$id", token => $token);
        is $things->calls, $calls, "$path for $who, $age s: $calls calls";
    }
}


# the clock is set back, by more than what workers' clocks are apart: what is
# from the future may be of any age

for my $case ([ '/json', undef ], [ '/json', $token ], [ '/audio', undef ]) {
    my ($path, $token) = @$case;

    store($path, $token, $now + 1000);

    for ([ -1, 0 ], [ -2, 1 ], [ -2, 0 ]) {
        my ($age, $calls) = @$_;

        $clock->set($now + $age);
        $edge->get("$path/$id", token => $token);
        is $things->calls, $calls, "$path, set back by $age s: $calls calls";
    }
}


# a reply says itself until when it holds: its tags, the age that is too old

for (
    [ [ 'until:%d' ], 20, 20 ],         [ [ 'until:%d' ], 90, 60 ],
    [ [ 'a', 'until:%d', 'until:9999999999' ], 20, 20 ],
    [ [ 'until:', 'until:x' ], 0, 60 ],
) {
    my ($tags, $end, $limit) = @$_;

    my $until = $clock->{start} + $now + 1000 + $end;

    $things->set(++$id, tags => [ map { s/%d/$until/r } @$tags ]);
    $clock->set($now += 1000);
    $edge->get("/json/$id");
    $things->calls;

    for ([ $limit - 1, 0 ], [ $limit, 1 ]) {
        my ($age, $calls) = @$_;

        $clock->set($now + $age);
        $edge->get("/json/$id");
        is $things->calls, $calls, "@$tags, $end: at $age s $calls calls";
    }
}


# two routes on one function share a reply, each with its own limit

for (
    # stored by, asked by, age, calls
    [ '/longer', '/json', 59, 0 ],  [ '/longer', '/json', 60, 1 ],
    [ '/json', '/longer', 60, 0 ],  [ '/json', '/longer', 119, 0 ],
    [ '/json', '/longer', 120, 1 ],
) {
    my ($by, $path, $age, $calls) = @$_;

    store($by, undef, $now + 1000);
    $clock->set($now + $age);
    $edge->get("$path/$id");
    is $things->calls, $calls, "stored by $by, asked by $path, $age s";
}


# without: [ stored by, asked by, caller, the age that is too old ]

sub without {
    my ($stale, @cases) = @_;

    $edge->reload(http => "resonate_cache 1m $stale;");

    my @asked = map { my ($by, $path, $token, $limit) = @$_;
                      [ "$path/" . store($by, $token, $now), $token,
                        $limit ] } @cases;

    $pg->kill;
    wait_for { $edge->get('/json/1')->{status} == 503 } 10, 'no database';

    my %age = map { ($_->[2] => 1, $_->[2] - 1 => 1) } @asked;

    for my $age (sort { $a <=> $b } keys %age) {
        $clock->set($now + $age);

        for my $case (@asked) {
            my ($path, $token, $limit) = @$case;
            my $res = $edge->get($path, token => $token);

            is $res->{status}, $age < $limit ? 200 : 503,
                ($stale || 'by default') . ": $path, $age s";
            is $res->{headers}{age}, $res->{headers}{warning} ? $age : undef,
                'its Age';
        }
    }

    $now += 100_000;
    $pg->start;
    wait_for { $edge->get('/never/1')->{status} == 200 } 20, 'it to return';
}

my @json = ('/json') x 2;
my @audio = ('/audio') x 2;
my @bound = ('/bound') x 2;

$token = token(exp => time + 10_000_000);
without('', [ @json, undef, 3600 ], [ @json, $token, 600 ],
        [ @audio, undef, 600 ], [ @audio, $token, 600 ],
        [ @bound, undef, 300 ], [ @bound, $token, 300 ],
        [ '/json', '/bound', undef, 300 ], [ '/json', '/never', undef, 60 ]);
without('stale=2m', [ @json, undef, 120 ], [ @json, $token, 120 ],
        [ @audio, $token, 120 ], [ @bound, $token, 300 ]);
without('stale=2h', [ @json, undef, 7200 ], [ @json, $token, 600 ]);

done_testing;
