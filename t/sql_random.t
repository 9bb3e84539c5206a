#!/usr/bin/perl

# The random order: every page of it fits the next one, and every track is as
# likely as any other to be on the first.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;

$dbh->do('SET session_replication_role = replica');
$dbh->do("INSERT INTO resonate.listed (list, created_at, id, day, hash)
          SELECT 'l ' || s, now(), i, d, uuid_hash(i)
          FROM unnest('{0,1,33,700,5000}'::integer[]) s,
               generate_series(1, s) n,
               LATERAL (SELECT md5(s || ' ' || n)::uuid AS i,
                               CASE WHEN n % 10 = 3 THEN resonate.today() + n
                                    ELSE '-infinity' END AS d) x");
$dbh->do('ANALYZE resonate.listed');

sub total {
    return $dbh->selectrow_array(
        'SELECT count(*) FROM resonate.listed
         WHERE list = ? AND day <= resonate.today()', {}, "l $_[0]");
}

sub page {
    my ($list, $size, $skip, $seed) = @_;
    return @{ $dbh->selectrow_array(
        'SELECT resonate.list_shuffled(?, ?, ?, ?, ?)', {},
        "l $list", total($list), $size, $skip, $seed) };
}


# all of them, each once

for my $list (0, 1, 33, 700, 5000) {
    my $total = total($list);

    for my $size ($list > 1000 ? 100 : (3, 100)) {
        my @all = map { page($list, $size, $_ * $size, 7) }
                  0 .. $total / $size + 1;
        my %seen = map { $_ => 1 } @all;
        is(@all, $total, "pages of $size have all $total");
        is(keys %seen, $total, 'each once');
    }
}


# another order with another seed, the same with the same

is_deeply([ page(700, 100, 0, 7) ], [ page(700, 100, 0, 7) ],
          'one seed, one order');
isnt(join(' ', page(700, 100, 0, 7)), join(' ', page(700, 100, 0, 8)),
     'another seed, another');

# who is next to whom changes, too
my @first = page(700, 100, 0, 7);
my @other = page(700, 630, 0, 8);
my %at = map { $other[$_] => $_ } 0 .. $#other;
cmp_ok(scalar(grep { abs($at{$first[$_]} - $at{$first[$_ - 1]}) == 1 }
              1 .. $#first), '<', 20, 'and other neighbours');


# a thousand first pages of twenty: each of 630 is on 31.7 of them.  Were they
# drawn, 50 would be three standard deviations; what has no chance, or twice
# that of others, is far outside

my $times = $dbh->selectall_arrayref(
    "SELECT l.id, count(u.id) FROM resonate.listed l
     LEFT JOIN (SELECT unnest(resonate.list_shuffled('l 700', 630, 20, 0, s))
                       AS id FROM generate_series(1, 1000) s) u ON u.id = l.id
     WHERE l.list = 'l 700' AND l.day <= resonate.today()
     GROUP BY l.id ORDER BY 2");
cmp_ok($times->[0][1], '>=', 12, "the rarest on $times->[0][1] of 1000");
cmp_ok($times->[-1][1], '<=', 58, "the most frequent on $times->[-1][1]");

done_testing();
