#!/usr/bin/perl

# bin/demo and bin/stop in a copy of the checkout: what "make demo" starts,
# starting it again, and stopping it.

use File::Path qw(make_path);
use Time::HiRes qw(time);
use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $root = tempdir() . '/checkout';
our $port = Resonate::Edge::free_port();
my $music = "$root/music";

make_path("$root/build", "$root/ngx_resonate_auth", $music);
copied("$Resonate::Test::ROOT/$_", $root)
    for qw(bin conf.d sql www Makefile *.mk);
copied("$Resonate::Test::ROOT/ngx_resonate_auth/tool",
       "$root/ngx_resonate_auth");
copied("$Resonate::Test::BUILD/ngx_resonate_*.so", "$root/build");
copied("$Resonate::Test::ROOT/build/resonate-token", "$root/build");
chmod 0755, $root;

END {
    my $status = $?;
    system "$root/bin/stop > /dev/null 2>&1" if $root && -d "$root/run";
    $? = $status;
}

system('ffmpeg', qw(-nostdin -v error -f lavfi -i sine=duration=60 -metadata),
       'title=Hum', "$music/1.flac") == 0 or die;

my ($status, $output) = demo('--music', $music);

is($status, 0, 'it starts') or diag($output);
like($output, qr{^Resonate plays at  http://localhost:$port/$}m, 'the URL');
like($output, qr{"make stop"}, 'how to stop');

my ($curl) = $output =~ /^(curl .*)$/m;
like(`$curl -s`, qr/"displayName":"listener".*"total" ?: ?4088/,
     'the curl line');

subtest 'what it serves' => sub {
    my $track = decoded('/api/v3/tracks')->{data}[0];
    my $token = decoded('/demo/token')->{token};
    my $stream = "/api/v3/user/stream/$track->{id}";

    is($track->{title}, 'Hum', 'the catalogue');
    is($track->{url}, "http://localhost:$port$stream", 'with its own URL');
    like(got('/'), qr/^HTTP\S+ 200 .*Content-Security-Policy: .*<html/s,
         'the player');
    like(got($stream), qr/X-Resonate-Stream: preview/, 'a preview');
    like(got($stream, '-H', "Authorization: Bearer $token"),
         qr/X-Resonate-Stream: full/, 'with the token all');
    like(got('/status'), qr/^resonate_\w+ \d/m, 'counters');
    like(got($_), qr/^HTTP\S+ 40[04] /, "not $_")
        for qw(/images/x.jpg /images/../.seen /run/keys/topup.secret
               /../run/keys/private.pem /audio/ /demo/ /.git/config);

    like(`cd $root && bin/resonate-topup listener 1000 2>&1`, qr/^5088$/m,
         'a top-up');
};

subtest 'again' => sub {
    my $before = time;
    my ($status, $output) = demo();
    my ($curl) = $output =~ /^(curl .*)$/m;

    is($status, 0, 'it starts');
    note sprintf 'in %.1f s', time - $before;
    like(`$curl -s`, qr/"total" ?: ?5088/, 'and has kept the data');
};

subtest 'another page' => sub {
    my @origins = ('https://player.example', 'http://[::1]:3000');
    my ($status, $output) = demo(map { ('--origin', "'$_'") } @origins);
    my @paths = qw(/api/v3/tracks /api/v3/user/profile /demo/token / /none
                   /images/00000000-0000-0000-0000-000000000000-x120.jpg);

    make_path("$root/run/media/images");
    spew("$root/run/media$paths[-1]", 'a picture');
    is($status, 0, 'may call') or diag($output);
    like($output, qr/^Pages of \Q@origins\E may call it/m, 'and who is named');
    is(allowed($origins[$_ % 2], $paths[$_]), $origins[$_ % 2], $paths[$_])
        for 0 .. $#paths;
    is(allowed('https://player.exampl', '/api/v3/tracks'), '', 'no other');

    is((demo())[0], 0, 'again, without it');
    is(allowed($origins[0], '/api/v3/tracks'), '', 'nobody may');
};

subtest 'another port' => sub {
    my $old = $port;

    $port = Resonate::Edge::free_port();

    my ($status, $output) = demo();

    is($status, 0, 'it moves') or diag($output);
    is(decoded('/api/v3/tracks')->{data}[0]{url} =~ m{//localhost:(\d+)/}
       && $1, $port, 'and says so');
    wait_for { !open_port($old) } 10, 'the old port to close';
};

subtest 'a taken port' => sub {
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1);
    local $port = $listener->sockport;
    my ($status, $output) = demo();

    is($status, 1, 'is refused');
    like($output, qr/^demo: port $port is taken by another program/m,
         'in words');
};

subtest 'secrets' => sub {
    is(mode($_->[0]), $_->[1], $_->[0])
        for ['run/sock', '0700'], ['run/pg', '0700'],
            ['run/keys/private.pem', '0600'], ['run/keys/topup.secret', '0600'];
};

subtest 'stop' => sub {
    like(`$root/bin/stop 2>&1`, qr/^nginx stopped\.\nPostgres stopped\.$/,
         'stops both');
    ok(!open_port($port), 'nobody listens');
    is(`$root/bin/stop 2>&1`, '', 'twice is harmless');
    is($? >> 8, 0, 'and no failure');
};

done_testing();


sub copied {
    my ($from, $to) = @_;

    system('cp', '-a', glob($from), $to) == 0 or die "cannot copy $from\n";
}


sub demo {
    my $output = `$root/bin/demo --port $port @_ 2>&1 < /dev/null`;

    return ($? >> 8, $output);
}


sub got {
    my ($path, @more) = @_;

    open my $pipe, '-|', 'curl', '-si', '--path-as-is', '--max-time', 20,
        @more, "http://localhost:$port$path" or die "curl: $!";
    local $/;
    return scalar <$pipe>;
}


sub decoded {
    my ($path) = @_;
    my (undef, $body) = split /\r\n\r\n/, got($path), 2;

    return JSON::PP::decode_json($body);
}


# all that a page of $origin is allowed by, joined: two would be one too many

sub allowed {
    my ($origin, $path) = @_;

    return join ', ', got($path, '-H', "Origin: $origin")
                      =~ /^Access-Control-Allow-Origin: (.*?)\r$/mg;
}


sub open_port {
    my ($number) = @_;

    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $number);
}


sub mode {
    my ($name) = @_;

    return sprintf '%04o', (stat "$root/$name")[2] & 07777;
}
