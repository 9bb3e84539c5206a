# Signed answers of introspection (RFC 9701).

use lib 't/lib';
use Resonate::Test;
use Resonate::Provider;

if (my $why = Resonate::Provider::missing()) { plan(skip_all => $why) }

my $provider = Resonate::Provider->new;
my $issuer = $provider->issuer;
my $path = '/token/introspection';

my $edge = Resonate::Edge->new(http => <<"END", server => <<'END');
resonate_fetch { location /id/ { proxy_pass $issuer/; } }
resonate_provider $issuer {
    audience resonate;
    jwks @{[ Resonate::Token::jwks() ]};
    algorithms ES256;
    fetch /id/;
    client edge @{[ $provider->secret_file ]};
    introspection $issuer$path signed=on timeout=5s negative=0;
}
END
location / { resonate_auth required; empty_gif;
             add_header X-Is $resonate_user; }
END

my $type = 'application/token-introspection+jwt';
my $typ = { typ => 'token-introspection+jwt' };

sub said { return { active => JSON::PP::true, sub => 'alice', @_ } }

sub signed {
    my (%claims) = @_;

    return token(iss => $issuer, aud => 'edge', sub => undef, scope => undef,
                 exp => undef, _header => $typ,
                 token_introspection => said(), %claims);
}

my $n = 0;

for (
    [ signed(), 200, 'signed for us' ],
    [ signed(aud => [ 'a', 'edge' ]), 200, 'for us, and somebody else' ],
    [ signed(token_introspection => { active => JSON::PP::false }), 401,
      'not active' ],
    [ signed(token_introspection => said(aud => 'other')), 401,
      'a token for another audience' ],
    [ signed(aud => 'other'), 503, 'for another client' ],
    [ signed(aud => undef), 503, 'for nobody' ],
    [ signed(iss => 'https://other.example'), 503, 'by another issuer' ],
    [ signed(_header => { typ => 'JWT' }), 503, 'of another type' ],
    [ signed(_key => 'rs256'), 503, 'by another algorithm' ],
    [ signed(_hmac => 'k' x 32), 503, 'by HMAC' ],
    [ signed(_header => { %$typ, kid => 'x' }), 503, 'by an unknown key' ],
    [ signed() =~ s/.{4}$/AAAA/r, 503, 'with a bad signature' ],
    [ signed(iat => time - 1000), 503, 'long ago' ],
    [ signed(iat => undef), 503, 'at no time' ],
    [ signed(token_introspection => undef), 503, 'without an answer' ],
    [ signed(token_introspection => 'yes'), 503, 'an answer that is none' ],
    [ JSON::PP::encode_json(said()), 503, 'unsigned' ],
) {
    my ($body, $status, $name) = @$_;

    $provider->script($path, { status => 200, body => $body,
                               headers => { 'content-type' => $type } });

    my $res = $edge->get('/', token => 'token-' . ++$n);

    is $res->{status}, $status, "$status: $name";
    is $res->{headers}{'x-is'}, 'alice', '... who' if $status == 200;

    # a failure is followed by a pause
    $provider->script($path, { status => 404 });
    wait_for { $edge->get('/', token => 'token-' . ++$n)->{status} == 401 };
}

my ($sent) = $provider->requests($path);
is $sent->{headers}{accept}, $type, 'asked for a signed answer';

done_testing;
