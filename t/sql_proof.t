#!/usr/bin/perl

# DPoP proofs in the database: good once, whoever asks first, and forgotten.

use lib 't/lib';
use Resonate::Test;

use DBD::Pg qw(:async);

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $ask = q{SELECT resonate.first_proof(decode(?, 'hex'), 66)};

sub first { return $edge->selectrow_array($ask, {}, $_[0]) }

sub count {
    return $dbh->selectrow_array('SELECT count(*) FROM resonate.proof');
}

my ($one, $two) = ('11' x 32, '22' x 32);

ok first($one), 'new';
ok !first($one), 'seen';
ok first($two), 'another one';
is count(), 2, 'both are there';
is $dbh->selectrow_array(
       'SELECT bool_and(expires_at BETWEEN now() + $$60 s$$::interval
                                       AND now() + $$70 s$$::interval)
        FROM resonate.proof'), 1, '... for their time';

# two at once: the second waits for the first, and is told of it

my $other = $pg->dbh(user => 'resonate_edge');
my $third = '33' x 32;

$edge->begin_work;
ok first($third), 'a transaction is first';

my $late = $other->prepare($ask, { pg_async => PG_ASYNC });
$late->execute($third);
wait_for {
    $dbh->selectrow_array(q{SELECT count(*) FROM pg_stat_activity
                            WHERE wait_event_type = 'Lock'})
} 10, 'the other to wait';
$edge->commit;
$late->pg_result;
ok !$late->fetchrow_array, '... and the one behind it is not';

# those that have expired go, with one of 256

$dbh->do(q{UPDATE resonate.proof SET expires_at = now() - interval '1 s'
           WHERE id <> decode(?, 'hex')}, {}, $one);

ok first('44' x 32), 'most do not look';
is count(), 4, '... and all are there';
ok first('00' x 32), 'one cleans up';
is count(), 3, '... what has expired, and nothing else';
ok !first($one), '... so that what was seen stays seen';
ok first($two), 'and what has expired may come again';

for my $id ('', '11' x 31, '11' x 33) {
    ok !eval { $edge->do($ask, {}, $id); 1 }, length($id) . ' digits: refused';
}

done_testing;
