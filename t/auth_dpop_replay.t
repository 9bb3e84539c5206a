# A proof is good once: on every worker, over reloads, and by the database on
# every machine.  A store that has no room takes nothing new, and forgets
# nothing.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Dpop;
use Resonate::Workers;

my $client = Resonate::Dpop->new;
my $bound = $client->token(exp => time + 7200);
my $origin = 'https://api.example';
my $now;                # as nginx sees it, where a clock stands still
my $conf = "resonate_dpop on; resonate_dpop_origin $origin;";
my $server = <<'END';
location /      { resonate_auth required; try_files /none @said; }
location @said  { resonate_auth optional; return 200 $resonate_user; }
location /early { resonate_auth optional;
                  set $a "<$resonate_user>";
                  try_files /none @early; }
location @early { resonate_auth optional; return 200 "$a$resonate_user"; }
location /part  { resonate_auth optional; auth_request /asked;
                  try_files /none @said; }
location /asked { resonate_auth required; try_files /none @said; }
location = /status { resonate_status; }
END

sub fresh {
    my ($path, %more) = @_;

    return { $client->headers(htm => 'GET', htu => "$origin$path",
                              token => $bound, iat => $now // time,
                              %more) };
}

sub ask {
    my ($http, $proof, $path) = @_;
    my $res = $http->request('GET', $path || '/', headers => $proof);

    return $res->{content} if $res->{status} == 200;
    return $res->{status} == 401 && $res->{headers}{'www-authenticate'}
           =~ /error="invalid_dpop_proof".*seen before"/
           ? 'seen' : $res->{status};
}

sub count {
    my ($edge, $what) = @_;
    my ($n) = $edge->get('/status')->{content}
              =~ /^resonate_dpop_proofs_${what}_total (\d+)$/m;
    return $n;
}


# workers, and a new one

my $clock = Resonate::Clock->new;
my $edge = Resonate::Edge->new(
    auth    => 1,
    env     => { $clock->env },
    modules => [qw(core auth)],
    workers => 2,
    listen  => 'reuseport',
    http    => "$conf resonate_dpop_replay size=64k;"
               . 'keepalive_requests 100000;',
    server  => whoami() . $server);

my ($one, $two) = workers($edge);

$now = $clock->{start};
my $first = fresh('/');

is ask($one, $first), 'listener', 'a proof';
is ask($one, $first), 'seen', '... again';
is ask($two, $first), 'seen', '... and on another worker';
is ask($two, fresh('/')), 'listener', 'another proof';
is ask($one, fresh('/', jti => 'a')), 'listener', 'a jti';
is ask($two, fresh('/', jti => 'a')), 'seen', '... is not used twice';
is ask($two, fresh('/x', jti => 'a'), '/x'), 'listener',
   '... but for another URI';
is ask($two, fresh('/', jti => 'b', ath => 'x')), 401, 'a bad proof';
is ask($one, fresh('/', jti => 'b')), 'listener', '... takes no room';

is ask($one, fresh('/early'), '/early'), '<listener>listener',
   'asked for twice, it is one request';
is ask($one, fresh('/part'), '/part'), 'listener',
   '... and so with a subrequest';

$edge->reload;
($one, $two) = workers($edge);

is ask($one, $first), 'seen', 'a reload forgets nothing';
is count($edge, 'accepted'), 7, 'counted';
is count($edge, 'refused'), 5, '... and those that were refused';

# a full store

my $n = 0;
$n++ while $n < 2000 && ask($one, fresh('/')) eq 'listener';

cmp_ok $n, '>', 100, 'it has room for some';
cmp_ok $n, '<', 1000, '... and not for more';
is ask($two, fresh('/')), 503, 'a key has its share';
like $edge->log, qr/\[error\].* no room for a DPoP proof of this key/,
     '... which is logged';

for (1 .. 9) {
    my $other = Resonate::Dpop->new;
    my $token = $other->token(exp => time + 7200);
    my $more = sub { ask($one, { $other->headers(
        htm => 'GET', htu => "$origin/", token => $token, iat => $now) }) };

    $_ > 1 || is $more->(), 'listener', '... others have room';
    for (1 .. 100) { last if $more->() ne 'listener' }
}

is ask($two, fresh('/')), 503, 'full';
is ask($two, $first), 'seen', '... and the first one is not forgotten';
cmp_ok count($edge, 'failed'), '>=', 2, '... which is counted';
like $edge->log, qr/\[error\].* no room for a DPoP proof in/,
     '... and logged';

$clock->set(65);
$now += 65;
is ask($one, fresh('/')), 503, 'a second too early';

$clock->set(67);
$now += 2;
is ask($one, fresh('/')), 'listener',
   'when their time is over, there is room';
is $edge->get('/', headers => $first)->{status}, 401, '... they are refused';


# machines

undef $now;
my $pg = Resonate::Pg->new;
my @machines = map {
    Resonate::Edge->new(
        auth    => 1,
        pg      => $pg,
        http    => "$conf resonate_dpop_replay database=write;",
        server  => $server)
} 1 .. 2;
my ($here, $there) = map { $_->client } @machines;

$first = fresh('/');

is ask($here, $first), 'listener', 'database: a proof';
is ask($here, $first), 'seen', '... again';
is ask($there, $first), 'seen', '... on another machine';
is ask($there, fresh('/')), 'listener', '... and another proof there';
is ask($there, fresh('/early'), '/early'), '<>listener',
   'who asks before it can wait sees nobody';
is ask($there, fresh('/part'), '/part'), 'listener', 'a subrequest';
is $pg->psql('SELECT count(*) FROM resonate.proof'), 4, 'that is all';

# while it waits

my $dbh = $pg->dbh;

sub waiting {
    wait_for { $pg->psql(q(SELECT count(*) FROM pg_stat_activity
                           WHERE wait_event_type = 'Lock')) == 1 }
        10, 'a proof to wait';
}

$dbh->begin_work;
$dbh->do('LOCK resonate.proof');
my $gone = $machines[0]->client;
$gone->send($gone->compose('GET', '/', headers => fresh('/')));
waiting();
undef $gone;
wait_for { $machines[0]->log =~ /closed (?:prematurely )?connection/ }
    10, 'it to go';
like ask($machines[0]->client, undef, '/status'), qr/^resonate_/m,
   'a client that goes away meanwhile leaves the worker at work';
$dbh->commit;
is ask($here, fresh('/')), 'listener', '... and the next one';

$pg->stop;
is ask($here, fresh('/')), 503, 'no database, no answer';
$pg->start;
for my $edge ($here, $there) {
    wait_for { ask($edge, fresh('/')) eq 'listener' } 20, 'the database again';
}
pass '... until it is there again';

$pg->psql('DROP FUNCTION resonate.first_proof');
is ask($there, fresh('/')), 503, 'a database that does not know proofs';
like $machines[1]->log, qr/"resonate_dpop_replay" failed: 42883: /,
     '... is in the log';

done_testing;
