# "nginx -s reload" under load loses no request, and what is under way ends
# as it should.

use lib 't/lib';
use POSIX ();
use Resonate::Test;

my $RELOADS = 10;
my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

$pg->psql(<<'SQL');
CREATE FUNCTION v3.slow(caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_sleep(1);
    RETURN (200, '{"data":"slow"}', '{}')::resonate.reply;
END
$$;
GRANT EXECUTE ON FUNCTION v3.slow(uuid) TO resonate_edge;
SQL

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1,
    listen => 'sndbuf=64k',
    http   => 'resonate_cache 1m;',
    server => <<'END');
location /test/ {
    resonate_route GET /slow v3.slow;
    resonate_route GET /tracks/<id:uuid> v3.track caller;
}
END

my @paths = ("/api/v3/tracks/$id->{paid}", "/test/tracks/$id->{free}",
             '/api/v3/user/profile');
my $token = token();


# Asks until told to stop; writes how many answers there were, and each that
# was not a 200.  A server may close an idle connection at any moment, so a
# request that a kept connection swallowed whole is sent again on another
# (RFC 9112, 9.3.1); nothing else is forgiven.

sub load {
    my ($out, $keep) = @_;
    my ($http, $count, $stop) = (undef, 0, 0);

    local $SIG{TERM} = sub { $stop = 1 };

    while (!$stop) {
        my $path = $paths[$count++ % @paths];
        my $reused = defined $http;
        my $res = eval {
            $http ||= $edge->client;
            $http->request('GET', $path, token => $token, close => !$keep);
        };

        if (!$res && $reused && $http->{buffer} eq ''
            && $@ =~ /closed in the middle of an answer|cannot (?:send|read)/)
        {
            undef $http;
            redo;
        }

        print $out $res ? "$res->{status} $path\n" : "$path: $@"
            if !$res || $res->{status} != 200;
        undef $http if !$keep || !$res
                       || ($res->{headers}{connection} // '') eq 'close';
    }

    print $out "answers $count\n";
}


my @clients = map {
    my $keep = $_;
    my $pid = open(my $in, '-|') // die "fork: $!";

    if ($pid == 0) {
        load(\*STDOUT, $keep);
        close STDOUT;
        POSIX::_exit(0);
    }

    { pid => $pid, in => $in, keep => $keep };
} 0, 1;

$edge->reload for 1 .. $RELOADS;

for my $client (@clients) {
    kill 'TERM', $client->{pid};
    my @said = readline $client->{in};
    my $count = @said && $said[-1] =~ /^answers (\d+)$/ ? $1 : 0;
    my $kind = $client->{keep} ? 'kept connections' : 'new connections';

    pop @said;
    cmp_ok $count, '>=', $RELOADS, "$kind: $count answers";
    is "@said", '', "$kind: none was lost over $RELOADS reloads";
    close $client->{in};
}


# the old worker finishes what it has

my $file = slurp(media() . '/' . Resonate::Media::files()->{long}{path});
my $player = $edge->client(receive_buffer => 32_768);
$player->send($player->compose('GET', "/api/v3/user/stream/$id->{paid}",
                               token => $token));
my $head = $player->head;
my $heard = $player->take(50_000);
my $slow = $edge->client;
$slow->send($slow->compose('GET', '/test/slow'));
wait_for { $pg->psql("SELECT count(*) FROM pg_stat_activity
                      WHERE state = 'active' AND query LIKE '%v3.slow%'
                            AND usename = 'resonate_edge'") }
    10, 'the slow query to run';

my ($old) = $edge->workers;
$edge->reload;

is $slow->response('GET')->{status}, 200, 'a query under way is answered';
$heard .= $player->take(length($file) - length $heard);
ok $heard eq $file, 'a stream under way ends, byte for byte';
$_->close for $slow, $player;
wait_for { Resonate::Process::gone($old) } 20, 'the old worker to leave';
pass 'then the old worker leaves';

is $edge->get($paths[0], token => $token)->{status}, 200, 'all is well';

done_testing;
