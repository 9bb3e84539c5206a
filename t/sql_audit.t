#!/usr/bin/perl

# resonate.ledger_check() sees what constraints and triggers cannot keep out:
# each fault is planted with both off, found, and named.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

sub play {
    $dbh->selectrow_array('SELECT status FROM v3.play(?, NULL, ?)', {},
                          $id->{$_[0]}, $id->{listener}) == 200 or die;
}

sub found {
    return [ sort map { join ' ', map { $_ // '-' } @$_[0, 2, 3] }
             @{ $dbh->selectall_arrayref(
                 'SELECT * FROM resonate.ledger_check()') } ];
}

$dbh->do('SELECT resonate.price_rule_next(play_mark_ms => 0)');
play('paid') for 1 .. 10;           # nine are charged
play($_) for qw(short short free);
$dbh->do('SELECT v3.buy(?, NULL, ?)', {}, $id->{$_}, $id->{listener})
    for qw(short band_track);
is_deeply(found(), [], 'plays and buys are no fault');

$dbh->do('SELECT resonate.price_rule_next(holder_percent => 50::smallint,
                                          cost_mc => \'{3,5}\')');
play($_) for qw(paid short free);
$dbh->do('UPDATE resonate.creator SET display_name = \'New\'');
is_deeply(found(), [], 'nor is what came before another rule');

my $of = sub { qq{(SELECT id FROM resonate.account
                   WHERE person_id = '$id->{$_[0]}')} };
my $wallet = $of->('listener');
my $paid = "track_id = '$id->{paid}'";
my $nth = sub { "(SELECT transfer_id FROM resonate.play
                  WHERE $paid AND count = $_[0] AND kind = 'paid')" };
my $buy = "(SELECT id FROM resonate.transfer
            WHERE kind = 'buy' AND track_id = '$id->{band_track}')";

for (
    [ 'two plays on one transfer',
      "INSERT INTO resonate.play (played_at, person_id, track_id, kind, count,
                                  cost_mc, total_mc, transfer_id)
       SELECT played_at - interval '1 s', person_id, track_id, kind, count,
              cost_mc, total_mc, transfer_id
       FROM resonate.play WHERE transfer_id = @{[ $nth->(3) ]}",
      'holding differs from plays and buys 10 9',
      'play differs from its posting 8000 0',
      'transfer with other than one play 1 2' ],
    [ 'a play that is gone',
      "DELETE FROM resonate.play WHERE transfer_id = @{[ $nth->(3) ]}",
      'holding differs from plays and buys 8 9',
      'transfer with other than one play 1 0' ],
    [ 'a play on the transfer of another',
      "UPDATE resonate.play SET transfer_id = @{[ $nth->(4) ]}
       WHERE transfer_id = @{[ $nth->(3) ]}",
      'play differs from its posting 8000 0',
      'transfer with other than one play 1 0',
      'transfer with other than one play 1 2' ],
    [ 'a holding that counts more',
      "UPDATE resonate.holding SET count = 5 WHERE $paid",
      'holding differs from plays and buys 9 5' ],
    [ 'a holding that is gone', "DELETE FROM resonate.holding WHERE $paid",
      'holding differs from plays and buys 9 -', qr/^last play/,
      'ownership differs from plays and buys 1 0' ],
    [ 'a holding of nothing',
      "INSERT INTO resonate.holding VALUES ('$id->{owner}', '$id->{paid}', 2)",
      'holding differs from plays and buys - 2',
      'ownership differs from plays and buys - 0' ],
    [ 'a track that is owned for nothing',
      "UPDATE resonate.holding SET owned_at = now()
       WHERE track_id = '$id->{free}'",
      'ownership differs from plays and buys 0 1' ],
    [ 'a bought track that is not owned',
      "UPDATE resonate.holding SET owned_at = NULL
       WHERE track_id = '$id->{band_track}'",
      'ownership differs from plays and buys 1 0' ],
    [ 'another last play',
      "UPDATE resonate.holding SET last_played_at = '2020-01-01' WHERE $paid",
      qr/^last play differs from plays \d+ 15778368\d+$/ ],
    [ 'a posting that was changed',
      "UPDATE resonate.posting SET amount_uc = amount_uc - 1
       WHERE transfer_id = @{[ $nth->(3) ]} AND line = 2",
      'postings do not sum to zero 0 -1',
      'share of the rights holder differs from its rule 8176 8175' ],
    [ 'from the co-operative to the rights holder',
      "UPDATE resonate.posting
       SET amount_uc = amount_uc + CASE line WHEN 2 THEN 9 ELSE -9 END
       WHERE transfer_id = @{[ $nth->(9) ]} AND line IN (2, 3)",
      'share of the co-operative differs from its rule 153600 153591',
      'share of the rights holder differs from its rule 358400 358409' ],
    [ 'no floor',
      "DELETE FROM resonate.posting
       WHERE transfer_id = @{[ $nth->(1) ]} AND line = 4;
       UPDATE resonate.posting SET amount_uc = 1400
       WHERE transfer_id = @{[ $nth->(1) ]} AND line = 2",
      'share of the rights holder differs from its rule 8176 1400',
      'subsidy differs from its rule -6776 0' ],
    [ 'a buy that was split otherwise',
      "UPDATE resonate.posting
       SET amount_uc = CASE line WHEN 2 THEN 1000 ELSE 1021000 END
       WHERE transfer_id = $buy AND line IN (2, 3)",
      'share of the co-operative differs from its rule 306600 1021000',
      'share of the rights holder differs from its rule 715400 1000' ],
    [ 'a buy for less',
      "UPDATE resonate.posting
       SET amount_uc = CASE line WHEN 1 THEN -1000 WHEN 2 THEN 700 ELSE 300 END
       WHERE transfer_id = $buy;
       UPDATE resonate.account SET balance_uc = balance_uc + 1021000
       WHERE id = $wallet",
      'price of a track differs from its rule 1022000 1000' ],
    [ 'a play for less',
      "UPDATE resonate.play SET cost_mc = 255
       WHERE transfer_id = @{[ $nth->(8) ]}",
      'play differs from its posting 255000 256000',
      'price of a play differs from its rule 256000 255000' ],
    [ 'a transfer without postings',
      "INSERT INTO resonate.transfer (kind, rule_id) VALUES ('topup', 1)",
      'transfer without postings - 0' ],
    [ 'a posting at another time',
      "UPDATE resonate.posting SET posted_at = posted_at + interval '1 s'
       WHERE transfer_id = $buy AND line = 3",
      'posting without transfer - 306600',
      'postings do not sum to zero 0 -306600',
      'share of the co-operative differs from its rule 306600 0' ],
    [ 'a wallet with more',
      "UPDATE resonate.account SET balance_uc = 1 WHERE id = $wallet",
      qr/^wallet differs from its postings \d+ 1$/ ],
) {
    my ($what, $sql, @faults) = @$_;

    $dbh->begin_work;
    $dbh->do('SET LOCAL session_replication_role = replica');
    $dbh->do($sql);

    my @found = @{ found() };
    my $n = 0;

    for (@faults) {
        ref() ? like($found[$n], $_, $what) : is($found[$n], $_, $what);
        $n++;
    }

    is(scalar(@found), $n, "$what: and nothing else") or diag explain \@found;
    $dbh->rollback;
}

done_testing();
