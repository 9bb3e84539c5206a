# PostgreSQL dies, hangs, restarts or has no room: deadlines hold, answers
# are 503 or 504, and all heals by itself.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Test;
use Time::HiRes qw(time);

my $pg = Resonate::Pg->new;
functions($pg);

my $edge = Resonate::Edge->new(
    pg       => $pg,
    pg_read  => 'connections=2 timeout=500ms connect_timeout=500ms',
    pg_write => 'connections=1 timeout=500ms connect_timeout=500ms',
    server   => routes(),
);

my $busy = $edge;       # who is asked

sub answers { return $busy->get('/echo?word=a')->{status} == 200 }
sub heals   { ok(wait_for(\&answers, 15, 'PostgreSQL to be back'), $_[0]) }
sub up      { return inflight($pg) == 3 }
sub refused { return $busy->get('/echo?word=a')->{status} == 503 }

sub timed(&) {
    my ($code) = @_;
    my $start = time;
    my @answer = $code->();
    return (time - $start, @answer);
}

wait_for(\&up, 10, 'three connections');

# a statement past its deadline is abandoned, and only its caller waits

{
    my ($seconds, $slow) = timed { $edge->get('/wait?ms=900') };

    is($slow->{status}, 504, 'a slow statement is a 504');
    cmp_ok($seconds, '>', 0.4, 'not before its deadline');
    ok(answers(), 'its neighbours are served');
    is(counter($edge, 'lost'), 0, 'its connection lives');
}

# the server ends one that never would, and its connection is kept

{
    is($edge->get('/wait?ms=30000')->{status}, 504, 'an endless statement');
    wait_for(sub { !inflight($pg, '%wait%') }, 10, 'the server to end it');
    like($pg->log, qr/canceling statement due to statement timeout/,
         'is ended by the server');
    ok(answers(), 'the next is served');
    is(counter($edge, 'lost'), 0, 'its connection lives too');
}

# the server dies with queries in flight, and stays away; who waited for a
# deadline would wait for long

{
    $busy = Resonate::Edge->new(
        pg => $pg, pg_read => 'connections=1 timeout=20s',
        pg_write => 'connections=1', server => routes());

    my $waiting = start($busy, '/wait?ms=15000');
    wait_for(sub { inflight($pg, '%wait%') }, 10, 'a query in flight');
    $pg->kill;

    my $died = $waiting->response('GET');
    is($died->{status}, 503, 'a query that was sent is not repeated');
    ok(defined $died->{headers}{'retry-after'}, 'come back later');

    wait_for(\&refused, 10, 'a refusal');
    my ($seconds) = timed { refused() for 1 .. 20 };
    cmp_ok($seconds, '<', 20, 'refused at once while it is away');

    $pg->start;
    heals('healed after a crash');
    $busy->stop;
    $busy = $edge;
    heals('and so has another one');
}

# every restart heals

for (1 .. 2) {
    wait_for(\&up, 15, 'three connections');
    $pg->restart;
    heals("healed after a restart");
}

like($edge->log, qr/\[warn\].*server ends the connection: FATAL: .*57P01/,
     'the reason is logged');

# all processes of the server hang

{
    wait_for(\&up, 15, 'three connections');

    # what connected to a server that had just started may have been late
    my $seen = length $edge->log;
    my $since = sub { substr $edge->log, $seen };

    $pg->suspend;

    my ($seconds, @hung) = timed { together($edge, ('/echo?word=a') x 20) };
    is_deeply([ map { $_->{status} } @hung ], [ (504) x 20 ],
              'a hung server: 504 for all');
    cmp_ok($seconds, '<', 10, 'at their deadlines, not one by one');

    wait_for(sub { 2 <= (() = $since->() =~
                         /timed out while connecting to database "read"/g) },
             15, 'both connections to give up');
    like($since->(), qr/\[error\].*no answer to an abandoned query/,
         'their connections were given up');

    my ($refusals, @refused) = timed { map { refused() || () } 1 .. 20 };
    is(scalar @refused, 20, 'then refused');
    cmp_ok($refusals, '<', 10, 'at once');

    $pg->resume;
    heals('healed after it went on');
}

# no connection is left for us (53300), then one

{
    wait_for(\&up, 15, 'three connections');
    $pg->psql('ALTER ROLE resonate_edge CONNECTION LIMIT 0');
    $pg->psql(q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'resonate-edge'));

    wait_for(sub { $edge->log =~ /too many connections for role/ }, 15,
             'a refusal by the server');
    wait_for(\&refused, 10, 'a refusal by us');
    is_deeply([ map { $_->{status} } together($edge, ('/echo?word=a') x 5) ],
              [ (503) x 5 ], 'no connection is left: refused');

    $pg->psql('ALTER ROLE resonate_edge CONNECTION LIMIT 1');
    wait_for(sub { inflight($pg) == 1 }, 15, 'the one that is allowed');

    $pg->psql('ALTER ROLE resonate_edge CONNECTION LIMIT -1');
    wait_for(\&up, 15, 'all connections when there is room');
    heals('healed when there was room');
}

done_testing();
