#!/usr/bin/perl

# The result does not depend on which folder or file is named: what the
# catalogue knows of the same album counts too.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my %tag = (artist => 'Ann', album => 'A', date => '1998-05-04');

sub release {
    return join ' ', $pg->psql('SELECT title, release_date, type
                                FROM resonate.release
                                WHERE deleted_at IS NULL ORDER BY 1');
}

$in->sound("A/CD1/$_.flac", %tag, title => "T$_", track => $_, seconds => 2)
    for 1, 2;
$in->sound('A/CD2/3.flac', %tag, title => 'T3', track => 3,
           date => '2037-01-01');
is(($in->run)[0], 0, 'taken in');
is(release(), 'A|1998-05-04|single', 'by what most files say');

my $rows = $in->rows;

for (qw(A/CD2 A/CD2/3.flac A)) {
    like(($in->run_on($_))[1], qr/ 0 failed/, "$_ alone");
    is_deeply($in->rows, $rows, 'says nothing else');
}

$in->retag('A/CD2/3.flac', title => 'T4');
like(($in->run_on('A/CD2'))[1], qr/^0 added, 1 updated, 0 unchanged, 0 failed/m,
     'a disc of it');
is(release(), 'A|1998-05-04|single', 'is not the release');


# a release in two folders

$in->sound("B/$_.flac", %tag, title => "T$_", track => $_, date => '2001')
    for 5 .. 8;
is(($in->run_on('B'))[0], 0, 'more of it elsewhere');
is(release(), 'A|2001-01-01|lp', 'is counted with it');

$rows = $in->rows;
like(($in->run)[1], qr/^0 added, 7 unchanged, 0 failed/m, 'and all of it');
is_deeply($in->rows, $rows, 'says the same');


# other music in the same place is another release

my ($id) = $in->releases;

$in->sound("B/$_.flac", artist => 'Eve', album => 'E', title => "E$_",
           track => $_) for 5 .. 8;
unlink map { $in->music . "/A/$_.flac" } qw(CD1/1 CD1/2 CD2/3);
$in->run;
is($pg->psql(q{SELECT r.id <> '} . $id . q{' FROM resonate.release r
               WHERE title = 'E'}), 't', 'that has taken its files\' names');


# a library that is somewhere else by now is no second one

$in->sound('disk/F/1.flac', title => 'F1', artist => 'Fay', album => 'F');
is(($in->run_on('disk'))[0], 0, 'a library');
rename $in->music . '/disk', $in->music . '/other' or die;
like(($in->run_on('other'))[1], qr/^0 added, 1 updated, 0 unchanged/m,
     'on another disk');
is($pg->psql(q{SELECT string_agg(regexp_replace(convert_from(path, 'UTF8'),
                                                '.*/music/', ''), ' ')
               FROM resonate.source WHERE path LIKE '%/F/%'}),
   'other/F/1.flac', 'is where it is');

done_testing();
