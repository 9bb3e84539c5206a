# Log-ins that end in no session: the way back, the code, the ID token.

use lib 't/lib';
use Crypt::JWT qw(encode_jwt);
use Digest::SHA qw(sha256);
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use Resonate::Test;
use Resonate::Login;

plan skip_all => $_ for grep { $_ } Resonate::Login::missing();

my $login = Resonate::Login->new(lines => 'timeout 2s;',
    edge => { log => 'info' });
my $provider = $login->provider;
my $issuer = $provider->issuer;


# the query of a way back, with changes; undef takes one away

sub back {
    my ($url, %change) = @_;
    my ($path, $query) = $url =~ m{^http://[^/]+([^?]*)\?(.*)};
    my %query = (map({ split /=/ } split /&/, $query), %change);

    return "$path?" . join '&', map { "$_=$query{$_}" }
                                grep { defined $query{$_} } sort keys %query;
}


subtest 'the way back' => sub {
    my $url = $login->returned('alice');
    my ($state) = $url =~ /state=([^&]+)/;
    my $other = $state =~ s/(.)\z/$1 eq 'A' ? 'E' : 'A'/er;
    my $iss = Resonate::Agent::escape('https://other.example');

    like($url, qr/&iss=http/, 'it names its issuer');

    for my $row (
        [ 'no state', state => undef ],
        [ 'an empty one', state => '' ],
        [ 'another', state => 'A' x 43 ],
        [ 'that of another', state => $other ],
        [ 'two', state => "$state&state=$state" ],
        [ 'a long one', state => "$state$state" ],
    ) {
        my ($what, @change) = @$row;
        my $res = $login->get(back($url, @change));

        is($res->{status}, 400, "state: $what");
        ok(!$res->{headers}{'set-cookie'}, 'and nothing ends');
    }

    is($login->edge->get(back($url))->{status}, 400, 'another browser');
    is($provider->count('/token'), 0, 'no code was sent on');

    my $res = $login->get(back($url, iss => $iss));

    is($res->{status}, 400, 'another issuer');
    like($res->{content}, qr/<h1>You are not logged in/, 'in words');
    is($res->{headers}{'content-security-policy'}, "default-src 'none'",
       'and no more');
    is($login->get(back($url))->{status}, 400, 'one answer for one log-in');
    is($provider->count('/token'), 0, 'no code was sent on');

    for my $row ([ access_denied => 303 ], [ server_error => 400 ],
                 [ '%3Cscript%3E' => 400 ])
    {
        $url = $login->returned('alice');
        $res = $login->get(back($url, code => undef, error => $row->[0]));
        is($res->{status}, $row->[1], $row->[0]);
        unlike($res->{content}, qr/script/, 'not repeated');
    }

    $url = $login->returned('alice');
    is($login->get(back($url, code => undef))->{status}, 400, 'no code');
    $url = $login->returned('alice');
    is($login->get(back($url, code => 'a'))->{status}, 400, 'a bad code');
    is($login->get('/need')->{status}, 401, 'nobody');
};


subtest 'the token endpoint' => sub {
    for my $row ([ error => 502 ], [ html => 502 ], [ empty => 502 ],
                 [ redirect => 502 ], [ close => 503 ], [ hang => 503 ],
                 [ { status => 401, body => '{"error":"invalid_client"}' },
                   502 ])
    {
        my $url = $login->returned('alice');

        $provider->script('/token', $row->[0]);
        my $res = $login->get(back($url));
        is($res->{status}, $row->[1],
           ref $row->[0] ? 'our secret is bad' : $row->[0]);
        ok(!grep({ /resonate=1/ }
                 Resonate::Agent::list($res->{headers}{'set-cookie'})),
           'no session');
        $provider->script('/token', undef);
    }
};


# an ID token as the provider signs it, but for what is changed

sub answer {
    my ($url, $nonce, %change) = @_;
    my $header = delete $change{header} // {};
    my $with = delete $change{with} // {};
    my $key = delete $change{key} // $provider->key('es256');
    my %claims = (iss => $issuer, aud => 'edge', sub => 'alice', iat => time,
                  exp => time + 60, nonce => $nonce, %change);

    delete $claims{$_} for grep { !defined $claims{$_} } keys %claims;

    return JSON::PP::encode_json({
        access_token => 'at', token_type => 'Bearer', expires_in => 60,
        id_token => encode_jwt(payload => \%claims, key => $key,
            alg => $header->{alg} // 'ES256',
            extra_headers => { kid => $provider->kid('es256') }),
        %$with });
}

subtest 'the ID token' => sub {
    my $hash = sub {
        return encode_base64url(substr sha256($_[0]), 0, 16);
    };

    for my $row (
        [ 'as it should be', 303 ],
        [ 'its access token', 303, at_hash => $hash->('at') ],
        [ 'another access token', 502, at_hash => $hash->('au') ],
        [ 'no nonce', 502, nonce => undef ],
        [ 'another nonce', 502, nonce => 'x' ],
        [ 'another issuer', 502, iss => 'https://other.example' ],
        [ 'another client', 502, aud => 'player' ],
        [ 'two clients', 502, aud => [ 'edge', 'player' ] ],
        [ 'two clients, ours', 303, aud => [ 'edge', 'player' ],
          azp => 'edge' ],
        [ 'two clients, not ours', 502, aud => [ 'edge', 'player' ],
          azp => 'player' ],
        [ 'expired', 502, exp => time - 60 ],
        [ 'of tomorrow', 502, iat => time + 86400 ],
        [ 'nobody', 502, sub => undef ],
        [ 'another key', 502, key => Crypt::PK::ECC->new->generate_key(
                                         'secp256r1') ],
        [ 'another algorithm', 502, key => 'secret',
          header => { alg => 'HS256' } ],
        [ 'none at all', 502, with => { id_token => undef } ],
        [ 'junk', 502, with => { id_token => 'a.b.c' } ],
        [ 'too much for cookies', 502,
          with => { access_token => 'a' x 8192, refresh_token => 'r' x 8192 } ],
    ) {
        my ($what, $status, %change) = @$row;
        my $start = $login->get('/login');
        my ($state) = $start->{location} =~ /state=([^&]+)/;
        my ($nonce) = $start->{location} =~ /nonce=([^&]+)/;

        $provider->script('/token', { status => 200, headers => {
            'content-type' => 'application/json' },
            body => answer($start->{location}, $nonce, %change) });

        my $res = $login->get("/login/callback?state=$state&code=c");
        is($res->{status}, $status, $what);
    }

    $provider->script('/token', undef);
};

wait_for { $login->edge->access_log =~ m{"GET /login/callback" 502} } 10,
    'it in the log';
unlike($login->edge->log . $login->edge->access_log, qr/eyJ|code=|state=/,
       'but nothing that is secret');

done_testing;
