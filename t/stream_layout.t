#!/usr/bin/perl

# Every range of a reply is the slice of the whole, however it is sent.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $RANGES = 1500;
my $media = tempdir();

tone($media, 'a.m4a', 12);

my $route = 'resonate_route GET /audio v3.test_audio '
            . '?decision:text(1..8000)! reply=audio;';
my $edge = stream_edge(media => $media, http => 'keepalive_requests 9999;',
                       server => <<"EOF");
location /threads/  { $route aio threads; output_buffers 2 8k; }
location /direct/   { $route aio threads; directio 4k; sendfile off; }
location /buffers/  { $route sendfile off; output_buffers 1 1k; }
location /limited/  { $route limit_rate 100m; sendfile_max_chunk 4k; }
location /no-range/ { $route max_ranges 0; }
location /few/      { $route max_ranges 3; }
EOF

my %decision = (full => { file => 'a.m4a', mode => 'full' },
                preview => { file => 'a.m4a', mode => 'preview',
                             previewMs => 5000 });
my %whole = map { $_ => audio($edge, $decision{$_}) } keys %decision;
my %client;

srand 7;

sub ask {
    my ($mode, $range, $place, %headers) = @_;
    my $client = $client{$place // ''} ||= $edge->client;
    my $path = audio_path($decision{$mode});

    $path =~ s{^/test/}{/$place/} if $place;

    my $res = $client->request('GET', $path,
        headers => { Range => "bytes=$range", %headers });

    # nginx closes connections behind what its filters refuse
    delete $client{$place // ''} if $res->{status} >= 400;
    return $res;
}

# first, last, and how a range header says it: of the ends and seams more often

sub random_range {
    my ($mode) = @_;
    my $all = \$whole{$mode}{content};
    my $size = length $$all;
    my $seam = index($$all, 'mdat') + 4;
    my ($first, $last) = sort { $a <=> $b } map {
        my $at = rand() < 0.3 ? (0, $size - 1, $seam)[rand 3] + int rand(3) - 1
                              : int rand $size;
        $at < 0 ? 0 : $at >= $size ? $size - 1 : $at } 1, 2;

    return ($first, $last, "$first-$last") if $last < $size - 1;
    return ($first, $last, rand() < 0.5 ? "$first-" : '-' . ($size - $first));
}

# whether the answer to some ranges is those of "all"

sub right {
    my ($res, $all, @ranges) = @_;
    my $size = length $$all;
    my $sum = 0;

    $sum += $_->[1] - $_->[0] + 1 for @ranges;
    return $res->{status} == 200 && $res->{content} eq $$all if $sum > $size;

    my @got = @ranges > 1 ? parts($res)
        : [ $res->{headers}{'content-range'} =~ /(\d+)-(\d+)\/(\d+)/,
            $res->{content} ];

    return $res->{status} == 206 && join('|', map { "@$_" } @got)
        eq join '|', map { my ($first, $last) = @$_;
                           "$first $last $size " . substr $$all, $first,
                           $last - $first + 1 } @ranges;
}

for my $mode (sort keys %whole) {
    my $all = $whole{$mode}{content};
    my @wrong;

    for my $place ('', qw(threads direct buffers limited)) {
        my $times = $place ? $RANGES / 15 : $RANGES;

        for (1 .. $times) {
            my @ranges = map { [ random_range($mode) ] }
                         1 .. (rand() < 0.1 ? 2 + rand 6 : 1);
            my $text = join ',', map { $_->[2] } @ranges;

            push @wrong, "$place $text"
                if !right(ask($mode, $text, $place), \$all, @ranges);
        }
    }

    is "@wrong[0 .. ($#wrong > 5 ? 5 : $#wrong)]", '', "$mode: ranges";

    # what is answered with several parts, and what is not

    my $etag = $whole{$mode}{headers}{etag};
    my ($other) = map { $whole{$_}{headers}{etag} } grep { $_ ne $mode }
                  keys %whole;

    for (
        # range, headers, place, status, number of parts or content
        [ '0-9,20-29', {}, '', 206, 2 ],
        [ '0-9,20-29', { 'If-Range' => $etag }, '', 206, 2 ],
        [ '0-9,20-29', { 'If-Range' => $other }, '', 200, $all ],
        [ '0-9,20-29', { 'If-Range' => 'Mon, 01 Jan 2001 00:00:00 GMT' }, '',
          200, $all ],
        [ '0-9,20-29', { 'If-None-Match' => $etag }, '', 304, '' ],
        [ '0-9,20-29', { 'If-None-Match' => $other }, '', 206, 2 ],
        [ '0-9,20-29', { 'If-Match' => $other }, '', 412 ],
        [ '0-9,20-29', {}, 'no-range', 200, $all ],
        [ '0-9,20-29,40-49', {}, 'few', 206, 3 ],
        [ '0-9,20-29,40-49,60-69', {}, 'few', 200, $all ],
        [ '0-1,3-4,99999999-', {}, '', 206, 2 ],
        [ '0-1,99999999-', {}, '', 206, substr $all, 0, 2 ],
        [ '99999998-,99999999-', {}, '', 416 ],
        [ '4-3,5-6', {}, '', 206, substr $all, 5, 2 ],
        [ 'x,5-6', {}, '', 416 ],
        [ join(',', ('0-0') x 32), {}, '', 206, 32 ],
        [ join(',', ('0-0') x 33), {}, '', 200, $all ],
        [ join(',', ('0-') x 500), {}, '', 200, $all ],
    ) {
        my ($range, $headers, $place, $status, $content) = @$_;
        my $res = ask($mode, $range, $place, %$headers);
        my $name = "$mode, " . substr($range, 0, 24) . " @{[%$headers]} $place";

        is $res->{status}, $status, $name;
        next if !defined $content;

        if ($content =~ /^\d+\z/) {
            is scalar(my @parts = parts($res)), $content, "$name: parts";

        } else {
            ok $res->{content} eq $content, "$name: bytes";
        }
    }

    my $get = ask($mode, '0-9,20-29');
    my $head = audio($edge, $decision{$mode}, range => '0-9,20-29',
                     method => 'HEAD');

    is $head->{status}, 206, "$mode: HEAD of two ranges";
    is $head->{headers}{'content-length'}, length $get->{content},
        "$mode: its length";
    is $get->{headers}{'x-resonate-stream'}, $mode, "$mode: its mode";
    is $get->{headers}{etag}, $etag, "$mode: its ETag";
}

done_testing;
