#!/usr/bin/perl

# Segments, by a ticket or by a token, are evidence of the same session.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls;
use Resonate::Media;

my $path = Resonate::Media::files()->{long}{path};
my $edge = hls_edge(media => media(), workers => 2,
                    http => 'resonate_evidence 1m;');
my $token = token(sub => 'listener');
my $base = "/hls/$ID";

sub delivered {
    return json($edge->get("$base/delivered", token => $token))->{data};
}

decide($edge, $ID, { file => $path, mode => 'full', previewMs => 45_000,
                     track => $ID, durationMs => 90_000 });

my $list = playlist($edge->get("$base/playlist.m3u8", token => $token));
my @urls = map { "$base/$_" } $list->{urls}->@*;

like $urls[0], qr/ticket=/, 'a ticket in each URL';
$edge->get("$base/$list->{init}");

for (
    # segments, parts of them, what is known then
    [ [ 0 .. 4 ], undef, [ 0, 30_000 ] ],
    [ [ 7 ], undef, [ 0, 30_000, 42_000, 48_000 ] ],
    [ [ 5, 6 ], undef, [ 0, 48_000 ] ],
    [ [ 8 .. $#urls ], undef, [ 0, 90_000 ] ],
) {
    my ($segments, $range, $spans) = @$_;

    $edge->get($urls[$_]) for @$segments;

    my $got;

    wait_for { $got = delivered();
               "@{[ map { @$_ } $got->{spans}->@* ]}" eq "@$spans" } 10,
        "segments @$segments: @$spans";
    pass "segments @$segments";
}

is delivered()->{requests}, @urls, 'requests: init is no sound';
is delivered()->{heardMs}, 90_000, 'all of it';

done_testing();
