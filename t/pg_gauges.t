# What the status page says of connections and queries now.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);

$pg->psql('ALTER ROLE resonate_edge SET lock_timeout = 0');

my $edge = Resonate::Edge->new(
    pg       => $pg,
    workers  => 2,
    pg_read  => 'connections=2 timeout=20s',
    pg_write => 'connections=1',
    server   => routes(),
);

my $lock = $pg->dbh(application_name => 'lock');

sub gauges {
    my $text = $edge->get('/status')->{content};
    my %sum;

    # of all databases
    $sum{$1} += $2 while $text =~ /^resonate_pg_(\w+)\{[^}]*\} (-?\d+)$/mg;
    return join ' ', map { $sum{$_} // 'none' }
                     qw(connections inflight queued);
}

sub shows {
    my ($expected, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    ok(eval { wait_for(sub { gauges() eq $expected }, 15, $name) }, $name)
        or diag 'shown: ', gauges(), ", not $expected";
}

shows('6 0 0', 'three connections of each worker');
like($edge->get('/status')->{content},
     qr/^# TYPE resonate_pg_inflight gauge$/m, 'typed');

# a query in flight on each connection, and the others wait; how many there
# are of each depends on which worker has them

$lock->do('SELECT pg_advisory_lock(1)');
my @clients = map { start($edge, '/gate') } 1 .. 20;
my $sent = wait_for(sub { my ($up, $sent, $queued) = split / /, gauges();
                          $sent + $queued == 20 && $sent },
                    10, 'all requests');

ok($sent >= 2 && $sent <= 4, "$sent are in flight");
is_deeply([ map { gauges() } 1 .. 20 ],
          [ ("6 $sent " . (20 - $sent)) x 20 ], 'every worker says the same');

# clients that go leave what was sent

@clients = ();
shows("6 $sent 0", 'abandoned: nothing waits');
$lock->do('SELECT pg_advisory_unlock(1)');
shows('6 0 0', 'all are answered');

# a killed worker takes its numbers with it; a reload leaves none behind

kill 'KILL', ($edge->workers)[0];
$edge->expect(qr/worker process \d+ exited on signal 9/);
shows('6 0 0', 'another worker in the place of a killed one');
$edge->reload;
shows('6 0 0', 'the same after a reload');

$pg->stop;
shows('0 0 0', 'none without a server');
$pg->start;
shows('6 0 0', 'all when it is back');

done_testing();
