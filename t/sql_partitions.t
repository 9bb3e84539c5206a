#!/usr/bin/perl

# Plays and postings by month: rows always find a partition, every partition
# keeps the rules of its table, and making one stops nobody who plays.

use lib 't/lib';
use Resonate::Test;

use DBD::Pg qw(:async);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

sub rows_of {
    my ($db, @query) = @_;
    return [ map { join ' ', map { $_ // '-' } @$_ }
             @{ $db->selectall_arrayref(@query) } ];
}

sub rows { return rows_of($dbh, @_) }

sub play {
    my ($db, $track, $who) = @_;
    return $db->selectrow_array(
        'SELECT status FROM v3.play(track_id => ?, caller => ?)', {},
        $id->{$track}, $id->{$who || 'listener'});
}

sub refused {
    my ($sql, $state, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    eval { $dbh->do($sql) };
    is($dbh->state, $state, $what);
}

my $partitions = q{
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN ('resonate.play'::regclass,
                          'resonate.posting'::regclass)
      AND c.relname !~ 'default' ORDER BY 1};
my $expected = q{
    SELECT t || to_char(date_trunc('month', now() AT TIME ZONE 'UTC')
                        + n * interval '1 month', '_YYYY_MM')
    FROM unnest('{play,posting}'::text[]) t, generate_series(0, 3) n
    ORDER BY 1};


# months ahead

is_deeply(rows($partitions), rows($expected), 'this month and three ahead');
is($dbh->selectrow_array('SELECT resonate.partitions_ahead()'), 0,
   'which is enough');

is(play($dbh, 'paid'), 200, 'a play');
my $month = rows($expected)->[0];
is_deeply(rows('SELECT tableoid::regclass, kind FROM resonate.play'),
          [ "resonate.$month paid" ], 'is in its month');
is_deeply(rows("SELECT reloptions @> '{autovacuum_freeze_min_age=0}'
                FROM pg_class WHERE relname = ?", {}, $month), [ 1 ],
          'which is vacuumed in its own way');


# only the month that is asked for is read, whatever the plan

my $fresh = $pg->dbh(user => 'postgres');
$fresh->begin_work;
play($fresh, 'paid') for 1 .. 8;
is_deeply(rows_of($fresh, q{
              SELECT relname FROM pg_stat_xact_user_tables
              WHERE relname ~ '^(play|posting)_'
                AND seq_scan + coalesce(idx_scan, 0) > 0}), [ $month ],
          'the same play is looked up in its month');
$fresh->rollback;


# a month that nobody made

$dbh->do(q{
    INSERT INTO resonate.play (played_at, person_id, track_id, kind, count,
                               cost_mc, total_mc)
    SELECT m, ?, ?, 'free', 0, 0, 5
    FROM unnest(ARRAY['2020-02-29 23:59:59.999999Z',
                      '2020-03-01 00:00:00Z']::timestamptz[]) m},
    {}, $id->{listener}, $id->{free});
$dbh->do(q{INSERT INTO resonate.holding (person_id, track_id, last_played_at)
           VALUES (?, ?, '2020-03-01 00:00:00Z')}, {},
         $id->{listener}, $id->{free});
$dbh->do(q{
    WITH t AS (INSERT INTO resonate.transfer (kind, rule_id, created_at)
               VALUES ('topup', 1, '2020-02-03 00:00:00Z')
               RETURNING id, created_at)
    INSERT INTO resonate.posting
    SELECT t.id, t.created_at, l.line, a.id, l.amount
    FROM t, (VALUES (1, 7), (2, -7)) l (line, amount), resonate.account a
    WHERE a.name = 'issue'});
is_deeply(rows('SELECT tableoid::regclass, count(*) FROM resonate.play
                WHERE played_at < now() - interval \'1 year\' GROUP BY 1'),
          [ 'resonate.play_default 2' ], 'rows find a partition at any time');

my $before = rows('SELECT * FROM resonate.play ORDER BY id');
$dbh->do('SELECT resonate.sweep()');
is_deeply(rows('SELECT tableoid::regclass, count(*) FROM resonate.play
                WHERE played_at < now() - interval \'1 year\'
                GROUP BY 1 ORDER BY 1'),
          [ 'resonate.play_2020_02 1', 'resonate.play_2020_03 1' ],
          'and the daily job makes their months');
is(rows(q{SELECT reltuples FROM pg_class WHERE relname = 'play'})->[0], 3,
   'and counts the whole');
is_deeply(rows('SELECT * FROM resonate.play ORDER BY id'), $before,
          'the same rows');
is_deeply(rows('SELECT tableoid::regclass, amount_uc FROM resonate.posting
                WHERE posted_at < now() - interval \'1 year\' ORDER BY 2'),
          [ 'resonate.posting_2020_02 -7', 'resonate.posting_2020_02 7' ],
          'postings too');
is_deeply(rows('SELECT * FROM resonate.ledger_check()'), [],
          'the books are right');


# rules hold in each partition

for my $part (@{ rows($partitions) }, qw(play_default posting_default)) {
    refused("$_ resonate.$part", '42501', "no $_ $part")
        for 'DELETE FROM', 'TRUNCATE';
}

refused("INSERT INTO resonate.$_ SELECT t.id, t.created_at, 9, a.id, 1
         FROM resonate.transfer t, resonate.account a WHERE a.name = 'coop'
           AND t.id = (SELECT max(id) FROM resonate.transfer
                       WHERE kind = 'topup')", '23514',
        "no uneven line in $_") for 'posting', 'posting_2020_02';
refused(q{INSERT INTO resonate.posting
          SELECT transfer_id, posted_at + interval '1 year', line, account_id,
                 amount_uc FROM resonate.posting}, '23503',
        'no line of a transfer at another time');

my $again = q{INSERT INTO resonate.play (played_at, person_id, track_id, kind,
                  count, cost_mc, total_mc, transfer_id)
              SELECT played_at + %s, person_id, track_id, kind, count, cost_mc,
                     total_mc, transfer_id
              FROM resonate.play WHERE kind = 'paid'};

refused(sprintf($again, q{interval '0'}), '23505',
        'no second play on one transfer');
refused(sprintf($again, qq{interval '$_'}), '23503',
        "nor another time, in $_") for '1 second', '1 month', '99 years';


# making months while others play

my ($open, $job, $other) = map { $pg->dbh(user => $_) }
    qw(resonate_edge postgres resonate_edge);

$dbh->do('SELECT resonate.credit(?, 9, NULL)', {}, $id->{owner});
$open->begin_work;
is(play($open, 'short'), 200, 'a play that is not committed');
$job->do('SELECT resonate.partitions_ahead(5)', { pg_async => PG_ASYNC });
wait_for {
    $dbh->selectrow_array('SELECT count(*) FROM pg_locks WHERE pid = ?
                           AND NOT granted', {}, $job->{pg_pid});
} 10, 'the job to wait';
is(play($other, 'band_track', 'owner'), 200, 'nobody else waits for it');
is(play($open, 'free'), 200, 'nor the one that the job waits for');
$open->commit;
$job->pg_result;
is(scalar(@{ rows($partitions) }), 8 + 4 + 3, 'then the months are there');


# the daily job makes them last: what else it does may take its time

$dbh->do("INSERT INTO resonate.idempotency
          VALUES ('play', ?, 'old', '', 200, '', now() - interval '2 days')",
         {}, $id->{owner});
$dbh->do("DROP TABLE resonate.$_") for @{ rows($expected) }[3, 7];
my $keeper = $pg->connect;
$keeper->begin_work;
$keeper->do('SELECT FROM resonate.idempotency FOR UPDATE');
$job->do('SELECT resonate.sweep()', { pg_async => PG_ASYNC });
wait_for {
    $dbh->selectrow_array('SELECT count(*) FROM pg_locks WHERE pid = ?
                           AND NOT granted', {}, $job->{pg_pid});
} 10, 'the job to wait';
is(play($other, 'band_track'), 200, 'nobody waits for the daily job');
$keeper->rollback;
$job->pg_result;
is(scalar(@{ rows($partitions) }), 8 + 4 + 3, 'which makes months, too');

done_testing();
