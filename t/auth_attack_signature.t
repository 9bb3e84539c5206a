# Forged headers and signatures: SECURITY.md, "Tokens"; RFC 8725.

use lib 't/lib';
use Resonate::Test;
use Resonate::Forge;
use Digest::SHA qw(hmac_sha256);

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    http    => 'large_client_header_buffers 4 128k;',
    server  => <<'END');
location /required { resonate_auth required; try_files /none @said; }
location @said     { resonate_auth optional; return 200 $resonate_user; }
END

my $good = token();
my ($head, $body, $signature) = split /\./, $good;
my $claims = claims();

my $none = 'has an algorithm that is not acceptable';
my $header = 'has a header that is not acceptable';
my $key = 'is signed with an unknown key';
my $bad = 'has a bad signature';
my $malformed = 'is malformed';

# the order of P-256
my $n = pack 'H*', 'ffffffff00000000ffffffffffffffff'
                 . 'bce6faada7179e84f3b9cac2fc632551';
my $one = pack 'x31 C', 1;
my $r = pack 'H*', '6b17d1f2e12c4247f8bce6e563a440f2'
                 . '77037d812deb33a0f4a13945d898c296';

sub hs256 {
    my ($secret, %more) = @_;
    return forge({ alg => 'HS256', %more }, $claims,
                 sub { hmac_sha256($_[0], $secret) });
}

sub raw {
    my ($bytes) = @_;
    return forge(header('es256'), $claims, sub { $bytes });
}

sub with { return forge(header('es256', @_), $claims) }

my $rsa = Resonate::Token::key('rs256');
my $ec = Resonate::Token::key('es256');

my @publics = (
    [ 'PEM', $rsa->export_key_pem('public') ],
    [ 'PEM, X.509', $rsa->export_key_pem('public_x509') ],
    [ 'DER', $rsa->export_key_der('public') ],
    [ 'JWK', $rsa->export_key_jwk('public') ],
    [ 'the set', slurp(Resonate::Token::jwks()) ],
    [ 'nothing', '' ],
);

my @rows = (
    (map { [ "alg $_", forge({ alg => $_ }, $claims, sub { 'x' }), $none ] }
         qw(none None NONE nOnE HS256 HS384 HS512 es256 ES256K RSA-OAEP),
         '', ' none', 'ES256 '),
    [ 'alg NUL', with(alg => "ES256\0"), 'is not JSON as it should be' ],
    [ 'alg none, no signature',
      forge({ alg => 'none' }, $claims, sub { '' }), $malformed ],
    [ 'no alg', with(alg => undef), $none ],
    [ 'alg a list', with(alg => ['ES256']), $none ],
    [ 'alg a number', with(alg => 1), $none ],
    (map { [ "HS256 with $_->[0]", hs256($_->[1]), $none ],
           [ "HS256 with $_->[0], kid", hs256($_->[1], kid => 'rs256'),
             $none ] } @publics),

    [ 'RS256 by the PS256 key',
      forge(header('rs256', kid => 'ps256'), $claims, 'ps256'), $key ],
    [ 'ES256 with the kid of an RSA key', with(kid => 'rs256'), $key ],
    [ 'RS256 that is PSS',
      forge(header('rs256'), $claims, sub {
          $rsa->sign_message($_[0], 'SHA256', 'pss', 32) }), $bad ],
    [ 'PS256 with a salt of another length',
      forge(header('ps256'), $claims, sub {
          Resonate::Token::key('ps256')
              ->sign_message($_[0], 'SHA256', 'pss', 20) }), $bad ],
    [ 'RS256 over SHA-1',
      forge(header('rs256'), $claims, sub {
          $rsa->sign_message($_[0], 'SHA1', 'v1.5') }), $bad ],

    (map { [ "own $_->[0]", with(@$_), $header ] }
         [ jwk => JSON::PP::decode_json($ec->export_key_jwk('public')) ],
         [ jku => 'http://127.0.0.1:1/jwks' ],
         [ x5u => 'http://127.0.0.1:1/x509' ],
         [ x5c => ['MII'] ]),
    (map { [ 'crit ' . JSON::PP->new->allow_nonref->encode($_),
             with(crit => $_), $header ] }
         [], ['exp'], ['alg'], 'exp', {}, 1),
    [ 'crit null', forge('{"alg":"ES256","kid":"es256","crit":null}',
                         $claims), $header ],
    [ 'b64 false', with(b64 => JSON::PP::false), $header ],
    [ 'compressed', with(zip => 'DEF'), $header ],
    (map { [ "typ $_", with(typ => $_), $header ] }
         'JWS', 'JWE', 'dpop+jwt', 'secevent+jwt', 'jwt ', '', 1),

    (map { [ 'kid ' . substr($_, 0, 24), with(kid => $_), $key ] }
         '../../../../dev/null', '/etc/passwd', "' OR 1=1 --",
         "es256\r\nX-Evil: 1", 'ES256', 'es256 ', '', 'x' x 256, 'x' x 4096,
         7, { a => 1 }, ['es256']),
    [ 'kid null', forge('{"alg":"ES256","kid":null}', $claims), $key ],
    [ 'kid NUL', with(kid => "es256\0"), 'is not JSON as it should be' ],

    [ 'five parts', "$head.$body.$signature.a.b", 'is encrypted' ],
    (map { [ "$_->[0]", $_->[1], $malformed ] }
         [ 'four parts', "$head.$body.$signature.a" ],
         [ 'two parts', "$head.$body" ],
         [ 'one part', $head ],
         [ 'dots', '..' ], [ 'many dots', '.' x 8000 ],
         [ 'empty signature', "$head.$body." ],
         [ 'padding', "$good==" ],
         [ 'a space inside', "$head.$body. $signature" ],
         [ '+ and /', "$head.$body.+/" . substr $signature, 2 ],
         [ 'a byte of Latin 1', "$head.$body.\xe9$signature" ],
         [ 'bits behind the end',
           "$head.$body." . substr($signature, 0, -1)
           . (substr($signature, -1) =~ tr/AQgw/BRhx/r) ]),

    (map { [ "ECDSA $_->[0]", raw($_->[1]), $bad ] }
         [ 'r = s = 0',  "\0" x 64 ],
         [ 'r = 0',      "\0" x 32 . $one ],
         [ 's = 0',      $r . "\0" x 32 ],
         [ 'r = n',      $n . $one ],
         [ 's = n',      $r . $n ],
         [ 'r = s = n',  $n . $n ],
         [ 'all ones',   "\xff" x 64 ],
         [ 'one byte',   'x' ],
         [ '63 bytes',   'x' x 63 ],
         [ '65 bytes',   'x' x 65 ],
         [ '1024 bytes', 'x' x 1024 ]),
    [ 'ECDSA in DER', forge(header('es256'), $claims, sub {
          $ec->sign_message($_[0], 'SHA256') }), $bad ],
    [ 'signature of 1025 bytes', raw('x' x 1025), $malformed ],
    [ 'signature of 5 kB', raw('x' x 5000), $malformed ],
    [ 'signature of 64 kB', raw('x' x 65536), 'is too large' ],
    (map { my $k = $_;
           [ "$k: short", forge(header($k), $claims, sub { 'x' x 63 }),
             $bad ],
           [ "$k: of another token", forge(header($k), $claims, sub {
                 my $t = forge(header($k), claims(sub => 'other'), $k);
                 MIME::Base64::decode_base64url((split /\./, $t)[2]) }),
             $bad ] } qw(es256 rs256 ps256 eddsa)),
);

refused($edge, @rows);

# nothing that a request did may change what the next one gets

my $http = $edge->client;
my %seen;
$seen{$http->request('GET', '/required', token => hs256('x'))->{status}}++
    for 1 .. 1000;
is_deeply(\%seen, { 401 => 1000 }, 'a thousand forged, one worker');
refused($edge, [ 'then RS256 by nobody',
                 forge(header('rs256'), $claims, sub { 'x' x 256 }), $bad ]);

for my $k (qw(es256 rs256 ps256 eddsa)) {
    is($edge->get('/required', token => token(_key => $k))->{content},
       'listener', "a good $k token is still good");
}

for my $typ ('JWT', 'jwt', 'at+jwt', 'application/at+jwt') {
    is($edge->get('/required', token => with(typ => $typ))->{status}, 200,
       "typ $typ");
}

my $log = $edge->log;

unlike($log, qr/^X-Evil|OR 1=1|\Q$signature/m, 'no token, no raw kid');
like($log, qr/kid: "es256\?\?X-Evil:\?1"/, '... but one that is fit for it');

done_testing();
