# The queue has an end, clients go away, and workers leave well.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Metrics;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);

# what waits for the lock waits as long as the test, on a slow machine too
$pg->psql("ALTER ROLE resonate_edge SET $_ = 0")
    for qw(lock_timeout statement_timeout);

my $edge = Resonate::Edge->new(
    pg       => $pg,
    pg_read  => 'connections=1 queue=40 timeout=20s',
    pg_write => 'connections=1',
    server   => routes(),
);

sub open_files {
    my ($pid) = @_;

    my @files = glob "/proc/$pid/fd/*";
    return scalar @files;
}

wait_for(sub { inflight($pg) == 2 }, 10, 'two connections');

# a lock holds the first query, 40 queue: nothing shares the connection of one
# that is not known to be fast

my $lock = $pg->dbh(application_name => 'lock');
$pg->psql(<<'END');
CREATE TABLE public.door ();
CREATE FUNCTION v3.door() RETURNS resonate.reply LANGUAGE sql
    SECURITY DEFINER AS
    $$ SELECT 200, count(*)::text, NULL::text[] FROM public.door $$;
GRANT EXECUTE ON FUNCTION v3.door() TO resonate_edge;
END

$edge->reload(server => routes() =~ s/}\s*\z//r
                        . "resonate_route GET /door v3.door;\n}\n");
is($edge->get('/door')->{content}, '0', 'the door is open');

sub shut { $lock->begin_work; $lock->do('LOCK TABLE public.door') }
sub unlock { $lock->rollback }
sub waits { inflight($pg, '%door%') }

# the status is asked for last, so all that came before are in it

sub inside {
    my $now = metrics($edge);

    return $now->{'resonate_pg_inflight{database="read"}'}
           + $now->{'resonate_pg_queued{database="read"}'};
}

my $queries = counter($edge, 'queries');

shut();
my @inside = map { start($edge, '/door') } 1 .. 41;
wait_for(\&waits, 10, 'the first to wait');
is(counter($edge, 'queries'), $queries + 1, 'one is in flight');

my @over = together($edge, ('/door') x 10);
is_deeply([ map { $_->{status} } @over ], [ (503) x 10 ],
          'a full queue is a 503');
is_deeply([ map { $_->{headers}{'retry-after'} } @over ], [ (1) x 10 ],
          'with Retry-After');
is(counter($edge, 'busy'), 10, 'and counted');

unlock();
is_deeply([ map { $_->response('GET')->{status} } @inside ], [ (200) x 41 ],
          'all others are served');

# clients that go away leave nothing

my ($worker) = $edge->workers;
my $files = open_files($worker);
my $cancelled = counter($edge, 'cancelled');

for (1 .. 5) {
    shut();
    my @gone = map { start($edge, '/door') } 1 .. 20;
    wait_for(\&waits, 10, 'the first to wait');
    @gone = ();
    $cancelled += 20;
    wait_for(sub { counter($edge, 'cancelled') == $cancelled }, 10,
             'all to be cancelled');
    unlock();
    is($edge->get('/echo?word=next')->{content}, '"next"',
       'the next has its own answer');
}

wait_for(sub { open_files($worker) <= $files }, 10, 'all files to be closed');
is(counter($edge, 'lost'), 0, 'no connection was lost');

# reload and quit: what is in flight or queued is answered by the old worker

for my $leave (
    [ 'reload', sub { $edge->reload } ],
    [ 'quit', sub { kill 'QUIT', $worker } ])
{
    my ($name, $act) = @$leave;

    shut();
    my $late = $edge->client;
    $late->send("GET /echo?word=late HTTP/1.1\r\n");
    my @waiting = map { start($edge, '/door') } 1 .. 38;
    wait_for(\&waits, 10, 'the first to wait');

    # nobody accepts a connection between the end of a worker that was told
    # to quit and the start of the next, and this one waits for the late one
    wait_for(sub { inside() == 38 }, 10, 'all others to be inside');

    $act->();
    wait_for(sub { $edge->log =~ / $worker#\d+: gracefully shutting down/ },
             10, 'the worker to be leaving');
    unlock();

    is_deeply([ map { $_->response('GET')->{status} } @waiting ],
              [ (200) x 38 ], "$name: all are answered");

    # its connections are closed by now
    $late->send("Host: localhost\r\nConnection: close\r\n\r\n");
    is($late->response('GET')->{content}, '"late"', "$name: a late one too");

    wait_for(sub { !-e "/proc/$worker" }, 10, 'the old worker to end');
    $worker = wait_for(sub { ($edge->workers)[0] }, 10, 'the new one');
}

$edge->stop;
wait_for(sub { inflight($pg) == 0 }, 10, 'no connection to be left');
pass('no connection is left');

done_testing();
