#!/usr/bin/perl

# When a release comes out: on its full date, the future included.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my ($year) = $pg->dbh->selectrow_array(
    'SELECT extract(year FROM resonate.today())');
my $next = $year + 1;

my @cases = (
    # says, comes out, is out
    [ "$next-03-01", "$next-03-01", 0 ],
    [ "$next-03", "$next-03-01", 0 ],
    [ $next, "$next-01-01", 0 ],
    [ $year, "$year-01-01", 1 ],
    [ '1998', '1998-01-01', 1 ],
    [ '1998-05', '1998-05-01', 1 ],
    [ '1998-05-04', '1998-05-04', 1 ],
    [ '1998-02-31', '1998-02-01', 1 ],
    [ undef, $pg->psql('SELECT resonate.today()'), 1 ],
);

my $n = 0;

for my $case (@cases) {
    my $album = 'Album ' . ++$n;

    $in->sound("$n.flac", title => "Of $n", artist => 'A', album => $album,
               track => 1, defined $case->[0] ? (date => $case->[0]) : ());
}

is(($in->run)[0], 0, 'all go in');
$n = 0;

for my $case (@cases) {
    my ($says, $day, $out) = @$case;
    my $release = $pg->dbh->selectrow_hashref(
        'SELECT release_date, released_on <= resonate.today() AS out
         FROM resonate.release WHERE title = ?', {}, 'Album ' . ++$n);

    is($release->{release_date}, $day, 'the day of ' . ($says // 'no date'));
    is($release->{out}, $out, $out ? 'is out' : 'is not out');
}

done_testing();
