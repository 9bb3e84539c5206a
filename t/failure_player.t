# What a player does while the database is away, just after a play was
# counted: it seeks, asks for its lists, reports plays.  It hears on, and pays
# once.

use lib 't/lib';
use Resonate::Test;
use Time::HiRes qw(time);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1, workers => 2,
    http   => 'resonate_cache 1m stale=1h;',
    server => 'location = /status { resonate_status; }',
);

my $file = slurp(media() . '/' . Resonate::Media::files()->{long}{path});
my $token = token();
my $stream = "/api/v3/user/stream/$id->{paid}";
my $list = '/api/v3/tracks?limit=3';

sub range {
    my ($first, $last, %headers) = @_;

    return $edge->get($stream, token => $token, headers => {
        Range => "bytes=$first-$last", %headers });
}

sub play {
    my ($key, $track) = @_;

    return $edge->post('/api/v3/user/plays', qq({"trackId":"$id->{$track}"}),
                       token => $token,
                       headers => { 'Idempotency-Key' => $key });
}

sub balance {
    return $pg->dbh->selectrow_array(q{SELECT balance_uc / 1000
        FROM resonate.account a JOIN resonate.person p ON p.id = a.person_id
        WHERE p.display_name = 'Listener'});
}

sub backends {
    return $pg->dbh->selectrow_array(q{SELECT count(*) FROM pg_stat_activity
        WHERE application_name = 'resonate-edge'});
}

sub heals(&$) {
    my ($condition, $what) = @_;

    ok((wait_for { $condition->() } 15, $what), $what);
}

my $workers = wait_for { my @all = $edge->workers; @all == 2 && \@all } 10,
              'two workers';
wait_for { backends() == 6 } 10, 'the connections of both';


# music plays, its play is counted, the lists are on the screen

my $etag = range(0, 1)->{headers}{etag};
my $before = $edge->get($list, token => $token);

is($before->{status}, 200, 'my list');
is(play('first', 'paid')->{status}, 200, 'a play counts');
is(balance(), 4086, 'and is charged');

$pg->kill;


# the next report may come before the edge knows

is(play('early', 'band_track')->{status}, 503, 'a play, right after the kill');
wait_for { $edge->get("/api/v3/tracks/$id->{free}")->{status} == 503 } 10,
    'the workers to notice';

my $start = time;

is(play('late', 'band_track')->{status}, 503, 'a play') for 1 .. 20;
cmp_ok(time - $start, '<', 20, 'refused at once');
is($edge->get("/api/v3/user/stream/$id->{short}", token => $token)->{status},
   503, 'a stream not decided before');

# neither the play that counted nor those that did not take the music away

for ([ 0, 1 ], [ 100_000, 165_535 ], [ length($file) - 9, length($file) - 1 ])
{
    my ($first, $last) = @$_;
    my $res = range($first, $last, 'If-Range' => $etag);

    is($res->{status}, 206, "seek to $first");
    is($res->{headers}{'x-resonate-stream'}, 'full', 'as before');
    ok($res->{content} eq substr($file, $first, $last - $first + 1),
       'its bytes');
    like($res->{headers}{warning}, qr/^110 /, 'decided before');
}

my $res = $edge->get($list, token => $token);
is($res->{status}, 200, 'my list, as it was before the play');
is($res->{content}, $before->{content}, 'the same');
like($res->{headers}{warning}, qr/^110 /, 'and said to be old');
is($edge->get($list, token => token(sub => 'owner'))->{status}, 503,
   'nobody else gets it');


# it returns

$pg->start;
is(balance(), 4086, 'nothing was charged meanwhile');

heals { backends() == 6 } 'as many connections as before';
heals { play('late', 'band_track')->{status} == 200 } "plays count, $_"
    for 1 .. 4;
heals { play('other', 'band_track')->{status} == 200 } 'under any key';
is(balance(), 4084, 'and are charged once');

heals { !defined range(0, 1)->{headers}{warning} } 'decisions are fresh';
heals { my $now = $edge->get($list, token => $token);
        $now->{status} == 200 && !defined $now->{headers}{warning} }
    'lists are fresh';

is_deeply([ $edge->workers ], $workers, 'the same workers');
is($pg->psql('SELECT count(*) FROM resonate.ledger_check()'), 0,
   'the books balance');

done_testing;
