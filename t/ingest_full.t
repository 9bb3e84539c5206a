#!/usr/bin/perl

# The disk of the media root is full.  ffmpeg says so and ends with 0 when only
# the end of its output is missing.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my ($real) = grep { -x } map { "$_/ffmpeg" } split /:/, $ENV{PATH};
my $bin = tempdir();

spew("$bin/ffmpeg", <<"END");
#!/bin/sh
$real "\$@" || exit
case "\$*" in *'-c:a aac'*) said='Error closing file x' ;;
              *'-c:v mjpeg'*) said='x.jpg' ;;
              *) exit 0 ;;
esac
echo "\$said: No space left on device" >&2
END
chmod 0755, "$bin/ffmpeg";

$in->sound('A/1.flac', title => 'One', artist => 'Ann', album => 'A');
rename $in->picture('c.png', '300x300'), $in->music . '/A/cover.png';
$in->{path} = "$bin:$ENV{PATH}";

my ($status, $output) = $in->run;
my $full = qr/No space left on device \(make room on the disk/;

is($status, 3, 'nothing is taken');
like($output, qr{^failed: \S+/1\.flac: $full}m, 'neither the sound');
like($output, qr{^warning: \S+/cover\.png: no cover: $full}m,
     'nor the cover');
is_deeply([ $in->stored ], [], 'no file is stored');

spew("$bin/ffmpeg", slurp("$bin/ffmpeg") =~ s/-c:a aac/-c:a none/r);
($status, $output) = $in->run;
like($output, qr/^1 added, 0 unchanged, 0 failed/m, 'room for the sound');
like($output, qr{^warning: \S+/cover\.png: no cover: $full}m, 'alone');

delete $in->{path};
like(($in->run)[1], qr/^0 added, 1 updated, 0 unchanged, 0 failed/m,
     'with more room');
isnt($in->track('One')->{cover_id}, undef, 'it has its cover');
like(($in->run)[1], qr/^0 added, 1 unchanged, 0 failed/m, 'once');

done_testing();
