#!/usr/bin/perl

# A preview is a complete MP4 of its length: ffprobe and ffmpeg say so.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $media = tempdir();
my $dir = tempdir();

tone($media, 'long.m4a', 60);
tone($media, 'short.m4a', 20);
tone($media, 'exact.m4a', 45);
tone($media, 'behind.m4a', 60, qw(-map_metadata -1));
tone($media, 'mono.m4a', 60, qw(-ac 1 -ar 44100 -b:a 64k -movflags
                                +faststart));
tone($media, 'fragments.m4a', 60, qw(-movflags +empty_moov+frag_keyframe
                                     -frag_duration 2000000));

my $edge = stream_edge(media => $media, workers => 2);

sub preview {
    my ($file, $ms) = @_;

    return audio($edge, { file => $file, mode => 'preview',
                          previewMs => $ms });
}

sub output {
    my ($command) = @_;

    my $bytes = `$command 2>$dir/err`;
    return ($bytes, slurp("$dir/err"));
}

my %sound;

for (
    # file, ms, seconds, the whole file
    [ 'long.m4a', 45000, 45, 0 ],
    [ 'long.m4a', 1, 0.001, 0 ],
    [ 'long.m4a', 30250, 30.25, 0 ],
    [ 'long.m4a', 59999, 59.999, 0 ],
    [ 'long.m4a', 60000, 60, 1 ],
    [ 'short.m4a', 45000, 20, 1 ],
    [ 'exact.m4a', 45000, 45, 1 ],
    [ 'behind.m4a', 45000, 45, 0 ],
    [ 'mono.m4a', 45000, 45, 0 ],
    [ 'fragments.m4a', 45000, 45, 0 ],
) {
    my ($file, $ms, $seconds, $whole) = @$_;

    subtest "$file, $ms ms" => sub {
        my $res = preview($file, $ms);

        is $res->{status}, 200, 'status';
        is $res->{headers}{'x-resonate-stream'}, 'preview', 'mode';

        spew("$dir/x.m4a", $res->{content});

        my ($probe, $warnings) =
            output("ffprobe -v warning -show_entries format=duration "
                   . "-of csv=p=0 $dir/x.m4a");

        cmp_ok abs($probe - $seconds), '<=', 0.0005, 'duration';
        is $warnings, '', 'ffprobe has nothing to say';

        my ($pcm, $said) =
            output("ffmpeg -nostdin -v warning -i $dir/x.m4a -f s16le -");

        is $said, '', 'ffmpeg has nothing to say';

        $sound{$file} //=
            (output("ffmpeg -nostdin -v error -i $media/$file -f s16le -"))[0];
        ok substr($sound{$file}, 0, length $pcm) eq $pcm, 'the same sound';

        my $bytes = slurp("$media/$file");

        if ($whole) {
            ok $res->{content} eq $bytes, 'the file itself';
            return;
        }

        # what is behind the new header is one run of the file

        my $at = index $res->{content}, 'mdat';
        my $span = substr $res->{content}, $at + 4;

        cmp_ok index($bytes, $span), '>', 0, 'the span';
        is unpack('N', substr $res->{content}, $at - 4, 4),
            8 + length $span, 'its size';
    };
}

my $plans = counter($edge, 'resonate_preview_plans_total');

my ($one, $two) = map { preview('long.m4a', 45000)->{content} } 1, 2;

ok $one eq $two, 'the same bytes again';
is counter($edge, 'resonate_preview_plans_total'), $plans,
    'a known preview is not planned again, by no worker';

# the tables are read once, whatever is made of them by whichever worker

my $reads = counter($edge, 'resonate_media_reads_total');

preview('long.m4a', 1000 * $_) for 1 .. 9;

is counter($edge, 'resonate_preview_plans_total'), $plans += 9,
    'nine other lengths are planned';
is counter($edge, 'resonate_media_reads_total'), $reads, 'of the same index';

# another file under the same name is another version

rename "$media/mono.m4a", "$media/long.m4a" or die "rename: $!";

isnt length preview('long.m4a', 45000)->{content},
     length preview('behind.m4a', 45000)->{content}, 'a replaced file';
is counter($edge, 'resonate_preview_plans_total'), $plans + 1,
    'is planned anew';

# without the cache, and with the location's own thread pool

$edge->reload(http => 'sendfile on; resonate_media_cache off;',
              main => 'thread_pool audio threads=2;', server => <<'EOF');
location /test/ {
    aio threads=audio;
    resonate_route GET /audio v3.test_audio ?decision:text(1..8000)!
        reply=audio;
}
location = /status { resonate_status; }
EOF

$plans = counter($edge, 'resonate_preview_plans_total');

($one, $two) = map { preview('behind.m4a', 9000)->{content} } 1, 2;

ok $one eq $two, 'the same bytes without a cache';
is counter($edge, 'resonate_preview_plans_total'), $plans + 2,
    'planned every time';

done_testing;
