#!/usr/bin/perl

# What a play costs: the ladder, the split, the floor, the mark, the key.

use lib 't/lib';
use Resonate::Test;
use Resonate::Media;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');

sub call {
    my ($function, %arg) = @_;
    my @name = sort keys %arg;
    my $list = join ', ', map { "\"$_\" => ?" } @name;
    my $row = $edge->selectrow_hashref(
        "SELECT status, body FROM v3.$function($list)", {}, @arg{@name});

    return $row->{status} == 200
           ? JSON::PP->new->decode($row->{body})->{data} : $row->{status};
}

sub play { call('play', caller => $id->{listener}, track_id => $id->{$_[0]},
                @_[1 .. $#_]) }

sub answer {
    my ($track, $count, $cost, $total) = @_;
    return { trackId => $id->{$track}, count => $count, cost => $cost,
             total => $total };
}

sub postings {
    return $dbh->selectcol_arrayref(q{
        SELECT coalesce(a.name, CASE WHEN a.person_id IS NULL THEN 'holder'
                                     ELSE 'wallet' END) || ' ' || g.amount_uc
        FROM resonate.posting g JOIN resonate.account a ON a.id = g.account_id
        WHERE g.transfer_id = (SELECT max(id) FROM resonate.transfer)
        ORDER BY g.line});
}

sub mode { return $edge->selectrow_array(
    q{SELECT body::json->>'mode' FROM v3.stream(?, ?)}, {},
    $id->{$_[0]}, $id->{$_[1] || 'listener'}) }

sub wallet {
    my ($mc) = @_;
    $dbh->do('SELECT resonate.credit(?, ? - balance_mc, NULL)
              FROM resonate.wallet WHERE person_id = ?', {},
             $id->{listener}, $mc, $id->{listener});
}


# within the mark it is the same play

is_deeply(play('paid'), answer(paid => 1, 2, 4086), 'the first play');
is_deeply(postings(), [ 'wallet -2000', 'holder 8176', 'coop 600',
                        'subsidy -6776' ], 'is split and paid to the floor');
is_deeply(play('paid'), answer(paid => 1, 2, 4086), 'reported twice');
is_deeply(play('short'), answer(short => 1, 2, 4084), 'another track counts');
is_deeply(play('paid'), answer(paid => 1, 2, 4086),
          'the same play has the same answer, total included');


# what took the last of the wallet is heard to its end, and an hour more

wallet(0);
is(mode('paid'), 'full', 'the play that was paid for goes on');
is(mode('free'), 'full', 'a free track');
is(mode('paid', 'owner'), 'full', "the owner's own");

my ($until) = $edge->selectrow_array(
    q{SELECT (SELECT substr(t, 7) FROM unnest(tags) t WHERE t LIKE 'until:%')
      FROM v3.stream(?, ?)}, {}, $id->{paid}, $id->{listener});
my $end = time + Resonate::Media::files()->{long}{duration_ms} / 1000 + 3600;

cmp_ok(abs($until - $end), '<', 60, 'until then');

# plays cannot be changed by anybody but a test

sub aged {
    $dbh->do('SET session_replication_role = replica');
    $dbh->do("UPDATE resonate.$_ SET " . (/play/ ? 'played_at = played_at'
             : 'last_played_at = last_played_at') . " - interval '$_[0]'
              WHERE person_id = ? AND track_id = ?", {},
             $id->{listener}, $id->{$_[1] // 'paid'}) for qw(play holding);
    $dbh->do('RESET session_replication_role');
}

aged('1 hour');
is(mode('paid'), 'full', 'after an hour the rest of it');
aged('2 minutes');
is(mode('paid'), 'preview', 'and then no more');
aged('-62 minutes');
wallet(4084);


# with a newer rule that has no mark: the ladder

$dbh->do('SELECT resonate.price_rule_next(play_mark_ms => 0)');

my $total = 4084;
my $count = 1;

for my $cost (4, 8, 16, 32, 64, 128, 256, 512) {
    $total -= $cost;
    $count++;
    is_deeply(play('paid'), answer(paid => $count, $cost, $total),
              "play $count costs $cost");

    my $share = $cost * 700;
    my $topup = $share < 8176 ? 8176 - $share : 0;
    is_deeply(postings(), [ 'wallet -' . $cost * 1000,
                            'holder ' . ($share + $topup),
                            'coop ' . $cost * 300,
                            $topup ? "subsidy -$topup" : () ],
              'split 70 to 30');
}

is_deeply(play('paid'), answer(paid => 9, 0, $total), 'the tenth is owned');
is(mode('paid'), 'full', 'and streams in full');
is_deeply(call('collection', caller => $id->{listener})->[0]{id}, $id->{paid},
          'and is in the collection');


# what costs nothing

is_deeply(play('free'), answer(free => 0, 0, $total), 'a free track');
is_deeply(call('play', caller => $id->{owner}, track_id => $id->{hidden}),
          answer(hidden => 0, 0, 0), "an owner's own hidden track");

for my $track (qw(hidden deleted unpublished)) {
    is(play($track), 404, "a track that is $track");
}

is(call('play', track_id => $id->{paid}, caller => undef), 401, 'nobody');


# an empty wallet

is(mode('short'), 'full', 'the wallet covers the next play');
wallet(3);
aged('2 hours', 'short');
is(mode('short'), 'preview', 'no longer');
aged('-2 hours', 'short');
is_deeply(play('short'), answer(short => 1, 0, 3), 'then it is a preview');
is(call('buy', caller => $id->{listener}, track_id => $id->{short}), 402,
   'nor can it be bought');
wallet(1020);
is_deeply(call('buy', caller => $id->{listener}, track_id => $id->{short}),
          answer(short => 9, 1020, 0), 'bought for what is left to pay');
is_deeply(postings(), [ 'wallet -1020000', 'holder 714000', 'coop 306000' ],
          'split too');
is_deeply(call('buy', caller => $id->{listener}, track_id => $id->{short}),
          answer(short => 9, 0, 0), 'once');
is_deeply(call('plays_resolve', caller => $id->{listener},
               ids => "{$id->{short},$id->{free},$id->{paid},$id->{label}}"),
          [ { trackId => $id->{short}, count => 9 },
            { trackId => $id->{free}, count => 0 },
            { trackId => $id->{paid}, count => 9 } ], 'counts, in order');


# by key

wallet(100);

my $first = play('band_track', idempotency_key => 'k');
is_deeply($first, answer(band_track => 1, 2, 98), 'a play with a key');
is_deeply(play('band_track', idempotency_key => 'k'), $first, 'is replayed');
is(play('paid', idempotency_key => 'k'), 422, 'not for another track');
is_deeply(call('play', caller => $id->{owner}, track_id => $id->{band_track},
               idempotency_key => 'k'), answer(band_track => 0, 0, 0),
          "a key is its owner's");
$dbh->do(q{UPDATE resonate.idempotency
           SET created_at = now() - interval '25 hours'});
is_deeply(play('band_track', idempotency_key => 'k'),
          answer(band_track => 2, 4, 94), 'and forgotten after a day');
is($dbh->selectrow_array('SELECT resonate.sweep()'), 1, 'old keys are swept');

is_deeply($dbh->selectall_arrayref('SELECT * FROM resonate.ledger_check()'),
          [], 'the books are right');

done_testing();
