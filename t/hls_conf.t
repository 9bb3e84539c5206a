# resonate_hls_segment: what it takes.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls;

for (
    # value, what nginx -t says
    [ '6s' ],
    [ '1s' ],
    [ '30s' ],
    [ '2500ms' ],
    [ '999ms', qr/"resonate_hls_segment" must be between 1s and 30s/ ],
    [ '31s', qr/"resonate_hls_segment" must be between 1s and 30s/ ],
    [ 'long', qr/"resonate_hls_segment" directive invalid value/ ],
    [ '6s; resonate_hls_segment 7s', qr/"resonate_hls_segment" directive is/ ],
    [ '', qr/invalid number of arguments in "resonate_hls_segment"/ ],
) {
    my ($value, $error) = @$_;
    my ($ok, $output) = conf_test("resonate_hls_segment $value;");

    is $ok, $error ? '' : 1, "resonate_hls_segment $value";
    like $output, $error, 'what it says' if $error;
}

my $path = Resonate::Media::files()->{short}{path};
my $edge = hls_edge(media => media());

decide($edge, $ID, { file => $path, mode => 'full' });

my $list = playlist($edge->get("/hls/$ID/playlist.m3u8"));

is "$list->{target} " . @{$list->{urls}}, '7 4', 'six seconds by default';

$edge->reload(http => "$edge->{opt}{http} resonate_hls_segment 4s;");

my $four = playlist($edge->get("/hls/$ID/playlist.m3u8"));

is "$four->{target} " . @{$four->{urls}}, '5 5', 'four seconds';
is $edge->get("/hls/$ID/$list->{urls}[0]")->{status}, 404,
    'segments of two lengths are never mixed';

done_testing;
