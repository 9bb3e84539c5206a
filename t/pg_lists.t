#!/usr/bin/perl

# Who asks for lists and searches as fast as he can slows down nobody who reads
# a track: they have a database of their own, and what is too much is refused.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

# the pool as it is shipped, with time enough for the test

my %options = map {
    my ($options) = slurp("$Resonate::Test::ROOT/conf.d/$_")
                    =~ /^ *resonate_pg lists .*?(connections=[^;]*);/ms;
    $_ => join ' ', split ' ', $options // 'none';
} qw(nginx.conf.in site.conf.in);
my ($lists) = values %options;

is($options{'nginx.conf.in'}, $options{'site.conf.in'}, 'one pool for all');
my ($running, $queued) = $lists =~ /^connections=(\d+) queue=(\d+) timeout=/;

$pg->psql(<<'END');
ALTER ROLE resonate_edge SET lock_timeout = 0;

-- a search that takes as long as somebody holds the lock
CREATE OR REPLACE FUNCTION v3.search(q text, "limit" integer DEFAULT 20,
    caller uuid DEFAULT NULL) RETURNS resonate.reply LANGUAGE plpgsql
    SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1);
    RETURN (200, '{"data":[]}', NULL)::resonate.reply;
END $$;
END

my $edge = Resonate::Edge->new(
    pg => $pg, routes => 1, auth => 1, http => 'resonate_cache 1m;',
    server => 'location = /status { resonate_status; }',
    pg_lists => $lists =~ s/timeout=\S+/timeout=20s/r);
my $lock = $pg->dbh(application_name => 'lock');

sub searches { return inflight($pg, '%v3.search%') }

# no two of them alike, as nothing else would reach the database

my $most = $running + $queued;
my @attack;

sub attack {
    push @attack, map { start($edge, "/api/v3/search?q=$_[0]&limit=$_") }
                  1 .. $most + 10;
    wait_for(sub { counter($edge, 'busy') >= @attack - $most }, 20,
             'what is too much to be refused');
    wait_for(sub { searches() == $running }, 20, 'the first to run');
}

# twice, because the first find no connection yet, and wait

$lock->do('SELECT pg_advisory_lock(1)');
attack($_) for qw(a s);

my $answer = $edge->get('/api/v3/search?q=t');
is($answer->{status}, 503, 'one more is refused');
ok($answer->{headers}{'retry-after'}, 'until later');

for my $path ((map { "/tracks/$id->{$_}" } qw(paid free short band_track)),
              "/trackgroups/$id->{release}", "/artists/$id->{artist}",
              "/playlists/$id->{playlist}", '/prices')
{
    is($edge->get("/api/v3$path")->{status}, 200, "$path: answered");
}

is(searches(), $running, 'while they run');
$lock->do('SELECT pg_advisory_unlock(1)');

my %count;
$count{$_->response('GET')->{status}}++ for @attack;
is($count{200} + $count{503}, @attack, 'who waited is answered');
cmp_ok($count{200}, '>=', $queued, 'all that the queue had room for');
cmp_ok($count{200}, '<=', $most, 'and no more');

# which routes these are

my $conf = slurp("$Resonate::Test::ROOT/conf.d/api-v3.conf");

for my $route ($conf =~ /^    resonate_route ([^;]*);/mg) {
    my ($name) = $route =~ /^(\w+ \S+)/;
    my $list = $route =~ /[?]page:|^GET (?:\/search|\S+\/top) /
               && $route !~ /scope=/;

    is(scalar($route =~ / pg=lists[|]read\b/), $list ? 1 : '',
       "$name: " . ($list ? 'a list' : 'no list'));
}

done_testing();
