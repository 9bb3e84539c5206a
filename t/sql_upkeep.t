#!/usr/bin/perl

# resonate.maintain() is in nobody's way, and does the rest when months cannot
# be made.

use lib 't/lib';
use Resonate::Test;

use DBD::Pg qw(:async);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my ($dbh, $other) = ($pg->dbh, $pg->connect);
my $upkeep = $pg->dbh(user => 'resonate_upkeep');
my $maintain = 'SELECT resonate.maintain()';

$dbh->do('SELECT resonate.partitions_ahead()');
like($upkeep->selectrow_array($maintain), qr/rolled up/, 'all is done');


# it waits for nobody while it keeps others from the chart

$dbh->do("SELECT v3.play(?, caller => ?)", {}, @$id{qw(short listener)});
$other->begin_work;
$other->do('SELECT resonate.list_fold()');
$upkeep->do($maintain, { pg_async => PG_ASYNC });
wait_for {
    $dbh->selectrow_array('SELECT count(*) FROM pg_locks WHERE NOT granted');
} 10, 'it to wait';
ok($other->do('SELECT resonate.recount_lists()'), 'all is listed anew');
$other->commit;
ok($upkeep->pg_result, 'and then it goes on');
is($upkeep->selectrow_array('SELECT resonate.maintain()'),
   '0 plays rolled up, 0 counts folded', 'to the end');


# months that cannot be made, on the day of a sweep

my $month = $dbh->selectrow_array(
    q{SELECT to_char(now() AT TIME ZONE 'UTC' + interval '2 months',
                     '"play_"YYYY_MM')});
my $warning = '';
local $SIG{__WARN__} = sub { $warning .= "@_" };

$dbh->do('DELETE FROM resonate.upkeep WHERE job = \'sweep\'');
$dbh->do("DROP TABLE resonate.$month");
$other->begin_work;
$other->do('SELECT FROM resonate.play_default');
is($upkeep->selectrow_array($maintain), '0 plays rolled up, 0 counts folded, '
   . '0 idempotency keys forgotten', 'all the rest');
like($warning, qr/no partitions were made/, 'and it is said');
$other->commit;
is($upkeep->selectrow_array($maintain), '1 partitions made', 'a little later');

done_testing();
