#!/usr/bin/perl

# Files and decisions that must not be served, and clients that go away.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $media = tempdir();
my $outside = tempdir();
my $good = slurp(tone($media, 'good.m4a', 12));

my $fragments = slurp(tone($media, 'fragments.m4a', 12,
                           qw(-movflags +empty_moov+frag_keyframe)));
my $alac = slurp(tone($media, 'alac.m4a', 1, qw(-c:a alac)));
tone($outside, 'secret.m4a', 1);
mkdir "$media/folder" or die "mkdir: $!";

my $edge = stream_edge(media => $media,
                       http => 'resonate_media_cache off;',
                       server => 'location /none/ { resonate_route GET /audio
                           v3.test_audio ?decision:text! reply=audio; }');

sub problem {
    my ($res, $status, $name) = @_;

    is $res->{status}, $status, "$name: status";
    is $res->{headers}{'content-type'}, 'application/problem+json',
        "$name: a problem";
    ok !exists $res->{headers}{'x-resonate-stream'}, "$name: no stream";
    unlike $res->{content}, qr/m4a|rt-|\Q$media\E/, "$name: no path";
}

my $up = '../' . ($outside =~ m{([^/]+)$})[0] . '/secret.m4a';

for (
    # decision, status, in the log
    [ 'nonsense', 500, 'not JSON' ],
    [ '{"file":"good.m4a"}', 500, 'no mode' ],
    [ '{"file":"good.m4a","mode":"all"}', 500, 'unknown mode' ],
    [ '{"file":"good.m4a","mode":"preview"}', 500, 'no previewMs' ],
    [ { file => "$outside/secret.m4a", mode => 'full' }, 500, 'plain' ],
    [ { file => $up, mode => 'full' }, 500, 'plain' ],
    [ { file => "folder/../$up", mode => 'full' }, 500, 'plain' ],
    [ { file => '%2e%2e/x', mode => 'full' }, 404, 'No such file' ],
    [ { file => 'missing.m4a', mode => 'full' }, 404, 'No such file' ],
    [ { file => 'missing.m4a', mode => 'preview', previewMs => 45000 }, 404,
      'No such file' ],
    [ { file => 'good.m4a/x', mode => 'full' }, 404, 'Not a directory' ],
    [ { file => 'folder', mode => 'full' }, 404, 'not a regular file' ],
) {
    my ($decision, $status, $said) = @$_;
    my $name = ref $decision ? $decision->{file} : $decision;
    my $seen = length $edge->log;

    problem(audio($edge, $decision), $status, $name);
    like substr($edge->log, $seen), qr/\[error\].*\Q$said\E/, "$name: log";
}

# hostile files have no preview; the reason is for the log

my $moov = index $good, 'moov';
my $stsz = index $good, 'stsz';
my $stco = index $good, 'stco';

sub patch {
    my ($at, $value) = @_;

    my $bytes = $good;
    substr $bytes, $at, 4, pack 'N', $value;
    return $bytes;
}

for (
    # name, bytes, in the log
    [ 'empty', '', 'file is too short' ],
    [ 'text', 'no music at all, but words' x 9, 'box past the end' ],
    [ 'cut', substr($good, 0, 200), 'box past the end' ],
    [ 'half', substr($good, 0, length($good) / 2), 'past the end of the' ],
    [ 'huge moov', patch($moov - 4, 0x7fffffff), 'box past the end' ],
    [ 'no samples', patch($stsz + 12, 0), 'no samples' ],
    [ 'samples', patch($stsz + 12, 0xffffffff), 'too many samples' ],
    [ 'sizes', patch($stsz + 8, 0xffffff), 'past the end of the file' ],
    [ 'offset', patch($stco + 12, 0xfffffff0), 'past the end of the file' ],
    [ 'ALAC', $alac, 'not AAC, FLAC or Opus' ],
    [ 'half of the fragments', substr($fragments, 0, 0.5 * length $fragments),
      'past the end of the file' ],
) {
    my ($name, $bytes, $said) = @$_;
    my $seen = length $edge->log;

    spew("$media/hostile.m4a", $bytes);

    my $res = audio($edge, { file => 'hostile.m4a', mode => 'preview',
                             previewMs => 5000 });

    problem($res, 500, $name);
    like json($res)->{detail}, qr/can not be previewed/, "$name: detail";
    like substr($edge->log, $seen),
         qr/\[error\].*no preview of ".*hostile\.m4a": .*\Q$said\E/,
         "$name: log";
}

problem($edge->get('/none/audio?decision={}'), 500, 'another location');

# clients that go while the file is read, or while it is sent

my $path = audio_path({ file => 'good.m4a', mode => 'preview',
                        previewMs => 5000 });

for (1 .. 100) {
    $edge->client->send("GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

is audio($edge, { file => 'good.m4a', mode => 'full' })->{status}, 200,
    'well after a hundred that went';

# a file replaced while it is sent: the bytes are those of the one opened

my ($old, $new) = map { join '', map { pack 'N', $_ } $_ .. $_ + 2_000_000 }
                  1, 10_000_000;

spew("$media/big.m4a", $old);

my $client = $edge->client(receive_buffer => 65536);

$client->send($client->compose('GET', audio_path({ file => 'big.m4a',
                                                   mode => 'full' })));
$client->fill('an answer');

spew("$media/big.new", $new);
rename "$media/big.new", "$media/big.m4a" or die "rename: $!";

ok $client->response('GET')->{content} eq $old, 'the file that was opened';
ok audio($edge, { file => 'big.m4a', mode => 'full' })->{content} eq $new,
    'then the one that replaced it';

done_testing;
