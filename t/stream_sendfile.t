#!/usr/bin/perl

# The bytes of a file are sent by the kernel, in every form; those of headers
# and heads, and no others, are nginx's.

use lib 't/lib';
use Resonate::Test;
use Resonate::Preload;
use Resonate::Stream;

my $HEADERS = 1000;    # at most, of one answer or of one part of it
my $media = tempdir();
my $sent = Resonate::Preload->new('count_sent');

tone($media, 'a.m4a', 60);

my $edge = stream_edge(media => $media, env => $sent->env);
my $file = slurp("$media/a.m4a");

# what the kernel sent, what nginx did

sub counts { return unpack 'Q2', slurp($sent->env->{PRELOAD_GATE}) }

my $preview = audio($edge, { file => 'a.m4a', mode => 'preview',
                             previewMs => 45000 })->{content};
my $head = 4 + index $preview, 'mdat';

for (
    # mode, range, bytes of the file, of a head, parts
    [ 'full', undef, length $file, 0, 1 ],
    [ 'full', '1000-99999', 99_000, 0, 1 ],
    [ 'full', '-5', 5, 0, 1 ],
    [ 'full', '0-999,5000-5999', 2000, 0, 3 ],
    [ 'preview', undef, length($preview) - $head, $head, 1 ],
    [ 'preview', '0-1', 0, 2, 1 ],
    [ 'preview', $head - 10 . '-' . ($head + 99), 100, 10, 1 ],
    [ 'preview', '0-9,' . $head . '-' . ($head + 99), 100, 10, 3 ],
) {
    my ($mode, $range, $bytes, $memory, $parts) = @$_;
    my @before = counts();
    my $res = audio($edge, { file => 'a.m4a', mode => $mode,
                             previewMs => 45000 }, range => $range);
    my @after = counts();
    my $name = "$mode, " . ($range // 'all');
    my $written = $after[1] - $before[1] - $memory;

    is $res->{status}, defined $range ? 206 : 200, $name;
    is $after[0] - $before[0], $bytes, "$name: sent by the kernel";
    ok 0 < $written && $written < $HEADERS * $parts, "$name: sent by nginx"
        or diag $written;
}

done_testing;
