#!/usr/bin/perl

# Who reads revocations, and goes on from where he was, misses none, in
# whatever order transactions commit, and after a restore.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $service = $pg->dbh(user => 'resonate_identity');
my $iss = 'https://id.example';


sub ask {
    my ($since, $most) = @_;
    my $rows = $edge->selectall_arrayref(
        'SELECT * FROM resonate.revocations(?, ?)', { Slice => {} }, $since,
        $most // 1000);

    return ($rows->[0]{next}, $rows->[0]{more},
            grep { defined $_->{kind} } @$rows);
}

# all that came since, as text, and where to go on

sub news {
    my ($since, $most) = @_;
    my @all;

    for (;;) {
        my ($next, $more, @rows) = ask($since, $most);

        push @all, map { $_->{value} } @rows;
        $since = $next;
        return (join(' ', @all), $since) if !$more;
    }
}

$service->do("SELECT resonate.revoke('jti', 'j' || n, '$iss')
              FROM generate_series(1, 7) n");
my ($all, $since) = news();
is $all, 'j1 j2 j3 j4 j5 j6 j7', 'in one page';
is((news(undef, $_))[0], $all, "in pages of $_") for 1, 2, 7;
is((news($since))[0], '', 'then nothing');
is((news($_))[0], $all, 'all of it, where there is no sense in "' . $_ . '"')
    for '', 'x', '1-2-3-4-5/1:1:/', $since =~ s/-/-9/r;


# a lower number that is committed later

sub revoke {
    my ($db, $value) = @_;

    return $db->selectrow_array(
        "SELECT resonate.revoke('jti', ?, '$iss')", {}, $value);
}

for my $pages (1, 1000) {
    my ($late, $later) = map { $pg->connect(user => 'resonate_identity') } 1, 2;
    my $new;

    $_->begin_work for $late, $later;
    my $first = revoke($late, 'late');
    revoke($later, 'later');
    cmp_ok revoke($service, 'soon'), '>', $first, "a higher number, $pages";

    ($new, $since) = news($since, $pages);
    is $new, 'soon', 'is read first';
    ($new, $since) = news($since, $pages);
    is $new, '', 'and once';

    revoke($late, 'more');
    $late->commit;
    ($new, $since) = news($since, $pages);
    is $new, 'late more', 'a lower one when it is committed';

    revoke($service, 'then');
    $later->commit;
    ($new, $since) = news($since, $pages);
    is $new, 'later then', 'with what came after it';
    is((news($since, $pages))[0], '', 'and that was all');
}


# one that is committed between two pages

revoke($service, "p$_") for 1 .. 3;
my $late = $pg->connect(user => 'resonate_identity');
$late->begin_work;
revoke($late, 'between');
revoke($service, 'p4');
my ($next, $more, @page) = ask($since, 3);
is join(' ', map { $_->{value} } @page), 'p1 p2 p3', 'a page';
$late->commit;
my ($rest, $end) = news($next, 3);
like $rest, qr/^between p4/, 'the next one';
is((news($end, 3))[0], 'between', 'it was not there for the first one');
(undef, $end) = news($end, 3);
is((news($end, 3))[0], '', 'and that is all');


# a table with rows of other times, and another database

$dbh->do("INSERT INTO resonate.revocation (kind, issuer, value, xact)
          VALUES ('jti', '$iss', 'copied', '3')");
($all, $since) = news($end);
is $all, 'copied', 'a row that was copied is of the transaction that did it';

$dbh->do(q{ALTER TABLE resonate.revocation DISABLE TRIGGER USER;
           UPDATE resonate.revocation SET xact = '4611686018427387904'
           WHERE value = 'copied';
           ALTER TABLE resonate.revocation ENABLE TRIGGER USER});
is((news($since))[0], '', 'one of a transaction to come is no news');
like((news())[0], qr/ copied$/, 'and is there');
$dbh->do("DELETE FROM resonate.revocation WHERE value <> 'copied'");
is((news($since))[0], '', 'what is gone is no news either');

done_testing;
