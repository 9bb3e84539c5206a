#!/usr/bin/perl

# Money under attack: a hundred at once, half a transaction, a killed server,
# hands in the till.

use lib 't/lib';
use Resonate::Test;

use DBD::Pg qw(:async);

# as in production: what was answered is on disk
my $pg = Resonate::Pg->new(settings => { synchronous_commit => 'on' });
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $sessions = 10;

sub value { return scalar $dbh->selectrow_array(@_) }

sub wallet {
    return value('SELECT balance_mc FROM resonate.wallet WHERE person_id = ?',
                 {}, $id->{$_[0] || 'listener'});
}

sub books_are_right {
    my ($what) = @_;
    is_deeply($dbh->selectall_arrayref('SELECT * FROM resonate.ledger_check()'),
              [], "$what: the books are right");
    is(value('SELECT coalesce(sum(amount_uc), 0) FROM resonate.posting'), 0,
       'and sum to zero');
}

# runs statements on several sessions at the same time; returns the answers

sub at_once {
    my ($rounds, @sql) = @_;
    my $user = $sql[0] =~ /topup/ ? 'resonate_topup' : 'resonate_edge';
    my @db = map { $pg->dbh(user => $user) } 1 .. $sessions;
    my @answers;

    for my $round (1 .. $rounds) {
        my @sth = map {
            my $sth = $db[$_]->prepare("SELECT status, body FROM "
                . $sql[$_ % @sql], { pg_async => PG_ASYNC });
            $sth->execute;
            $sth;
        } 0 .. $#db;

        for (0 .. $#db) {
            $db[$_]->pg_result;
            push @answers, $sth[$_]->fetchrow_hashref;
        }
    }

    $_->disconnect for @db;
    return @answers;
}

sub costs { return sort { $a <=> $b } grep { $_ }
            map { $_->{body} =~ /"cost":(\d+)/ ? $1 : () } @_ }

my $play = "v3.play('$id->{paid}', NULL, '$id->{listener}')";
my $buy = "v3.buy('$id->{band_track}', NULL, '$id->{listener}')";


# a hundred at once

is_deeply([ costs(at_once(1, $play)) ], [ (2) x 10 ],
          'ten reports of one play get one answer');
is(wallet(), 4086, 'and one charge');

$dbh->do('SELECT resonate.price_rule_next(play_mark_ms => 0)');

my @answers = at_once(10, $play);
is_deeply([ costs(@answers) ], [ 4, 8, 16, 32, 64, 128, 256, 512 ],
          'a hundred plays are charged up to the ninth');
is(wallet(), 4088 - 1022, 'the wallet paid for nine');
is(scalar(grep { $_->{status} != 200 } @answers), 0, 'all were answered');

(my $race = $buy) =~ s/v3.buy/v3.play/;
@answers = at_once(10, $buy, $race);
is(wallet(), 4088 - 2 * 1022, 'plays racing buys cost what the track costs');
is(value('SELECT count FROM resonate.holding WHERE track_id = ?', {},
         $id->{band_track}), 9, 'and it is owned');

$dbh->do('SELECT resonate.credit(?, 5, NULL)', {}, $id->{owner});
at_once(5, "v3.play('$id->{band_track}', NULL, '$id->{owner}')");
is(wallet('owner'), 3, 'a wallet of 5 mc pays 2, then not 4');

@answers = at_once(2, "resonate.topup('owner', 100, 'same')");
is(wallet('owner'), 103, 'a top-up sent twenty times is made once');
is(scalar(keys %{{ map { $_->{body} => 1 } @answers }}), 1, 'with one answer');

my $stranger = "v3.profile(resonate.caller('https://a.example', 'new'))";
@answers = at_once(1, $stranger);
is(scalar(keys %{{ map { $_->{body} => 1 } @answers }}), 1,
   'ten first sights make one person');
books_are_right('at once');


# half a transaction

my $edge = $pg->dbh(user => 'resonate_edge');
my $transfers = value('SELECT count(*) FROM resonate.transfer');

sub power_failure {
    $pg->kill;
    $edge->{InactiveDestroy} = 1;       # nobody there to say goodbye to
    $pg->start;
    $dbh = $pg->dbh;
    $edge = $pg->dbh(user => 'resonate_edge');
}

sub key_play { return "SELECT body FROM v3.play('$id->{short}', 'half',
                                                '$id->{listener}')" }

$edge->begin_work;
my $promised = $edge->selectrow_array(key_play());
power_failure();
is(value('SELECT count(*) FROM resonate.transfer'), $transfers,
   'killed before commit: nothing was charged');
is(wallet(), 4088 - 2 * 1022, 'nothing was taken');

is($edge->selectrow_array(key_play()), $promised, 'the repetition is charged');
power_failure();
is(wallet(), 4088 - 2 * 1022 - 2, 'killed after commit: it was charged');
is($edge->selectrow_array(key_play()), $promised, 'the same answer');
is(wallet(), 4088 - 2 * 1022 - 2, 'and no second charge');
books_are_right('killed');


# hands in the till, even the superuser's

my ($own) = $dbh->selectrow_array('SELECT id FROM resonate.account
                                   WHERE person_id = ?', {}, $id->{listener});
my $last = value('SELECT max(id) FROM resonate.transfer');

for (
    [ 'UPDATE resonate.posting SET amount_uc = 1', 'postings stay' ],
    [ 'DELETE FROM resonate.posting', 'postings are not removed' ],
    [ 'TRUNCATE resonate.posting', 'nor emptied' ],
    [ 'UPDATE resonate.transfer SET kind = kind', 'transfers stay' ],
    [ 'DELETE FROM resonate.transfer', 'transfers are not removed' ],
    [ 'UPDATE resonate.price_rule SET holder_percent = 0', 'rules stay' ],
    [ 'DELETE FROM resonate.play', 'plays are not removed' ],
    [ 'UPDATE resonate.play SET cost_mc = 1', 'plays stay' ],
    [ "UPDATE resonate.account SET balance_uc = -1 WHERE id = $own",
      'no wallet below zero', '23514' ],
    [ "INSERT INTO resonate.posting SELECT id, created_at, 9, $own, 1
       FROM resonate.transfer WHERE id = $last", 'no line without another',
      '23514' ],
    [ "INSERT INTO resonate.posting SELECT t.id, created_at, l, $own, v
       FROM resonate.transfer t, (VALUES (8, 1), (9, -2)) x (l, v)
       WHERE t.id = $last", 'no uneven lines', '23514' ],
    [ "SELECT resonate.credit('$id->{listener}', -1000000, NULL)",
      'no debit beyond the balance', '23514' ],
) {
    my ($sql, $what, $state) = @$_;
    ok(!eval { $dbh->do($sql); 1 }, $what);
    is($dbh->state, $state || '42501', 'refused');
}

books_are_right('after all');

done_testing();
