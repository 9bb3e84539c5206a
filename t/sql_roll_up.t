#!/usr/bin/perl

# Plays are rolled up: every counted play once, whatever commits when, into the
# sums of its track and its place in the chart.

use lib 't/lib';
use Resonate::Test;

use DBD::Pg qw(:async);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my ($dbh, $other) = ($pg->dbh, $pg->connect);

sub rows { return join ', ', map { join ' ', @$_ }
                             @{ $dbh->selectall_arrayref(@_) } }

sub roll_up { return $dbh->selectrow_array('SELECT resonate.roll_up()') }

sub played {
    my ($db, $track, $kind, $at) = @_;
    $db->do("INSERT INTO resonate.play (person_id, track_id, kind, count,
                 cost_mc, total_mc, played_at)
             VALUES (?, ?, ?, 0, 0, 0, now() - ?::interval)", {},
            $id->{listener}, $id->{$track}, $kind, $at // '0');
}

my $sums = q{SELECT t.title, p.total, p.recent
             FROM resonate.track_plays p
             JOIN resonate.track t ON t.id = p.track_id ORDER BY 1};
my $chart = q{SELECT t.title, c.plays
              FROM resonate.chart c JOIN resonate.track t ON t.id = c.track_id
              ORDER BY c.plays DESC, c.created_at DESC, c.track_id DESC};


# what counts

is(rows($chart), 'Breath 0, Tomorrow 0, Evening 0, Noon 0, Morning 0',
   'every published track is in the chart');
played($dbh, 'free', $_) for qw(paid owned free own preview)[1, 2, 3, 4];
played($dbh, 'short', 'free', $_) for '29 days', '30 days', '1 year';
is($dbh->selectrow_array("SELECT status FROM v3.play('$id->{paid}',
                              caller => '$id->{listener}')"), 200, 'a play');
is(rows($sums), '', 'nothing is summed up by those who play');
is(roll_up(), 6, 'counted plays are');
is(rows($sums), 'Evening 3 1, Morning 1 1, Noon 2 2',
   'all of them, and those of 30 days');
is(rows($chart), 'Noon 2, Evening 1, Morning 1, Breath 0, Tomorrow 0',
   'the chart is in their order');
is(roll_up(), 0, 'once');
is(rows($sums), 'Evening 3 1, Morning 1 1, Noon 2 2', 'and no more');


# a play that began before and commits later

$other->begin_work;
played($other, 'band_track', 'free');
played($dbh, 'free', 'free');
is(roll_up(), 1, 'what is not committed is not counted');
$other->commit;
is(roll_up(), 1, 'but then it is');
$other->begin_work;
played($other, 'band_track', 'free');
$other->rollback;
is(roll_up(), 0, 'nor what is taken back');
is(rows($sums), 'Breath 1 1, Evening 3 1, Morning 1 1, Noon 3 3', 'all in all');


# two that roll up, and one that counts all anew, take turns

played($dbh, 'free', 'free');
$other->begin_work;
is($other->selectrow_array('SELECT resonate.roll_up()'), 1, 'one rolls up');
$dbh->do('SELECT resonate.roll_up()', { pg_async => PG_ASYNC });
my $watch = $pg->connect;
wait_for {
    $watch->selectrow_array('SELECT count(*) FROM pg_locks WHERE NOT granted');
} 10, 'the other to wait';
played($watch, 'free', 'free');
$other->commit;
$dbh->pg_result;
roll_up();
my $all = 'Breath 1 1, Evening 3 1, Morning 1 1, Noon 5 5';
is(rows($sums), $all, 'each play once');
played($dbh, 'paid', 'free');
$all =~ s/Morning 1 1/Morning 2 2/;
is($dbh->selectrow_array('SELECT resonate.recount_plays()'), 11, 'counted');
is(rows($sums), $all, 'anew, which is the same');
is(roll_up(), 0, 'and what was fresh is in it');


# a day leaves the thirty

$dbh->do(q{UPDATE resonate.play_day SET day = day - 1});
roll_up();
is(rows($sums), 'Breath 1 1, Evening 3 0, Morning 2 2, Noon 5 5',
   'the first day left');
is(rows($chart), 'Noon 5, Morning 2, Breath 1, Tomorrow 0, Evening 0',
   'the chart, too');


# which tracks are in the chart; who changes one is not waited for

$dbh->do("UPDATE resonate.track SET status = 'hidden' WHERE id = ?", {},
         $id->{free});
is(rows($chart), 'Morning 2, Breath 1, Tomorrow 0, Evening 0', 'one is hidden');
played($dbh, 'free', 'free');
roll_up();
$dbh->do("UPDATE resonate.track SET status = 'free' WHERE id = ?", {},
         $id->{free});
is(rows("$chart LIMIT 1"), 'Noon 6', 'and comes back with its plays');
$other->begin_work;
$other->do("UPDATE resonate.release SET release_date = '2023-01-01'
            WHERE id = ?", {}, $id->{band_release});
played($dbh, 'band_track', 'free');
$dbh->do(q{SET lock_timeout = '5s'});
is(roll_up(), 1, 'a track that is being changed is counted');
$other->commit;
is(rows($sums), 'Breath 2 2, Evening 3 0, Morning 2 2, Noon 6 6', 'at once');
roll_up();
is(rows($chart), 'Noon 6, Breath 2, Morning 2, Tomorrow 0, Evening 0',
   'and has its place a little later');


# maintain() does all of it, and says when

my $edge = $pg->dbh(user => 'resonate_edge');
my $upkeep = $pg->dbh(user => 'resonate_upkeep');
my $maintained = 'SELECT resonate.maintained()';
is($edge->selectrow_array($maintained), undef, 'never maintained');
$dbh->do('SELECT resonate.partitions_ahead()');
played($dbh, 'short', 'free');
is($upkeep->selectrow_array('SELECT resonate.maintain()'), '1 plays rolled up, '
   . '44 counts folded, 0 idempotency keys forgotten', 'then all at once');
cmp_ok(abs($edge->selectrow_array($maintained) - time), '<', 60, 'just now');
is($upkeep->selectrow_array('SELECT resonate.maintain()'),
   '0 plays rolled up, 0 counts folded', 'a day has one sweep');


# the clock was set forward, and back

my $ahead = q{UPDATE resonate.upkeep SET done_at = now() + interval '3 days'
              WHERE job = ?};

$dbh->do('SELECT resonate.recount_plays()');
my $right = rows($sums);

$dbh->do($ahead, {}, 'sweep');
like($upkeep->selectrow_array('SELECT resonate.maintain()'), qr/forgotten/,
     'a sweep of the future does not count');
$dbh->do(q{UPDATE resonate.play_day SET day = day - 40});
$dbh->do(q{UPDATE resonate.upkeep SET done_at = '2020-01-01'
           WHERE job = 'chart'});
roll_up();
isnt(rows($sums), $right, 'days went too early');
is(rows(q{SELECT u.done_at > now() - interval '1 hour'
          FROM resonate.upkeep u WHERE u.job = 'chart'}), 1, 'seen when');
is(roll_up(), 0, 'which the next one does not know');
$dbh->do($ahead, {}, 'chart');
cmp_ok(roll_up(), '>', 9, 'but when the clock is back');
is(rows($sums), $right, 'all is as it was');
is(roll_up(), 0, 'once');

$dbh->do('DROP TABLE resonate.' . $dbh->selectrow_array(
    q{SELECT to_char(now() AT TIME ZONE 'UTC' + interval '2 months',
                     '"play_"YYYY_MM')}));
is($upkeep->selectrow_array('SELECT resonate.maintain()'),
   '1 partitions made', 'months by themselves');
is_deeply($dbh->selectall_arrayref('SELECT * FROM resonate.ledger_check()
                                    WHERE fault !~ \'differ|other than\''), [],
          'the books are untouched');

done_testing();
