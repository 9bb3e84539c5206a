#!/usr/bin/perl

# conf.d/upstreams before services of each kind: REST, Twirp and gRPC.

use lib 't/lib';
use Resonate::Test;
use Resonate::Browser;
use Resonate::Upstreams;

plan skip_all => $_ for grep { $_ } Resonate::Browser::missing();

my $dir = tempdir();
my $edge = Resonate::Edge->new(
    auth   => 1,
    http   => join('', map { "upstream $_ { server unix:$dir/$_; }\n" }
                           qw(rest twirp grpc)),
    server => "listen unix:$dir/h2 http2;\n"
              . "location \@resonate_problem { resonate_problem; }\n"
              . Resonate::Upstreams::pieces(qw(rest twirp grpc)),
    expect => qr/connect\(\) to unix:\S+(?:grpc|rest) failed/,
);

chmod 0755, $dir;
local $ENV{RESONATE_SOCKETS} = $dir;
local $ENV{RESONATE_URL} = $edge->url;
local $ENV{RESONATE_H2} = "$dir/h2";
local $ENV{RESONATE_TOKEN} = token(sub => 'alice', client_id => 'player',
    scope => 'stream plays', roles => ['artist']);

Resonate::Browser::node('t/upstreams/services.test.mjs');

done_testing;
