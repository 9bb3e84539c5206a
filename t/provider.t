#!/usr/bin/perl

# The suite's OpenID provider does what the tests of the edge need of it.

use lib 't/lib';
use Crypt::JWT qw(decode_jwt encode_jwt);
use Resonate::Test;
use Resonate::Agent;
use Resonate::Provider;

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $provider = Resonate::Provider->new(
    people => { alice => { name => 'Alice', roles => ['admin'] } });
my $agent = Resonate::Agent->new;
my $proof_key;

subtest 'discovery' => sub {
    my $found = got('/.well-known/openid-configuration');

    is($found->{issuer}, $provider->issuer, 'issuer');
    is($found->{"$_->[0]_endpoint"}, $provider->url($_->[1]), $_->[0])
        for [ authorization => '/auth' ], [ token => '/token' ],
            [ introspection => '/token/introspection' ],
            [ revocation => '/token/revocation' ],
            [ end_session => '/session/end' ];
    is($found->{jwks_uri}, $provider->url('/jwks'), 'keys');
};

for my $alg (qw(ES256 RS256)) {
    my $token = $provider->grant(resource => 'urn:resonate:' . lc $alg,
                                 scope => 'stream plays')->{access_token};
    my ($header, $claims) = verified($token);

    is("@$header{qw(alg typ kid)}",
       "$alg at+jwt " . $provider->kid(lc $alg), "$alg: its header");
    is("@$claims{qw(iss aud sub client_id scope)}",
       $provider->issuer . ' resonate edge edge stream plays', 'its claims');
}

subtest 'at once' => sub {
    my $token = $provider->token(sub => 'alice', scope => 'stream', ttl => 60,
        jkt => 'J', header => { typ => 'JWT' }, claims => { acr => '2' });
    my ($header, $claims) = verified($token);

    is("$header->{typ} @$claims{qw(sub name scope acr)}",
       'JWT alice Alice stream 2', 'a person');
    is_deeply([ $claims->{cnf}, $claims->{roles},
                $claims->{exp} - $claims->{iat} ],
              [ { jkt => 'J' }, ['admin'], 60 ], 'bound, a role, its life');
    is((verified($provider->token))[1]{sub}, 'edge', 'a client');
    is(decode_jwt(token => $provider->token(format => 'hs256'),
                  key => $provider->hs_key)->{sub}, 'edge', 'HS256');
};

subtest 'opaque' => sub {
    my $token = $provider->token(sub => 'alice', format => 'opaque',
                                 scope => 'stream', x5t => 'X');
    my $signed = $provider->send_form('/token/introspection', token => $token,
        _headers => { Accept => 'application/token-introspection+jwt' });

    my $found = $provider->introspect($token);
    is("@$found{qw(active sub name scope aud client_id)}",
       '1 alice Alice stream resonate edge', 'introspection');
    is($found->{cnf}{'x5t#S256'}, 'X', 'bound');
    is_deeply((verified($signed->{content}))[1]{token_introspection}, $found,
              'and signed, RFC 9701');

    $provider->revoke($token);
    ok(!$provider->introspect($token)->{active}, 'revoked');

    $token = $provider->token(format => 'opaque', sub => 'bob', ttl => -1);
    ok(!$provider->introspect($token)->{active}, 'expired');
    $provider->set(coop => 1);
    is($provider->send_form('/token/introspection', token => $_->[0])
                ->{status}, $_->[1], $_->[2])
        for [ $token, 500, 'the co-operative: expired' ],
            [ 'none', 404, 'the co-operative: unknown' ];
};

subtest 'DPoP' => sub {
    my $form = sub { (scope => 'stream',
                      _headers => { DPoP => proof(@_) }) };
    my $got = $provider->grant($form->());
    my $jkt = (proof_key())[2];

    is($got->{token_type}, 'DPoP', 'its type');
    is((verified($got->{access_token}))[1]{cnf}{jkt}, $jkt, 'its key');

    $provider->set(nonce => 1);
    my $res = $provider->send_form('/token', $form->(),
                                   grant_type => 'client_credentials');
    my $nonce = $res->{headers}{'dpop-nonce'};

    like($res->{content}, qr/"use_dpop_nonce"/, 'a nonce is asked for');
    is($provider->grant($form->(nonce => $nonce))->{token_type}, 'DPoP',
       'and taken');
    $provider->set(nonce => 0);
};

subtest 'keys' => sub {
    my $old = $provider->kid('es256');

    $provider->set(jwks_cache => 'max-age=7');
    is($agent->get($provider->url('/jwks'))->{headers}{'cache-control'},
       'max-age=7', 'Cache-Control');
    $provider->rotate(keep => 1);
    is((verified($provider->token))[0]{kid}, $provider->kid('es256'),
       'rotated');
    ok((grep { $_->{kid} eq $old } @{got('/jwks')->{keys}}), 'the old one');
    $provider->rotate;
    is(scalar @{got('/jwks')->{keys}}, 2, 'without the old ones');
};

subtest 'scripts' => sub {
    my $jwks = $provider->url('/jwks');

    for my $row ([ redirect => '302 0' ], [ error => '500 24' ],
                 [ html => '200 37' ], [ { length => 1e6 } => '200 1000000' ],
                 [ cut => 'connection closed' ], [ hang => 'no answer', 0.1 ],
                 [ close => 'connection closed' ],
                 [ { status => 410, times => 1 } => '410 0' ])
    {
        $provider->script('/jwks', $row->[0]);
        my $res = eval { $agent->get($jwks, timeout => $row->[2]) };

        is($res ? "$res->{status} " . length $res->{content}
                : $@ =~ s/^(\w+ \w+) .*/$1/sr, $row->[1], "a $row->[1]");
    }

    my $http;

    for my $row ([ huge => 1_000_000_001 ], [ drip => 1_000_000 ]) {
        $http = Resonate::Http->new(port => $provider->port);
        $provider->script('/jwks', $row->[0]);
        $http->send($http->compose('GET', '/jwks'));
        is($http->head->{headers}{'content-length'}, $row->[1], $row->[0]);
        ok($http->read_some(1), 'it begins');
        $http->close;
    }

    $provider->script('/jwks', undef);

    my $before = $provider->count('/jwks');

    $http = Resonate::Http->new(port => $provider->port);
    $provider->hold('/jwks');
    $http->send($http->compose('GET', '/jwks'));
    wait_for { $provider->count('/jwks') > $before } 5, 'a held request';
    is($provider->release('/jwks'), 1, 'held');
    like($http->response->{content}, qr/"keys"/, 'released');
};

done_testing;


sub got { return json($agent->get($provider->url($_[0]))) }


# header and claims of what the provider's own keys verify

sub verified {
    my ($token) = @_;

    return decode_jwt(token => $token, kid_keys => got('/jwks'),
                      decode_header => 1);
}


# a DPoP proof for the token endpoint

sub proof {
    my (%claims) = @_;
    my ($key, $jwk) = proof_key();

    return encode_jwt(alg => 'ES256', key => $key,
        payload => { jti => 'j' . rand, iat => time, htm => 'POST',
                     htu => $provider->url('/token'), %claims },
        extra_headers => { typ => 'dpop+jwt', jwk => $jwk });
}

sub proof_key {
    my $key = $proof_key
        ||= Crypt::PK::ECC->new->generate_key('secp256r1');

    return ($key, $key->export_key_jwk('public', 1),
            $key->export_key_jwk_thumbprint('SHA256'));
}
