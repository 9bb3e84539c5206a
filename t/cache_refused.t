# What was answered once and is refused now does not come back, whether the
# database is there or not.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Things;

my $clock = Resonate::Clock->new;
my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $id = catalogue($pg);
my $edge = $things->edge(env => { $clock->env }, media => media(),
                         routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1m;
    resonate_route GET /soon/<id:int> v3.thing cache=10s;
    resonate_route GET /track/<id:uuid> v3.track caller cache=1m personal=1m;
    resonate_route GET /tracks v3.tracks caller cache=10m;
    resonate_route GET /stream/<id:uuid> v3.stream caller reply=audio
        cache=1m personal=1m;
END

my %gzip = (headers => { 'Accept-Encoding' => 'gzip' });
my %of = map { $_ => token(sub => $_, exp => time + 100_000) }
         qw(listener owner);
my ($now, $long) = (0, '{"data":"' . 'x' x 1000 . '"}');

sub later { $clock->set($now += $_[0] || 60) }


# What is refused drops both forms, also where they were fresh enough; without
# a database nothing is left.

my @cases = (
    # answer, what is left of the old one
    [ 503, status => 404 ], [ 503, status => 402 ], [ 503, status => 403 ],
    [ 503, status => 500 ], [ 503, status => 201 ], [ 503, status => 204 ],
    [ 503, status => 99 ], [ 503, raise => 'RH404' ],
    [ 503, raise => 'RH503' ], [ 503, raise => 'P0001' ],
    [ 200, raise => '55P03' ], [ 200, raise => '57014' ],
    [ 200, raise => '40001' ], [ 200, raise => '57P01' ],
);

for my $n (1 .. @cases) {
    $things->set($n, body => $long);
    $edge->get("/thing/$n");
    is $edge->get("/thing/$n", %gzip)->{headers}{'content-encoding'}, 'gzip',
        "thing $n has both forms";
}

later(30);

for my $n (1 .. @cases) {
    my ($left, @answer) = @{$cases[$n - 1]};

    $things->set($n, body => 'refused', @answer);
    $edge->get("/soon/$n");
}

$things->set(50, body => $long);
$edge->get('/thing/50');
later(30);
$things->set(50, status => 404);
$edge->get('/soon/50');
is $edge->get('/thing/50', %gzip)->{status}, 404, 'no form of it is left';


# hidden: the listener's and anonymous' replies were made of the same track

for my $who (undef, map { $of{$_} } 'listener', 'owner') {
    is $edge->get("/$_/$id->{paid}", token => $who)->{status}, 200,
        "$_, before" for 'track', 'stream';
}


like $edge->get('/tracks')->{content}, qr/$id->{paid}/, 'a list has it, too';
$pg->dbh->do('UPDATE resonate.track SET status = ? WHERE id = ?', {},
             'deleted', $id->{paid});
later();

# whoever asks first finds out for all of them
is $edge->get("/stream/$id->{paid}", token => $of{listener})->{status}, 404,
    'hidden';
unlike $edge->get('/tracks')->{content}, qr/$id->{paid}/, 'and lists';
is $edge->get("/track/$id->{paid}", token => $of{listener})->{status}, 404,
    'its metadata too';
is $edge->get('/tracks')->{status}, 200, 'the list as it is now';


# the database goes

$pg->kill;
wait_for { $edge->get('/thing/999')->{status} == 503 } 10, 'no database';

for my $n (1 .. @cases) {
    my ($left, @answer) = @{$cases[$n - 1]};

    is $edge->get("/thing/$n")->{status}, $left, "@answer, then no database";
    is $edge->get("/thing/$n", %gzip)->{status}, $left, 'the gzip form';
}

my $list = $edge->get('/tracks');
is $list->{status}, 200, 'a list';
unlike $list->{content}, qr/$id->{paid}/, 'without it';

for my $who (undef, map { $of{$_} } 'listener', 'owner') {
    is $edge->get("/$_/$id->{paid}", token => $who)->{status}, 503,
        "$_, hidden, without a database" for 'track', 'stream';
}


# a newer decision replaces an older one, whatever it is

$pg->start;
wait_for { $edge->get("/track/$id->{band_track}")->{status} == 200 } 20,
    'the database to return';

my $stream = "/stream/$id->{band_track}";

sub mode {
    return $edge->get($stream, token => $of{listener})
               ->{headers}{'x-resonate-stream'};
}

later();
is mode(), 'full', 'with credit';
$pg->dbh->do('UPDATE resonate.account SET balance_uc = 0 WHERE person_id = ?',
             {}, $id->{listener});
is mode(), 'full', 'still so';
later();
is mode(), 'preview', 'the credit is gone';
$pg->kill;
later();
is mode(), 'preview', 'and without a database';

done_testing;
