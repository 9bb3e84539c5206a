# More work than PostgreSQL can do in time: what is sent is little, what would
# be late is refused, and nothing runs on for nobody.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);

$pg->psql(<<'END');
ALTER ROLE resonate_edge SET lock_timeout = 0;

CREATE FUNCTION v3.nap() RETURNS resonate.reply LANGUAGE plpgsql
    SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_sleep(0.3);
    RETURN (200, nextval('public.ran')::text, NULL)::resonate.reply;
END $$;

CREATE FUNCTION v3.setting() RETURNS resonate.reply LANGUAGE sql AS
    $$ SELECT 200, current_setting('statement_timeout'), NULL::text[] $$;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
END

my $lock = $pg->dbh(application_name => 'lock');

sub shut   { $lock->do('SELECT pg_advisory_lock(1)') }
sub unlock { $lock->do('SELECT pg_advisory_unlock(1)') }
sub ran    { return $pg->psql('SELECT last_value FROM public.ran') }
sub before { $pg->psql(q(SELECT setval('public.ran', 1000))); return 1000 }
sub stuck  { inflight($pg, '%gate%') }

sub overdue {
    return $pg->psql(q(SELECT count(*) FROM pg_stat_activity
                       WHERE query LIKE '%v3.gate%' AND state = 'active'
                             AND clock_timestamp() - query_start > '50ms'
                             AND pid <> pg_backend_pid()));
}

sub statuses {
    my %count;

    $count{$_->{status}}++ for @_;
    return \%count;
}

# the worker sees all of them in the same moment

sub at_once {
    my ($edge, $number) = @_;
    my ($worker) = $edge->workers;

    kill 'STOP', $worker;
    my @clients = map { start($edge, '/gate') } 1 .. $number;
    kill 'CONT', $worker;
    return @clients;
}

sub edge {
    my ($options, $info) = @_;

    $info = $pg->conninfo(user => 'resonate_edge') . ' ' . ($info // '');
    return Resonate::Edge->new(
        http   => qq(resonate_pg read "$info" $options;
                     resonate_pg write "$info";),
        server => routes() =~ s/}\s*\z//r . <<'END');
    resonate_route GET /nap v3.nap;
    resonate_route GET /setting v3.setting;
}
END
}

# the server ends what is past its timeout, unless the operator says otherwise

for (
    [ 'timeout=7s', '', '7050ms' ],
    [ 'timeout=500ms prepare=off', '', '5s' ],
    [ 'timeout=500ms', q(options='-c statement_timeout=3s'), '3s' ])
{
    my ($options, $info, $expected) = @$_;
    my $edge = edge($options, $info);

    is($edge->get('/setting')->{content}, $expected,
       "statement_timeout: $options $info");
    $edge->stop;
}

# what was abandoned in the queue never runs

for (
    [ 'unknown', 0, 1, 1, '' ], # what is not known is sent one at a time
    [ 'fast', 30, 2, 32, '' ],  # what is known to be fast fills a pipeline
    [ 'pooler', 30, 1, 1, 'prepare=off' ])      # which it would mix up
{
    my ($name, $known, $least, $most, $options) = @$_;
    my $edge = edge("connections=1 timeout=20s $options");

    $edge->get('/gate') for 1 .. $known;
    shut();

    my $before = before();
    my @gone = at_once($edge, 60);
    wait_for(\&stuck, 10, 'the first to wait');
    @gone = ();
    wait_for(sub { counter($edge, 'cancelled') == 60 }, 10,
             'all to be abandoned');
    unlock();

    is($edge->get('/gate')->{status}, 200, "$name: the next is answered");
    my $abandoned = ran() - $before - 1;
    cmp_ok($abandoned, '>=', $least, "$name: $abandoned of 60 were sent");
    cmp_ok($abandoned, '<=', $most, "$name: and no more");
    is(counter($edge, 'lost'), 0, "$name: no connection was lost");
    $edge->stop;
}

# a connection whose query takes longer than it should is passed over

{
    my $edge = edge('connections=2 timeout=20s');

    $edge->get('/gate') for 1 .. 30;
    $edge->get('/wait?ms=1') for 1 .. 30;
    shut();

    my $waiting = start($edge, '/gate');
    wait_for(\&overdue, 10, 'one to wait for longer than it should');

    is_deeply(statuses(together($edge, ('/wait?ms=20') x 20)), { 200 => 20 },
              'all others are answered');
    ok(stuck(), 'while one waits');
    unlock();
    is($waiting->response('GET')->{status}, 200, 'then it is answered too');
    $edge->stop;
}

# ten at once, three can be done in time: none is begun that would be late

{
    my $edge = edge('connections=1 timeout=1s');

    $edge->get('/nap') for 1 .. 4;

    my $before = before();
    my @answers = together($edge, ('/nap') x 10);
    my $count = statuses(@answers);

    cmp_ok($count->{503} // 0, '>=', 6, 'what would be late is refused');
    is_deeply([ map { $_->{headers}{'retry-after'} }
                grep { $_->{status} == 503 } @answers ],
              [ (1) x ($count->{503} // 0) ], 'with Retry-After');
    is(ran() - $before, 10 - ($count->{503} // 0), 'and never runs');
    $edge->stop;
}

# nothing moves: who comes now does not have to wait for the refusal

{
    my $edge = edge('connections=1 timeout=4s');

    shut();
    my @first = map { start($edge, '/gate') } 1 .. 5;
    my @more;

    wait_for(sub {
        push @more, start($edge, '/gate');
        counter($edge, 'busy');
    }, 10, 'a refusal');

    is($more[-1]->response('GET')->{status}, 503, 'the last is refused');
    is(counter($edge, 'timeouts'), 0, 'before the first have run out of time');
    unlock();
    is_deeply(statuses(map { $_->response('GET') } @first), { 200 => 5 },
              'which are answered');
}

done_testing();
