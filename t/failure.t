# The database dies while music plays: what goes on, what is refused, and
# that all heals by itself.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1,
    listen => 'sndbuf=64k',
    http   => 'resonate_cache 1m stale=1h;',
    server => <<'END');
location /brief/ {
    resonate_route GET /tracks/<id:uuid> v3.track cache=1s;
}
END

my $token = token();
my $file = slurp(media() . '/' . Resonate::Media::files()->{long}{path});
my $track = "/api/v3/tracks/$id->{paid}";
my $brief = "/brief/tracks/$id->{short}";
my $stream = "/api/v3/user/stream/$id->{paid}";
my $unasked = "/api/v3/tracks/$id->{band_track}";


# what a client is told when there is nothing to answer with

sub unavailable {
    my ($what, $res) = @_;

    is $res->{status}, 503, $what;
    is $res->{headers}{'content-type'}, 'application/problem+json',
       "$what: a problem";
    like $res->{headers}{'retry-after'}, qr/^\d+$/, "$what: when to retry";
    unlike $res->{content}, qr/sql|postgres|libpq|socket/i,
        "$what: nothing of the inside";
}


sub play {
    return $edge->post('/api/v3/user/plays', qq({"trackId":"$id->{paid}"}),
                       token => $token, @_);
}


my $before = $edge->get($track);
is $before->{status}, 200, 'metadata';
my $known = $edge->get($brief);
is $known->{status}, 200, 'metadata, briefly cached';

# a player with a small buffer, in the middle of a track

my $player = $edge->client(receive_buffer => 32_768);
$player->send($player->compose('GET', $stream, token => $token));
my $head = $player->head;
my $heard = $player->take(100_000);

is $head->{headers}{'x-resonate-stream'}, 'full', 'the full track';
is $head->{headers}{'content-length'}, length $file, 'its length';

$pg->kill;

$heard .= $player->take(length($file) - length $heard);
ok $heard eq $file, 'the stream goes on to its end, byte for byte';

my $res = $edge->get($track);
is $res->{status}, 200, 'cached metadata is served';
is $res->{content}, $before->{content}, 'the same';

$res = wait_for {
    my $answer = $edge->get($brief);
    $answer->{headers}{warning} && $answer;
} 10, 'the briefly cached to be stale';
is $res->{status}, 200, 'stale metadata is served';
like $res->{headers}{warning}, qr/^110 /, 'and says so';
like $res->{headers}{age}, qr/^\d+$/, 'with its age';
is $res->{content}, $known->{content}, 'the same too';

unavailable('not cached', $edge->get($unasked));
unavailable('a play', play());
unavailable('a profile', $edge->get('/api/v3/user/profile',
                                    token => $token));

$pg->start;

wait_for { $edge->get($unasked)->{status} == 200 } 20, 'reads to heal';
pass 'reads heal';
wait_for { $edge->get('/api/v3/user/profile', token => $token)->{status}
           == 200 } 20, 'personal routes to heal';
pass 'personal routes heal';

# as a player does: the same report until it is taken
$res = wait_for {
    my $answer = play(headers => { 'Idempotency-Key' => 'after' });
    $answer->{status} == 200 && $answer;
} 20, 'plays to heal';
is json($res)->{data}{total}, 4086, 'a play counts again, once';

# not dead but hung: no answer comes at all

$pg->suspend;
$res = $edge->get("/api/v3/tracks/$id->{free}");
like $res->{status}, qr/^50[34]$/, 'a hung database: a deadline';
is $edge->get($track)->{status}, 200, 'a hung database: cached metadata';
$pg->resume;
wait_for { $edge->get("/api/v3/tracks/$id->{free}")->{status} == 200 } 20,
    'reads to heal';
pass 'a hung database heals';

is $pg->psql('SELECT count(*) FROM resonate.ledger_check()'), 0,
   'the books balance';

done_testing;
