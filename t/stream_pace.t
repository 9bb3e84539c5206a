#!/usr/bin/perl

# Audio about as fast as it is played.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $media = tempdir();

spew("$media/a", 'a' x 200_000);

# 8,000 bits a second are 1,000 bytes: so is a second of sound

sub decision {
    my ($bitrate, $kind) = @_;

    return { file => 'a', mode => 'full', files => [
        { quality => '64', file => 'a', bitrate => $bitrate } ] };
}

my $routes = <<'EOF';
    resonate_route GET /audio v3.test_audio ?decision:text(1..8000)!
        reply=audio;
EOF

my $edge = stream_edge(
    media => $media,
    http => 'log_format rate "$uri $limit_rate"; resonate_pace 1.5 burst=2s;',
    server => <<"EOF");
access_log rate.log rate;
location /paced/ { $routes }
location /off/ { resonate_pace off; $routes }
location /slower/ { limit_rate 1000; $routes }
location /faster/ { limit_rate 9k; $routes }
location /nested/ { resonate_pace 2; $routes }
EOF

sub path {
    my ($place, $bitrate) = @_;

    return audio_path(decision($bitrate)) =~ s{^/test/}{/$place/}r;
}

my @table = (
    # location, bits a second, bytes a second
    [ 'paced', 8000, 1500 ],
    [ 'paced', 80_000, 15_000 ],
    [ 'paced', 64, 1500 ],
    [ 'paced', 1, 1500 ],
    [ 'paced', 0, 0 ],
    [ 'off', 8000, 0 ],
    [ 'slower', 8000, 1000 ],
    [ 'faster', 8000, 1500 ],
    [ 'nested', 8000, 2000 ],
);

for (@table) {
    my ($place, $bitrate) = @$_;

    is $edge->request('HEAD', path($place, $bitrate))->{status}, 200,
        "$place, $bitrate";
}

my @lines;

wait_for { @lines = split /\n/, $edge->file('rate.log');
           @lines == @table } 10, 'the log';
is_deeply \@lines, [ map { "/$_->[0]/audio $_->[2]" } @table ], 'rates';

# thirty seconds of it at once, and then no more than as it is played: nobody
# has the rest while this test runs.  What is silent is taken for 8,000 bits a
# second, because its header has to come, too.

my $socket = $edge->client->{socket};
my $got = '';

print $socket 'GET ', path('nested', 64), " HTTP/1.0\r\n\r\n";

wait_for { sysread $socket, $got, 4096, length $got;
           length($got =~ s/.*?\r\n\r\n//sr) >= 30_000 } 10, 'the burst';

my $body = $got =~ s/.*?\r\n\r\n//sr;

close $socket;
cmp_ok length $body, '<', 100_000, 'a burst, and not all of it';

done_testing();
