#!/usr/bin/perl

# conf.d/upstreams/provider.conf before an OpenID provider.

use lib 't/lib';
use Digest::SHA qw(sha256);
use MIME::Base64 qw(encode_base64url);
use Resonate::Test;
use Resonate::Agent;
use Resonate::Provider;
use Resonate::Upstreams;

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $provider = Resonate::Provider->new;
my $edge = Resonate::Edge->new(
    auth   => 1,
    http   => "upstream provider { server 127.0.0.1:$provider->{port}; }",
    server => 'resonate_auth required;'
              . Resonate::Upstreams::pieces('provider'),
);
my $issuer = $edge->url . '/id';
my $agent = Resonate::Agent->new;
my $verifier = 'v' x 43;
my $callback = 'http://localhost/login/callback';

$provider->set(issuer => $issuer);

for my $path ('/id/.well-known/openid-configuration',
              '/.well-known/oauth-authorization-server/id')
{
    my $found = json($edge->get($path));

    is($found->{issuer}, $issuer, "$path: issuer");
    is($found->{token_endpoint}, "$issuer/token", 'an endpoint');
}

my $code = $provider->log_in($agent, "$issuer/auth?" . Resonate::Agent::form(
    client_id => 'player', response_type => 'code', scope => 'openid stream',
    redirect_uri => $callback, code_challenge_method => 'S256',
    code_challenge => encode_base64url(sha256($verifier))),
    'alice', qr/^\Q$callback/)->{location};

like($code, qr/[?&]code=/, 'logs in');

my $got = $provider->grant(grant_type => 'authorization_code',
    client_id => 'player', redirect_uri => $callback,
    code_verifier => $verifier, code => $code =~ s/.*code=([^&]+).*/$1/r);

is($got->{token_type}, 'Bearer', 'a token');

# that of a client, which is not for the edge
$got = $provider->grant(scope => 'stream');
is($got->{scope}, 'stream', 'Authorization passes');
is($edge->get('/')->{status}, 401, 'the rest of the server is as it was');

done_testing;
