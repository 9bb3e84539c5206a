# The master playlist: qualities, rates that were measured, and ffmpeg plays it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls;
use Resonate::Stream qw(tone);
use List::Util qw(max);

my $media = tempdir();
my @fast = qw(-movflags +faststart);

tone($media, '64.m4a', 20, qw(-b:a 64k), @fast);
tone($media, '128.m4a', 20, qw(-ar 44100 -b:a 128k), @fast);

my $edge = hls_edge(media => $media);
my $base = "/hls/$ID";
my @files = map { { quality => "$_", file => "$_.m4a", codec => 'mp4a.40.2' } }
            128, 64;

sub variants {
    my ($res) = @_;

    return map { [ /BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+),CODECS="([^"]+)"
                    (?:,NAME="(\w+)")?\n(\S+)/x ] }
           $res->{content} =~ /^#EXT-X-STREAM-INF:(.*\n.*)$/mg;
}

decide($edge, $ID, { file => '128.m4a', mode => 'full', files => \@files });

my $res = $edge->get("$base/master.m3u8");

is $res->{status}, 200, 'a master playlist';
is $res->{headers}{'content-type'}, 'application/vnd.apple.mpegurl', 'its type';
is $res->{headers}{'cache-control'}, 'private, no-store', 'is not kept';
like $res->{content},
    qr/^#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n/, 'begins';

my @variants = variants($res);

is join(' ', map { "$_->[3]:$_->[2]" } @variants),
    '128:mp4a.40.2 64:mp4a.40.2', 'qualities, the default one first';

my @starts;

for (@variants) {
    my ($peak, $average, $codec, $name, $url) = @$_;

    like $url, qr/^playlist\.m3u8\?quality=$name&ticket=rst2[\w-]+$/,
        "$name: its URL";

    my $list = playlist($edge->get("$base/$url"));
    my @bits = map { 8 * length $edge->get("$base/$_")->{content} }
               @{$list->{urls}};
    my @seconds = @{$list->{seconds}};
    my ($bits, $all, $at) = (0, 0, 0);

    $bits += $_ for @bits;
    $all += $_ for @seconds;

    cmp_ok abs($average - $bits / $all), '<', 2, 'average, as served';

    # the last one is short, and counts with the one before it

    my @rates = map { $bits[$_] / $seconds[$_] } 0 .. $#bits - 1;
    my $end = ($bits[-2] + $bits[-1]) / ($seconds[-2] + $seconds[-1]);

    cmp_ok abs($peak - max(@rates, $end)), '<', 2, 'peak, as served';

    push @starts, [ map { $at += $_ } @seconds ];
}

is @{$starts[0]}, @{$starts[1]}, 'as many segments';
cmp_ok max(map { abs($starts[0][$_] - $starts[1][$_]) } 0 .. $#{$starts[0]}),
    '<', 1024 / 44100, 'and all in step';

my $url = $edge->url . "$base/master.m3u8";
my $said = `ffprobe -v warning -show_entries stream=codec_name,sample_rate \\
            -of csv=p=0 '$url' 2>&1 | sort -u | grep .`;

is $said, "aac,44100\naac,48000\n", 'ffprobe reads both';

$said = `ffmpeg -nostdin -v warning -i '$url' -map 0:a:0 -f s16le - 2>&1 \\
         | wc -c`;
cmp_ok abs($said / 4 / 44100 - 20), '<', 0.1, 'ffmpeg plays it to the end';


# a decision with one file only, which has no name

decide($edge, $ID, { file => '64.m4a', mode => 'preview', previewMs => 5000 });

$res = $edge->get("$base/master.m3u8");
@variants = variants($res);

is @variants, 1, 'one quality';
like $variants[0][4], qr/^playlist\.m3u8\?ticket=rst2[\w-]+$/, 'of no name';
is $res->{headers}{'x-resonate-stream'}, 'preview', 'of a preview';

decide($edge, $ID, { file => 'none.m4a', mode => 'full' });
is $edge->get("$base/master.m3u8")->{status}, 404, 'a file that is not there';

done_testing;
