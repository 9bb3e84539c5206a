#!/usr/bin/perl

# A preview of a file of any make is the beginning of its sound, sample by
# sample, and ends with it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $media = tempdir();
my $dir = tempdir();

my @NOISE = (qw(-f lavfi -i), 'anoisesrc=r=48000:d=5:seed=3:a=0.3');
my @FRAGMENTS = qw(-frag_duration 1000000 -movflags);

sub make {
    my ($name, @ffmpeg) = @_;

    Resonate::Pg::run(qw(ffmpeg -nostdin -v error -y), @ffmpeg,
                      qw(-strict -2 -f mp4), "$media/$name");
}

sub copy {
    my ($name, @ffmpeg) = @_;

    make($name, '-i', "$media/plain", @ffmpeg, qw(-c:a copy));
}

# the bytes of one file with some others, and as many, as another
sub patch {
    my ($from, $to, @changes) = @_;
    my $bytes = slurp("$media/$from");

    while (my ($old, $new) = splice @changes, 0, 2) {
        my $at = index $bytes, $old;

        $at >= 0 && length $old == length $new or die "$to: no such bytes";
        substr $bytes, $at, length $old, $new;
    }

    spew("$media/$to", $bytes);
}

spew("$dir/text.srt", join "\n", map {
    sprintf "%d\n00:00:%02d,000 --> 00:00:%02d,900\nline %d\n", $_, $_, $_, $_
} 1 .. 4);

make('plain', @NOISE, qw(-ac 2 -ar 44100 -c:a aac -b:a 96k));
make('48 kHz', @NOISE, qw(-ac 2 -c:a aac -movflags +faststart));
make('mono', @NOISE, qw(-ac 1 -ar 44100 -c:a aac -b:a 64k));
make('half the rate', @NOISE, qw(-ac 2 -ar 22050 -c:a aac -b:a 48k));
make('FLAC', @NOISE, qw(-ac 2 -ar 44100 -sample_fmt s16 -c:a flac));
make('FLAC of 24 bits', @NOISE, qw(-ar 96000 -sample_fmt s32 -c:a flac));
make('FLAC in fragments', @NOISE, qw(-ar 44100 -c:a flac), @FRAGMENTS, '+cmaf');
make('Opus', @NOISE, qw(-ac 2 -c:a libopus -b:a 64k));
make('Opus in fragments', @NOISE, qw(-ac 2 -c:a libopus), @FRAGMENTS,
     'frag_keyframe+delay_moov');

copy('text between', '-i', "$dir/text.srt", qw(-map 0 -map 1 -c:s mov_text));
copy('a picture', qw(-f lavfi -i color=s=16x16:r=5:d=5 -map 0 -map 1
                     -c:v mjpeg));
copy('fragments', @FRAGMENTS, 'frag_keyframe+empty_moov+default_base_moof');
copy('fragments with bases', @FRAGMENTS, 'frag_keyframe+empty_moov');
copy('fragments without', @FRAGMENTS,
     'frag_keyframe+empty_moov+omit_tfhd_offset');
copy('fragments with edits', @FRAGMENTS, 'frag_keyframe+delay_moov');
copy('the first in the moov', @FRAGMENTS, 'frag_keyframe');
copy('DASH', @FRAGMENTS, '+dash+global_sidx');

# as Apple's encoder has it: 2112 of priming, and a size of 64 bits

my ($size) = slurp("$media/plain") =~ /\0\0\0\x08free(.{4})mdat/s;

patch('plain', 'Apple', pack('NN', 1024, 0x10000), pack('NN', 2112, 0x10000),
      "\0\0\0\x08free${size}mdat",
      "\0\0\0\x01mdat" . pack('Q>', 8 + unpack 'N', $size));

# SBR said before the object type, and behind it

patch('half the rate', 'SBR', "\x13\x90\x56\xe5\0", "\x2b\x92\x08\0\0");
patch('half the rate', 'SBR behind', "\x13\x90\x56\xe5\0",
      "\x13\x90\x56\xe5\xa0");

my $edge = stream_edge(media => $media, http => 'resonate_preview_cache off;');

# what ffmpeg decodes of both
sub decode {
    my @files = @_;
    my @out = ("$dir/0.raw", "$dir/1.raw");

    Resonate::Pg::run(qw(ffmpeg -nostdin -v error -y),
                      (map { ('-i', $_) } @files),
                      map { ('-map', "$_:a", qw(-f s16le), $out[$_]) } 0, 1);

    return map { slurp($_) } @out;
}

for (
    # file, rate, channels, samples of one frame, and of priming that ffmpeg
    # plays in a fragmented file all the same
    [ 'plain', 44100, 2, 1024 ],
    [ '48 kHz', 48000, 2, 1024 ],
    [ 'mono', 44100, 1, 1024 ],
    [ 'half the rate', 22050, 2, 1024 ],
    [ 'SBR', 44100, 2, 2048 ],
    [ 'SBR behind', 44100, 2, 2048 ],
    [ 'FLAC', 44100, 2, 4608 ],
    [ 'FLAC of 24 bits', 96000, 1, 16384 ],
    [ 'FLAC in fragments', 44100, 1, 4608 ],
    [ 'Opus', 48000, 2, 960 ],
    [ 'Opus in fragments', 48000, 2, 960 ],
    [ 'text between', 44100, 2, 1024 ],
    [ 'a picture', 44100, 2, 1024 ],
    [ 'fragments', 44100, 2, 1024 ],
    [ 'fragments with bases', 44100, 2, 1024 ],
    [ 'fragments without', 44100, 2, 1024 ],
    [ 'fragments with edits', 44100, 2, 1024, 1024 ],
    [ 'the first in the moov', 44100, 2, 1024 ],
    [ 'DASH', 44100, 2, 1024 ],
    [ 'Apple', 44100, 2, 1024 ],
) {
    my ($file, $rate, $channels, $frame, $played) = @$_;

    subtest $file => sub {
        my $ms = 3250;
        my $res = audio($edge, { file => $file, mode => 'preview',
                                 previewMs => $ms });

        is $res->{status}, 200, 'status' or return;
        spew("$dir/x.m4a", $res->{content});

        my ($pcm, $full) = decode("$dir/x.m4a", "$media/$file");

        substr $full, 0, 2 * $channels * ($played // 0), '';

        my $samples = length($pcm) / 2 / $channels;
        my $asked = $ms * $rate / 1000;

        ok $pcm eq substr($full, 0, length $pcm), 'the sound of the file';
        cmp_ok $samples, '>=', $asked, 'all of it';
        cmp_ok $samples, '<', $asked + $frame, 'and no frame more';
    };
}

done_testing;
