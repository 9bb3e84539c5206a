#!/usr/bin/perl

# Streams over TLS, as HTTP/1.1 and HTTP/2: whole, in ranges, and while a slow
# disk is read by a thread, when clients go and nginx is reloaded.

use lib 't/lib';
use Resonate::Test;
use Resonate::Preload;
use Resonate::Stream;

my $media = tempdir();
my $dir = tempdir();
my $disk = Resonate::Preload->new('slow_pread');
my $port = Resonate::Edge::free_port();
my @curl = ('curl', '-sk', '--max-time', 60);

system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
       . " -days 1 -subj /CN=localhost -keyout $dir/key -out $dir/crt"
       . " 2>$dir/err") == 0 or die "openssl failed\n";

tone($media, 'a.m4a', 12);

# the kernel encrypts where it and OpenSSL can
my $edge = stream_edge(
    media => $media, env => $disk->env, log => 'debug',
    main => 'thread_pool disk threads=2; worker_shutdown_timeout 30s;',
    http => <<"END");
resonate_media_cache off;
aio threads=disk;
server {
    listen 127.0.0.1:$port ssl http2;
    ssl_certificate $dir/crt;
    ssl_certificate_key $dir/key;
    ssl_conf_command Options KTLS;

    location /test/ {
        resonate_route GET /audio v3.test_audio ?decision:text(1..8000)!
            reply=audio;
    }
}
END

my %decision = (full => { file => 'a.m4a', mode => 'full' },
                preview => { file => 'a.m4a', mode => 'preview',
                             previewMs => 5000 });
my %whole = map { $_ => audio($edge, $decision{$_})->{content} }
            keys %decision;

sub url { return "https://127.0.0.1:$port" . audio_path($decision{$_[0]}) }

sub fetch {
    my ($mode, @options) = @_;

    my $status = run(@curl, '-o', "$dir/out", '-w', '%{http_code}', @options,
                     url($mode));
    return ($status, slurp("$dir/out"));
}

sub run {
    open my $pipe, '-|', @_ or die "$_[0]: $!\n";
    local $/;
    return <$pipe>;
}

for my $http (qw(--http1.1 --http2)) {
    for my $mode (sort keys %whole) {
        my $all = $whole{$mode};

        for (
            # range, status, content
            [ undef, 200, $all ],
            [ '0-1', 206, substr $all, 0, 2 ],
            [ '100-', 206, substr $all, 100 ],
            [ '-100', 206, substr $all, -100 ],
            [ '0-1,100-199', 206, undef ],
            [ 9 x 9 . '-', 416, undef ],
        ) {
            my ($range, $expected, $content) = @$_;
            my ($status, $got) = fetch($mode, $http,
                                       defined $range ? ('-r', $range) : ());
            my $name = "$http, $mode, " . ($range // 'all');

            is $status, $expected, $name;
            ok $got eq $content, "$name: bytes" if defined $content;
        }
    }

    # while the tables are read: the client goes, nginx is reloaded

    my $seen;
    my $start = sub {
        $seen = length $edge->log;
        unlink "$dir/slow";
        $disk->open;

        my $client = Resonate::Process->spawn(output => "$dir/err",
            command => [ @curl, '-o', "$dir/slow", $http, url('preview') ]);

        wait_for { $disk->waiting } 10, 'a read';
        return $client;
    };

    my $client = $start->();

    $client->signal('KILL');
    wait_for { substr($edge->log, $seen)
               =~ /prematurely closed|http terminate request/ } 10,
        'the worker to see it';
    $disk->close;
    ok $client->ended(10), "$http: a client went";
    is +(fetch('preview', $http))[0], 200, "$http: well after that";

    $client = $start->();

    my ($old) = $edge->workers;

    $edge->reload;
    ok !Resonate::Process::gone($old), "$http: an old worker waits";
    $disk->close;
    ok $client->ended(10) && $client->{status} == 0, "$http: it answers";
    ok slurp("$dir/slow") eq $whole{preview}, "$http: with all of it";
    wait_for { Resonate::Process::gone($old) } 10, 'the old worker to end';
}

done_testing;
