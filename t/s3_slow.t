# Objects of a store and their clients: slow ones, ones that leave, several at
# once, by HTTP/2, as a part of a page; and what was delivered and how fast.

use lib 't/lib';
use Resonate::Test;
use Resonate::Http2;
use Resonate::Stream;
use Resonate::Remote;
use Resonate::S3;

plan skip_all => $_ for grep { $_ } Resonate::S3::missing();

my $SLICE = 65_536;
my $s3 = Resonate::S3->new;
my $dir = tempdir();
my $bytes = slurp(tone($dir, 'a.m4a', 40));
my $size = length $bytes;
my $slices = int(($size + $SLICE - 1) / $SLICE);
my ($h2, $brief) = map { Resonate::Edge::free_port() } 1, 2;

spew("$dir/page.html", 'p' x 4000 . '<!--# include virtual="'
     . audio_path(decision('page')) . '" -->' . 'q' x 4000);

my $edge = remote_edge($s3, listen => 'sndbuf=64k',
    http => join('', map { "server {
        listen 127.0.0.1:$_;
        set \$resonate_s3 http://resonate_s3;
        include $Resonate::Test::ROOT/conf.d/s3.conf;
        location /test/ {
            resonate_route GET /audio v3.test_audio
                ?decision:text(1..8000)! reply=audio;
        }
    }" } "$h2 http2", "$brief sndbuf=64k; send_timeout 1s; sendfile off;
                       resonate_media_slice 256k"),
    server => "
        location = /page.html { root $dir; ssi on; default_type text/html; }
        location /limited/ {
            limit_rate 400k;
            resonate_route GET /audio v3.test_audio
                ?decision:text(1..8000)! reply=audio;
        }
        location /memory/ {
            sendfile off;
            resonate_media_valid 0;
            resonate_route GET /audio v3.test_audio
                ?decision:text(1..8000)! reply=audio;
        }
        location = /connections { stub_status; }");

sub decision {
    my ($name, $mode) = @_;

    return { file => $name, mode => $mode // 'full', previewMs => 30_000 };
}

sub object { $s3->put($_, $bytes) for @_; return $_[0] }

sub asked {
    my ($name) = @_;

    return scalar grep { $_->{headers}{'if-match'} }
                  $s3->requests("/music/$name");
}

# files of the cache that the worker has open
sub open_slices {
    my ($worker) = $edge->workers;

    return scalar grep { (readlink // '') =~ m{/cache/} }
                  glob "/proc/$worker/fd/*";
}

sub start {
    my ($name, $place, %opt) = @_;
    my $client = $edge->client(%opt);

    $place //= 'test';

    setsockopt $client->{socket}, Socket::SOL_SOCKET(),
               Socket::SO_RCVBUF(), 32_768;
    $client->send($client->compose('GET', audio_path(decision($name))
        =~ s/test/$place/r));
    return $client;
}

sub connections {
    my ($active) = $edge->get('/connections')->{content} =~ /: (\d+)/;

    return $active;
}


# slow: one slice ahead of what was taken and of what buffers hold

for (
    # what, location, object
    [ 'of the store', 'test', object('slow') ],
    [ 'in memory', 'memory', object('other') ],
    [ 'of the cache', 'test', 'other' ],
) {
    my ($what, $place, $name) = @$_;
    my $kept = asked($name) * $SLICE;
    my $client = start($name, $place);

    for my $until (1, 300_000, 500_000) {
        $client->read_some(16_384) while length $client->{buffer} < $until;

        my $ahead = asked($name) * $SLICE - length $client->{buffer};

        cmp_ok $ahead, '<', 4 * $SLICE, "$what: not far ahead at $until"
            if !$kept;
        cmp_ok open_slices(), '<=', 3, "$what: open slices";
    }

    ok $client->response('GET')->{content} eq $bytes, "$what: all of it";
    is asked($name), $slices, "$what: each slice once";
    $client->close;
}

# a client that leaves

my $alone;

wait_for { ($alone = connections()) <= 2 } 10, 'idle connections';

my $client = start(object('left'));

$client->read_some(16_384) while length $client->{buffer} < 100_000;
$client->close;
wait_for { $edge->access_log =~ /22left/ } 10, 'its end';
cmp_ok asked('left'), '<', $slices, 'nothing is asked for it any more';

$s3->hold('/music/' . object('held'));
$client = start('held');
wait_for { $s3->count('/music/held') } 10, 'the store to be asked';
$client->close;
$s3->release('/music/held');
wait_for { $edge->access_log =~ /22held/ } 10, 'its end';
is audio($edge, decision('held'))->{content}, $bytes, 'and then another';

# a client that takes no more, while a slice is copied for it

$client = start(object('stalled'), 'test', port => $brief);
$client->read_some(16_384) while !length $client->{buffer};
wait_for { $edge->access_log =~ /22stalled/ } 10, 'its end';
unlike $edge->log, qr/did not answer .*stalled/, 'is no fault of the store';

# many at once ask for a slice once

$s3->hold('/music/' . object('many'));

my @clients = map { start('many') } 1 .. 6;

wait_for { $s3->count('/music/many') == 6 } 10, 'all to open it';
$s3->release('/music/many');

is scalar(grep { $_->response('GET')->{content} ne $bytes } @clients), 0,
    'six at once';
is asked('many'), $slices, 'each slice once';

# others

my $http2 = Resonate::Http2->new(port => $h2);
my @streams = map { $http2->start(audio_path(decision(@$_))) }
              (['many'], ['many', 'preview'], [ object('new') ]);
my $answers = $http2->answers;
my $preview = audio($edge, decision('many', 'preview'))->{content};

$http2->close;

is scalar(grep { $answers->{$streams[$_]}{content}
                 ne ($bytes, $preview, $bytes)[$_] } 0 .. 2), 0, 'HTTP/2';

object('page');
is $edge->get('/page.html')->{content}, 'p' x 4000 . $bytes . 'q' x 4000,
    'a part of a page';

my $began = Time::HiRes::time();

is $edge->get(audio_path(decision('many')) =~ s/test/limited/r)->{content},
    $bytes, 'at a rate';
cmp_ok Time::HiRes::time() - $began, '>', ($size - 400 * 1024) / 400 / 1024 / 2,
    'which holds for all of its slices';

# a worker that is to end finishes what it has

$client = start('slow');
$client->read_some(16_384) while length $client->{buffer} < 1000;
$edge->reload;
is $client->response('GET')->{content}, $bytes, 'over a reload';

done_testing;
