# Gauges: what all workers have now, whoever is asked; a worker that is gone
# has nothing.

use lib 't/lib';
use Resonate::Test;
use Resonate::Functions;
use Resonate::Workers;

my $pg = Resonate::Pg->new;
functions($pg);

my $edge = Resonate::Edge->new(
    pg      => $pg,
    workers => 2,
    listen  => 'reuseport',
    pg_read => 'connections=2 timeout=60s',
    server  => whoami() . routes(),
);

sub gauge {
    my ($name, $database) = @_;
    my ($value) = $edge->get('/status')->{content}
        =~ /^resonate_pg_$name\{database="\Q$database\E"\} (-?\d+)$/m;
    return $value;
}

# a number of one worker's

sub asked {
    my ($client) = @_;
    return $client->request('GET', '/status')->{content}
           =~ /^resonate_pg_connections\{database="read"\} (\d+)$/m ? $1 : '';
}

sub reaches {
    my ($name, $database, $value, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $is = eval {
        wait_for { gauge($name, $database) == $value } 20, $what;
    };
    ok $is, $what or diag "$name of $database is " . gauge($name, $database);
}

reaches(connections => 'read', 4, 'two connections of each worker');
reaches(connections => 'write', 2, 'one of each to the other database');
is asked($_), 4, 'each worker knows of all' for workers($edge);
is gauge($_, 'read'), 0, "nothing $_" for qw(inflight queued);


# a family stands together, once

my $text = $edge->get('/status')->{content};

for my $name (qw(connections inflight queued)) {
    my @lines = grep { /\bresonate_pg_$name\b/ } split /\n/, $text;

    like $lines[0], qr/^# HELP resonate_pg_$name \S/, "$name: help";
    is $lines[1], "# TYPE resonate_pg_$name gauge", '... type';
    is scalar @lines, 4, '... and one line for each database';
    like $text, qr/\Q@{[ join "\n", @lines ]}\E/, '... together';
}


# One that has ended has nothing from then on, whoever its pid belongs to: here
# it stays its own until the master takes note.

{
    my ($ended) = $edge->workers;
    my ($other) = map { $_->[1] }
                  grep { $_->[0] != $ended }
                  map { [ $_->request('GET', '/whoami')->{content}, $_ ] }
                  workers($edge);

    kill STOP => $edge->pid;
    kill QUIT => $ended;
    wait_for { slurp("/proc/$ended/stat") =~ /\) Z / } 20, 'its end';
    like $other->request('GET', '/status')->{content},
         qr/^resonate_pg_connections_max\{database="read"\} 2$/m,
         'one that has ended may have no connections';
    kill CONT => $edge->pid;
    wait_for { !grep { $_ == $ended } $edge->workers } 20, 'it to be gone';
}


# queries of both workers; one of them is killed

my @asked = workers($edge);

$_->send("GET /wait?ms=60000 HTTP/1.1\r\nHost: localhost\r\n\r\n") for @asked;
reaches(inflight => 'read', 2, 'queries of both workers');

my @workers = $edge->workers;
my $first = $workers[0];
$edge->expect(qr/worker process $first exited on signal 9/);
kill KILL => $first;
wait_for { !grep { $_ == $first } $edge->workers } 20, 'it to be gone';
reaches(inflight => 'read', 1, 'what a killed worker had is gone with it');
reaches(connections => 'read', 4, 'the new one has its connections');


# one that is to quit waits for its client

my ($old) = grep { $_ != $first } @workers;

$edge->reload(workers => 1, pg_read => 'connections=1 timeout=60s');
reaches(connections => 'read', 2, 'an old worker keeps the one that it needs');
is gauge(inflight => 'read'), 1, '... under way';

$edge->expect(qr/worker process $old exited on signal 9/);
kill KILL => $old;
reaches(connections => 'read', 1, 'nobody has its place after it');
is gauge(inflight => 'read'), 0, '... and nothing of it is left';


done_testing;
