# HLS of real files: what ffmpeg decodes of the segments, in order, is sample
# by sample what it decodes of the stored file, and of a preview no more.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls qw(hls_tool);

my $dir = tempdir();
my $tool = hls_tool();

my @FAST = qw(-movflags +faststart);

# a tone, a beep each second and noise: no frame is like another
sub make {
    my ($name, $rate, $seconds, @encode) = @_;
    my $file = "$dir/$name.mp4";

    Resonate::Pg::run(qw(ffmpeg -nostdin -v error -y -f lavfi -i),
        "sine=frequency=330:beep_factor=4:sample_rate=$rate:"
        . "duration=$seconds,aeval=val(0)*0.5+0.05*random(0):c=same",
        @encode, '-strict', '-2', '-f', 'mp4', $file);

    return $file;
}

sub hls {
    my ($file, $segment_ms, $limit_ms) = @_;
    my $out = $file =~ s/\.mp4$/-$limit_ms/r;

    my $said = `ASAN_OPTIONS=detect_leaks=0 $tool $file $out $segment_ms \\
                $limit_ms 2>&1`;
    is $said, '', 'made';

    my $n = () = glob "$out/segments/*";
    spew("$out/all.mp4", join '', map { slurp($_) } "$out/init.mp4",
                         map { "$out/segments/$_.m4s" } 0 .. $n - 1);
    return $out;
}

# 16-bit samples from what is to be heard first, or what ffmpeg has to say
sub decode {
    my ($file, $filter) = @_;

    return `ffmpeg -nostdin -v warning -copyts -i $file \\
            -af atrim=start_pts=0$filter -f s16le - 2>&1`;
}

sub lengths { return slurp("$_[0]/playlist.m3u8") =~ /^#EXTINF:([\d.]+),$/mg }

for (
    # name, Hz, bytes a moment, samples a frame, encoded as
    [ 'aac-44100', 44100, 4, 1024, qw(-ac 2 -c:a aac), @FAST ],
    [ 'mono-behind', 22050, 2, 1024, qw(-ac 1 -c:a aac -b:a 48k) ],
    [ 'fragmented', 48000, 2, 1024, qw(-ac 1 -c:a aac -frag_duration 700000
                                       -movflags empty_moov) ],
    [ 'flac', 44100, 4, 4608, qw(-ac 2 -c:a flac -ar 44100) ],
    [ 'opus', 48000, 4, 960, qw(-ac 2 -c:a libopus -b:a 64k) ],
) {
    my ($name, $rate, $bytes, $frame, @encode) = @$_;

    subtest $name => sub {
        my $file = make($name, $rate, 9.01, @encode);
        my $whole = decode($file, '');
        my $out = hls($file, 4000, 0);

        ok decode("$out/all.mp4", '') eq $whole, 'the whole track';
        ok decode("$out/playlist.m3u8", '') eq $whole, 'by the playlist';

        my @lengths = lengths($out);
        my $sum = 0;
        $sum += $_ for @lengths;

        cmp_ok abs($sum - 9.01), '<', 0.0005, 'as long'
            if $name ne 'fragmented';
        is @lengths, 3, 'segments';

        my $preview = hls($file, 4000, 6500);
        my $pcm = decode("$preview/playlist.m3u8", '');
        my $end = 6.5 * $rate * $bytes;

        ok substr($pcm, 0, $end) eq substr($whole, 0, $end), 'a preview';
        cmp_ok length($pcm) - $end, '<', $frame * $bytes,
               'ends in its last frame';

        $sum = 0;
        $sum += $_ for lengths($preview);
        cmp_ok abs($sum - 6.5), '<', 0.0000005, 'and says so';
    };
}

done_testing;
