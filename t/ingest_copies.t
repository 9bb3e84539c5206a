#!/usr/bin/perl

# Files of the same disc, number and title in a release: copies, of which the
# best is kept, or different recordings, which are both.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my %tag = (artist => 'Ann', album => 'A', title => 'One', track => 1);

sub kept {
    return $pg->psql(q{
        SELECT string_agg(regexp_replace(convert_from(path, 'UTF8'), '.*/', '')
                          || CASE WHEN kept THEN '' ELSE ' (copy)' END, ', '
                          ORDER BY path) FROM resonate.source});
}

$in->sound('A/b.mp3', %tag);
like(($in->run)[1], qr/^1 added, 0 unchanged, 0 failed/m, 'a lossy file');

my ($id, $sha) = @{ $in->tracks->[0] }{qw(id sha256)};

$in->sound('A/c.flac', %tag);

my ($status, $output) = $in->run;

like($output, qr/^0 added, 1 updated, 0 unchanged, 1 copy, 0 failed/m,
     'a lossless one takes its place');
like($output, qr{^copy: \S+/b\.mp3: \S+/c\.flac is better, and is kept$}m,
     'which is said');
is(kept(), 'b.mp3 (copy), c.flac', 'and remembered');
is($in->tracks->[0]{id}, $id, 'the track stays');
isnt($in->tracks->[0]{sha256}, $sha, 'with the better sound');

$sha = $in->tracks->[0]{sha256};
$in->sound('A/a.mp3', %tag);
like(($in->run)[1], qr/^0 added, 1 updated, 0 unchanged, 2 copies/m,
     'another lossy one does not');
is($in->tracks->[0]{sha256}, $sha, 'the sound stays');

$in->copy('A/c.flac', 'A/d.flac');
like(($in->run)[1], qr{^copy: \S+/d\.flac: sounds the same as \S+/c\.flac$}m,
     'the same file twice');

my $rows = $in->rows;

like(($in->run)[1], qr/^0 added, 1 unchanged, 3 copies, 0 failed/m,
     'a second run');
is_deeply($in->rows, $rows, 'does nothing');

$in->sound('A/e.flac', %tag, seconds => 5);
($status, $output) = $in->run;
like($output, qr{^both kept: \S+/e\.flac: another recording than }m,
     'another recording');
is(scalar @{ $in->tracks }, 2, 'is another track');

$rows = $in->rows;
like(($in->run)[1], qr/^0 added, 2 unchanged, 3 copies, 0 failed/m,
     'and a second run');
is_deeply($in->rows, $rows, 'does nothing again');

done_testing();
