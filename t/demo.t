#!/usr/bin/perl

# bin/demo and bin/stop in a copy of the checkout: what "make demo" starts,
# starting it again, and stopping it.

use File::Path qw(make_path);
use Time::HiRes qw(time);
use lib 't/lib';
use Resonate::Test;
use Resonate::Agent;
use Resonate::Checkout;
use Resonate::Provider;

my $there = Resonate::Checkout->new;
my $root = $there->root;

$there->sound('Hum', 'Michael Kievernagel');

my ($status, $output) = $there->demo('--music', $there->music);
my $url = 'http://localhost:' . $there->port;

is($status, 0, 'it starts') or diag($output);
like($output, qr{^Resonate plays at  $url/\n\z}m, 'the URL, last');
like($output, qr{"make stop"}, 'how to stop');

my ($curl) = $output =~ /^(curl .*)$/m;
like(`$curl -s`, qr/"displayName":"listener".*"total" ?: ?4088/,
     'the curl line');

subtest 'log in' => sub {
    my $agent = Resonate::Agent->new;
    my $page = $agent->walk("$url/login?return=/tracks");

    like($page->{content}, qr/Any password/, 'a page for newcomers');
    $page = $agent->walk($agent->post($page->{url}, { name => 'Ada' }));
    is("$page->{status} $page->{url}", "200 $url/tracks", 'back');
    my $who = json($agent->get("$url/login/session"));
    my $profile = json($agent->get("$url/api/v3/user/profile"))->{data};

    is("@$who{qw(sub name)} $profile->{displayName} "
       . $profile->{credit}{total}, 'Ada Ada Ada 4088', 'with credit');

    my $kept = { %{$agent->{jar}{localhost}} };
    my $out = Resonate::Provider->end_session($agent,
        $agent->post("$url/logout", {}, headers => { Origin => $url }));

    is("$out->{status} $out->{url}", "200 $url/", 'and out, with a question');
    $agent->{jar}{localhost} = $kept;
    wait_for { $agent->get("$url/api/v3/user/profile")->{status} == 401 } 10,
        'the session to be over, whoever has its cookie';
};

subtest 'what it serves' => sub {
    my $track = $there->decoded('/api/v3/tracks')->{data}[0];
    my $token = $there->decoded('/demo/token')->{token};
    my @bearer = ('-H', "Authorization: Bearer $token");
    my $stream = "/api/v3/user/stream/$track->{id}";

    is($track->{title}, 'Hum', 'the catalogue');
    is($track->{url}, "$url$stream", 'with its own URL');
    is($there->decoded('/api/v3/playlists')->{data}[0]{items}[0]{track}{id},
       $track->{id}, 'a playlist of it');
    is($there->decoded("/api/v3/artists/$track->{creatorId}")
             ->{data}{label}{id},
       $there->decoded('/api/v3/labels')->{data}[0]{id}, 'a label');
    like($there->got('/'),
         qr/^HTTP\S+ 200 .*Content-Security-Policy: .*<html/s, 'the player');
    like($there->got($stream), qr/X-Resonate-Stream: preview/, 'a preview');
    like($there->got(@$_), qr/X-Resonate-Stream: full/, 'all')
        for [$stream, @bearer], [$there->ticket($stream, @bearer)];
    like($there->got('/status'), qr/^resonate_\w+ \d/m, 'counters');
    like($there->got($_), qr/^HTTP\S+ 40[04] /, "not $_")
        for qw(/images/x.jpg /images/../.seen /run/keys/topup.secret
               /../run/keys/private.pem /audio/ /demo/ /.git/config);

    like(`cd $root && bin/resonate-topup listener 1000 2>&1`, qr/^5088$/m,
         'a top-up');
};

subtest 'again' => sub {
    my $before = time;
    my ($status, $output) = $there->demo;
    my ($curl) = $output =~ /^(curl .*)$/m;

    is($status, 0, 'it starts');
    note sprintf 'in %.1f s', time - $before;
    like(`$curl -s`, qr/"total" ?: ?5088/, 'and has kept the data');
    is($there->decoded("/api/v3/$_?limit=9")->{count}, 1, "one of $_")
        for qw(playlists labels);
};

subtest 'upkeep' => sub {
    my $psql = "psql -XAt -h $root/run/sock -U resonate_edge -d resonate";

    wait_for { `$psql -c 'SELECT resonate.maintained()'` =~ /^\d+$/ } 30,
        'upkeep to be done';
    like(loops(), qr/^\d+\n\z/, 'by one process, though started twice');
    is(slurp("$root/run/maintain.pid"), loops(), 'which is known');
};

subtest 'another page' => sub {
    my @origins = ('https://player.example', 'http://[::1]:3000');
    my ($status, $output) = $there->demo(map { ('--origin', $_) } @origins);
    my @paths = qw(/api/v3/tracks /api/v3/user/profile /demo/token / /none
                   /images/00000000-0000-0000-0000-000000000000-x120.jpg);

    make_path("$root/run/media/images");
    spew("$root/run/media$paths[-1]", 'a picture');

    is($status, 0, 'may call') or diag($output);
    like($output, qr/^Pages of \Q@origins\E may call it/m, 'and who is named');
    is(allowed($origins[$_ % 2], $paths[$_]), $origins[$_ % 2], $paths[$_])
        for 0 .. $#paths;
    is(allowed('https://player.exampl', '/api/v3/tracks'), '', 'no other');

    is(($there->demo)[0], 0, 'again, without it');
    is(allowed($origins[0], '/api/v3/tracks'), '', 'nobody may');
};

subtest 'another port' => sub {
    my $old = $there->port;
    my $port = $there->port(Resonate::Edge::free_port());
    my ($status, $output) = $there->demo;

    is($status, 0, 'it moves') or diag($output);
    is($there->decoded('/api/v3/tracks')->{data}[0]{url}
       =~ m{//localhost:(\d+)/} && $1, $port, 'and says so');
    wait_for { !open_port($old) } 10, 'the old port to close';
    like(($there->start)[1],
         qr{^Resonate plays at  http://localhost:$port/\n\z}m,
         'and stays there');
};

subtest 'a taken port' => sub {
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1);
    my $own = $there->port;
    my $port = $there->port($listener->sockport);
    my ($status, $output) = $there->demo;

    is($status, 1, 'is refused');
    like($output, qr/^demo: port $port is taken by another program/m,
         'in words');
    $there->port($own);
};

subtest 'secrets' => sub {
    is(mode($_->[0]), $_->[1], $_->[0])
        for map({ ["run/$_", '0700'] } qw(sock pg provider)),
            map { ["run/keys/$_", '0600'] } qw(private.pem topup.secret
                ticket.key login.secret session.keys);

    # nginx itself logs a header line that it refuses, at "info"
    my @twice = map { ('-H', "Authorization: Bearer secret.$_") } 1, 2;

    like($there->got('/api/v3/tracks', @twice), qr/^HTTP\S+ 400 /,
         'two tokens');
    unlike(slurp("$root/run/nginx/error.log"), qr/secret\./,
           'are not in the log');
};

subtest 'stop' => sub {
    is($there->stop, "nginx stopped.\nPostgres stopped.\n", 'stops both');
    ok(!open_port($there->port), 'nobody listens');
    is(loops(), '', 'nor does upkeep go on');
    ok(!-e "$root/run/provider/pid", 'nor the provider');
    is($there->stop, '', 'twice is harmless');
    is($? >> 8, 0, 'and no failure');
};

done_testing;


# all that a page of $origin is allowed by, joined: two would be one too many

sub allowed {
    my ($origin, $path) = @_;

    return join ', ', $there->got($path, '-H', "Origin: $origin")
                      =~ /^Access-Control-Allow-Origin: (.*?)\r$/mg;
}


# numbers of the processes that keep the database, a line each

sub loops { return `pgrep -f 'maintain-loop $root/run\$'` }


sub open_port {
    my ($number) = @_;

    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $number);
}


sub mode {
    my ($name) = @_;

    return sprintf '%04o', (stat "$root/$name")[2] & 07777;
}
