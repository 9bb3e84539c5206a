#!/usr/bin/perl

# The best of two copies cannot be encoded: the other one is taken instead.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my %tag = (artist => 'Ann', album => 'A', title => 'One', track => 1);

# in place of ffmpeg, one that does not encode what is named "bad"

sub refusing {
    my ($real) = grep { -x } map { "$_/ffmpeg" } split /:/, $ENV{PATH};
    my $bin = tempdir();

    spew("$bin/ffmpeg", <<"END");
#!/bin/sh
case "\$*" in *bad*'-c:a aac'*) echo 'Invalid data found' >&2; exit 1 ;; esac
exec $real "\$@"
END
    chmod 0755, "$bin/ffmpeg";

    return "$bin:$ENV{PATH}";
}

sub sources {
    return $pg->psql(q{
        SELECT string_agg(regexp_replace(convert_from(path, 'UTF8'), '.*/', '')
                          || CASE WHEN kept THEN '' ELSE ' (copy)' END, ', '
                          ORDER BY path) FROM resonate.source});
}

$in->sound('A/bad.flac', %tag);
$in->sound('A/good.mp3', %tag);

$in->{path} = refusing();
my ($status, $output) = $in->run;

is($status, 1, 'one failed');
like($output, qr/^1 added, 0 unchanged, 1 failed/m, 'the other is taken');
like($output, qr{^failed: \S+/bad\.flac: Invalid data found}m, 'it is named');
unlike($output, qr/^copy:/m, 'and said to be better than nothing');
is(sources(), 'good.mp3', 'and kept');

my $rows = $in->rows;

($status, $output) = $in->run;
is($status, 1, 'a second run fails again');
like($output, qr/^0 added, 1 unchanged, 1 failed/m, 'and does no more');
is_deeply($in->rows, $rows, 'no row is written');

delete $in->{path};
($status, $output) = $in->run;
is($status, 0, 'with an ffmpeg that can');
like($output, qr/^0 added, 1 updated, 0 unchanged, 1 copy, 0 failed/m,
     'the best is taken');
is(sources(), 'bad.flac, good.mp3 (copy)', 'and kept');


# what sounds the same on another release has a file of its own

%tag = (artist => 'Ben', title => 'Two');
$in->sound('C/bad.flac', %tag, album => 'C');
$in->copy('C/bad.flac', 'D/good.flac');
$in->retag('D/good.flac', album => 'D');
$in->{path} = refusing();
($status, $output) = $in->run;
like($output, qr/^1 added, 1 unchanged, 1 copy, 1 failed/m, 'one is taken');
is($in->track('Two')->{album}, 'D', 'that of the file that can be encoded');

done_testing();
