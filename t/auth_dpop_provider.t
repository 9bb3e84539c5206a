# Tokens that a real provider has bound to the key of its client: JWTs, and
# opaque ones, of which it says so when it is asked (RFC 9449, section 6.2).

use lib 't/lib';
use Resonate::Test;
use Resonate::Dpop;
use Resonate::Provider;

if (my $why = Resonate::Provider::missing()) {
    plan skip_all => $why;
}

my $dir = tempdir();
my $provider = Resonate::Provider->new(nonce => 1);
my $issuer = $provider->issuer;
my ($port) = $issuer =~ /:(\d+)/;

spew("$dir/jwks.json", Resonate::Http->new(port => $port)
                           ->request('GET', '/jwks')->{content});

my $edge = Resonate::Edge->new(http => <<"END", server => <<'END');
resonate_dpop required;
resonate_dpop_nonce auto;
resonate_fetch { location /id/ { proxy_pass $issuer/; } }
resonate_provider $issuer {
    audience resonate;
    jwks $dir/jwks.json;
    fetch /id/;
    client edge @{[ $provider->secret_file ]};
    introspection $issuer/token/introspection;
}
END
location /     { resonate_auth required; try_files /none @said; }
location @said { resonate_auth optional; return 200 "$resonate_client."; }
END

# as a client does: what it is told to put into its proof, it does

sub dance {
    my ($client, $ask, %claims) = @_;

    my $res = $ask->($client->proof(%claims));
    my $nonce = $res->{headers}{'dpop-nonce'} or return $res;

    return $ask->($client->proof(%claims, nonce => $nonce));
}

sub ask {
    my ($client, $token) = @_;

    return dance($client, sub {
        $edge->get('/', headers => { Authorization => "DPoP $token",
                                     DPoP => $_[0] })
    }, htm => 'GET', htu => $edge->url . '/', token => $token);
}

my $client = Resonate::Dpop->new;
my $got = json(dance($client, sub {
    $provider->send_form('/token', grant_type => 'client_credentials',
                         resource => 'urn:resonate:es256',
                         _headers => { DPoP => $_[0] })
}, htm => 'POST', htu => $provider->url('/token'), ath => undef));

is $got->{token_type}, 'DPoP', 'the provider has bound a token';

for (
    [ 'a JWT', $got->{access_token} ],
    [ 'opaque', $provider->token(format => 'opaque', sub => 'alice',
                                 jkt => $client->jkt) ],
) {
    my ($name, $token) = @$_;

    my $res = ask($client, $token);
    is "$res->{status} $res->{content}", '200 edge.', "$name: good here";

    $res = $edge->get('/', token => $token);
    is $res->{status}, 401, '... and not as Bearer';
    like $res->{headers}{'www-authenticate'},
         qr/^DPoP .*bound to a key and needs a proof of it"$/, '... it says';

    $res = ask(Resonate::Dpop->new, $token);
    is $res->{status}, 401, '... and not for another key';
}

done_testing;
