# One worker listens for all: who it is, and what becomes of it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(
    workers => 3, http => 'resonate_cache 1m listen=read;',
    log => 'info', routes => 'resonate_route GET /thing/<id:int> v3.thing
                              cache=1h;');

$things->set($_, tags => [ "track:$_" ]) for 1 .. 3;


sub calls {
    my ($path) = @_;

    $things->calls;
    $edge->get($path // '/thing/1');
    return $things->calls;
}

sub listening {
    return $edge->get('/status')->{content} =~ /^resonate_cache_listening 1$/m;
}

# of the server's processes

sub listeners {
    return map { $_->[0] } @{ $pg->dbh->selectall_arrayref(
        q{SELECT pid FROM pg_stat_activity
          WHERE query ~ 'maintained|LISTEN|SELECT NULL|pg_notify'
            AND usename = 'resonate_edge'}) };
}

# of the workers: who is connected to that one

sub listener {
    my ($port) = listeners() or return;
    my @says = $edge->log =~ /(\d+)#\d+: (?:took over )?listening to database/g;

    return $says[-1];
}

# how often somebody began to listen, with nobody to take over from

sub began {
    return scalar(() = $edge->log =~ /: listening to database/g);
}

sub heard_again {
    my ($what) = @_;

    wait_for { listening() } 10, "listening $what";

    # the server sees a moment later that a connection was closed
    ok wait_for { listeners() == 1 } 10, "$what: one listens";

    # what is notified now is heard
    calls();
    is calls(), 0, 'a reply is kept';
    $pg->dbh->do(q{SELECT pg_notify('resonate_tags', 'track:1')});
    ok wait_for { calls() } 5, 'and ends with its tag';
}


heard_again('from the beginning');


# killed: another one takes over, and what was before may be old

calls('/thing/2');
my $before = listener();
ok scalar(grep { $_ == $before } $edge->workers), 'it is a worker';

$edge->expect(qr/\[alert\] .* worker process \d+ exited on signal 9/);
my $began = began();
kill KILL => $before;
wait_for { began() > $began && listening() } 10, 'another one';
is calls('/thing/2'), 1, 'a reply from before is asked anew';
heard_again('when it was killed');


# stopped: it does not run, so it is as good as gone; when it goes on, it sees
# that

$before = listener();
kill STOP => $before;

# who asks now may ask it
wait_for { listener() != $before && listeners() == 2 } 15, 'another one';
kill CONT => $before;
wait_for { $edge->log =~ /#\d+: another worker has taken over/ } 10, 'it sees';
heard_again('when it was stopped');


# another worker is killed: nothing changes

calls('/thing/2');
my ($other) = grep { $_ != listener() } $edge->workers;
kill KILL => $other;
wait_for { !grep { $_ == $other } $edge->workers } 10, 'it is gone';
is calls('/thing/2'), 0, 'another worker is killed: replies stay';


# a reload: the old worker hands over to a new one, and nothing is missed

calls('/thing/3');

for (1 .. 3) {
    $before = listener();
    $edge->reload;
    wait_for { (listener() // 0) != $before } 10, 'a new worker';
    is calls('/thing/3'), 0, "reload $_: replies stay";
    ok listening(), 'and are fresh';
}

wait_for { listeners() == 1 } 10, 'one connection';
heard_again('after reloads');

$pg->dbh->do(q{SELECT pg_notify('resonate_tags', 'track:3')});
ok wait_for { calls('/thing/3') } 5, 'a reply from before them ends, too';


# a reload to another database: what was heard of the one before is of no use

calls('/thing/3');
$began = began();
$edge->reload(http => 'resonate_cache 1m listen=other;
    resonate_pg other "' . $pg->conninfo(user => 'resonate_edge')
    . ' application_name=other" connections=1;');
wait_for { began() > $began && listening() } 10, 'a new worker';
is calls('/thing/3'), 1, 'listen= another database: replies are asked anew';
wait_for { listeners() == 1 } 10, 'one connection';
is scalar(() = $edge->log =~ /: another worker has taken over/g), 2,
    'without waiting for the old worker';
heard_again('to another database');


# the connection is ended by the server

calls('/thing/2');
$began = began();
$pg->dbh->do('SELECT pg_terminate_backend(?)', {}, listeners());
wait_for { began() > $began && listening() } 10, 'again';
is calls('/thing/2'), 1, 'what was before it is asked anew';
heard_again('when it was ended');

done_testing;
