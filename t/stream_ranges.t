#!/usr/bin/perl

# Parts of streams (RFC 9110, 13 and 14), of the file and of its preview.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $media = tempdir();
tone($media, 'a.m4a', 12);

my $edge = stream_edge(media => $media);
my %decision = (full => { file => 'a.m4a', mode => 'full' },
                preview => { file => 'a.m4a', mode => 'preview',
                             previewMs => 5000 });
my %whole = map { $_ => audio($edge, $decision{$_}) } keys %decision;
my %etag = map { $_ => $whole{$_}{headers}{etag} } keys %whole;

is $whole{full}{content}, slurp("$media/a.m4a"), 'all of the file';
cmp_ok length $whole{preview}{content}, '<', length $whole{full}{content},
    'the preview is shorter';
isnt $etag{full}, $etag{preview}, 'each has an ETag of its own';

for my $mode (sort keys %whole) {
    my $all = $whole{$mode}{content};
    my $size = length $all;
    my $mdat = index $all, 'mdat';

    for (
        # range, status, first, last
        [ '0-1', 206, 0, 1 ],
        [ '0-', 206, 0, $size - 1 ],
        [ '-1', 206, $size - 1, $size - 1 ],
        [ '-' . 2 * $size, 206, 0, $size - 1 ],
        [ $mdat - 5 . '-' . ($mdat + 50), 206, $mdat - 5, $mdat + 50 ],
        [ $mdat + 4 . '-', 206, $mdat + 4, $size - 1 ],
        [ $size - 1 . '-', 206, $size - 1, $size - 1 ],
        [ '10-' . 9 x 18, 206, 10, $size - 1 ],
        [ "$size-", 416 ],
        [ "$size-" . ($size + 1), 416 ],
        [ 9 x 30 . '-', 416 ],
        [ '0-' . 9 x 30, 416 ],
        [ '5-4', 416 ],
        [ '-', 416 ],
        [ 'a-b', 416 ],
        [ join(',', map { '0-' } 1 .. 500), 200 ],
    ) {
        my ($range, $status, $first, $last) = @$_;
        my $res = audio($edge, $decision{$mode}, range => $range);
        my $name = "$mode, " . substr $range, 0, 24;

        is $res->{status}, $status, $name;

        if ($status == 206) {
            is $res->{headers}{'content-range'}, "bytes $first-$last/$size",
                "$name: which";
            ok $res->{content} eq substr($all, $first, $last - $first + 1),
                "$name: bytes";
        }

        if ($status == 416) {
            is $res->{headers}{'content-range'}, "bytes */$size",
                "$name: size";
        }
    }

    my $unit = audio($edge, $decision{$mode},
                     headers => { Range => 'apples=0-1' });
    is $unit->{status}, 200, "$mode: an unknown unit is no range";
    ok $unit->{content} eq $all, "$mode: an unknown unit gives all";
}

# a date would be that of both forms: only the full file has one

my $modified = $whole{full}{headers}{'last-modified'};

like $modified, qr/GMT$/, 'the full file has a date';
is $whole{preview}{headers}{'last-modified'}, undef, 'a preview has none';

for (
    # mode, If-Range, status
    [ 'full', $etag{full}, 206 ],
    [ 'full', $etag{preview}, 200 ],
    [ 'full', $modified, 206 ],
    [ 'full', '"other"', 200 ],
    [ 'full', "W/$etag{full}", 200 ],
    [ 'preview', $etag{preview}, 206 ],
    [ 'preview', $etag{full}, 200 ],
    [ 'preview', $modified, 200 ],
    [ 'preview', 'Mon, 01 Jan 2001 00:00:00 GMT', 200 ],
) {
    my ($mode, $if_range, $status) = @$_;
    my $res = audio($edge, $decision{$mode}, range => '100-199',
                    if_range => $if_range);

    is $res->{status}, $status, "$mode, If-Range: $if_range";
    is length $res->{content},
        $status == 206 ? 100 : length $whole{$mode}{content}, 'bytes';
}

for (
    # mode, header, value, status
    [ 'full', 'If-None-Match', $etag{full}, 304 ],
    [ 'full', 'If-None-Match', $etag{preview}, 200 ],
    [ 'full', 'If-Modified-Since', $modified, 304 ],
    [ 'full', 'If-Match', $etag{preview}, 412 ],
    [ 'preview', 'If-None-Match', $etag{preview}, 304 ],
    [ 'preview', 'If-None-Match', $etag{full}, 200 ],
    [ 'preview', 'If-Match', $etag{full}, 412 ],
    [ 'preview', 'If-Modified-Since', $modified, 200 ],
) {
    my ($mode, $header, $value, $status) = @$_;
    my $res = audio($edge, $decision{$mode},
                    headers => { $header => $value });

    is $res->{status}, $status, "$mode, $header: $value";
    is $res->{headers}{etag}, $etag{$mode}, 'etag' if $status == 304;
}

done_testing;
