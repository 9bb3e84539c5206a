#!/usr/bin/perl

# Logging in at the suite's OpenID provider, and out again.

use lib 't/lib';
use Crypt::JWT qw(decode_jwt);
use Digest::SHA qw(sha256);
use MIME::Base64 qw(encode_base64url);
use Resonate::Test;
use Resonate::Agent;
use Resonate::Provider;

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $provider = Resonate::Provider->new(
    people => { alice => { name => 'Alice' } });
my $agent = Resonate::Agent->new;
my $callback = 'http://localhost/login/callback';
my $verifier = 'v' x 43;

$provider->client(client_id => 'player',
                  backchannel_logout_session_required => JSON::PP::true,
                  backchannel_logout_uri => $provider->url('/told'),
                  post_logout_redirect_uris => [ 'http://localhost/' ]);
$provider->script('/told', {});

my $page = $agent->walk($provider->url('/auth?' . auth_query()));

like($page->{content}, qr/<form method="post">.*name="name"/s, 'a page');
like($agent->post($page->{url}, { name => '<b>' })->{content},
     qr/role="alert"/, 'a bad name');
like($agent->walk($agent->post($page->{url}, { cancel => 1 }),
                  qr/callback/)->{location}, qr/access_denied/, 'cancel');

my $got = exchange(redirected('alice'));
my ($id) = (verified($got->{id_token}))[1];
my $claims = (verified($got->{access_token}))[1];

is("@$id{qw(sub nonce name aud)}", 'alice n Alice player', 'ID token');
is("@$claims{qw(sub scope acr sid)}",
   "alice openid profile stream 1 $id->{sid}", 'access token');

my %form = (client_id => 'player', grant_type => 'refresh_token');
my $new = $provider->grant(%form, refresh_token => $got->{refresh_token});

isnt($new->{refresh_token} // '', '', 'refreshed');
isnt($new->{refresh_token}, $got->{refresh_token}, 'with another');
is($provider->grant(%form, refresh_token => $got->{refresh_token})
            ->{error}, 'invalid_grant', 'the old one is used up');

like(redirected('alice', acr_values => 1), qr/code=/, 'single log-in');
$got = exchange(redirected('alice', acr_values => 2));
is((verified($got->{access_token}))[1]{acr}, '2', 'step-up');

is(log_out($got->{id_token}), 'http://localhost/?state=s', 'log out');

my ($request) = $provider->requests('/told');
my ($token) = $request->{body} =~ /^logout_token=(.*)/;
my ($header, $logout) = verified($token);

is("$header->{typ} @$logout{qw(aud sid)}",
   "logout+jwt player " . (verified($got->{id_token}))[1]{sid},
   'back-channel');
exchange(redirected('alice'));
is_deeply([ map { "$_->{client} " . ($_->{error} // 'told') }
            $provider->log_out('alice') ], [ 'player told' ], 'at once');

done_testing;


sub auth_query {
    my (%more) = @_;

    return Resonate::Agent::form(
        client_id => 'player', response_type => 'code', nonce => 'n',
        scope => 'openid profile stream', redirect_uri => $callback,
        code_challenge => encode_base64url(sha256($verifier)),
        code_challenge_method => 'S256', %more);
}


# where a log-in leads

sub redirected {
    my ($name, %more) = @_;

    return $provider->log_in($agent, $provider->url('/auth?')
                                     . auth_query(%more),
                             $name, qr/^\Q$callback/)->{location};
}


sub exchange {
    my ($code) = $_[0] =~ /[?&]code=([^&]+)/;

    return $provider->grant(
        grant_type => 'authorization_code', client_id => 'player',
        code => $code, redirect_uri => $callback,
        code_verifier => $verifier);
}


sub log_out {
    my ($hint) = @_;
    my $url = $provider->url('/session/end?') . Resonate::Agent::form(
        id_token_hint => $hint, state => 's',
        post_logout_redirect_uri => 'http://localhost/');

    return $provider->end_session($agent, $url, qr{^http://localhost})
                    ->{location};
}


# header and claims of what the provider's own keys verify

sub verified {
    my ($token) = @_;
    my $keys = json($agent->get($provider->url('/jwks')));

    return decode_jwt(token => $token, kid_keys => $keys, decode_header => 1);
}
