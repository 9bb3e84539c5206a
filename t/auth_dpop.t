# DPoP (RFC 9449): a bound token is good with a proof of its key only.  A row
# changes a good request: claims of the proof, headers; what is answered.

use lib 't/lib';
use Resonate::Test;
use Resonate::Dpop;
use Resonate::Forge;
use Digest::SHA qw(hmac_sha256);

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    http    => 'large_client_header_buffers 4 16k;',
    server  => <<'END');
resonate_dpop on;
resonate_auth required;

location /    { try_files /none @said; }
location @said { resonate_auth optional; return 200 "$resonate_user."; }

location /only { resonate_dpop required; try_files /none @only; }
location @only { resonate_dpop required; resonate_auth optional;
                 return 200 "$resonate_user."; }
location /may  { resonate_dpop required; resonate_auth optional;
                 try_files /none @only; }
location /off  { resonate_dpop off; try_files /none @off; }
location /post { limit_except GET { resonate_dpop required; }
                 try_files /none @said; }
location @off  { resonate_dpop off; resonate_auth optional;
                 return 200 "$resonate_user."; }
END

my $url = $edge->url;
my $client = Resonate::Dpop->new;
my $other = Resonate::Dpop->new('eddsa');
my $bound = $client->token;
my $now = time;

my $algs = 'DPoP realm="resonate", algs="RS256 RS384 RS512 PS256 PS384 PS512 '
           . 'ES256 ES384 ES512 EdDSA Ed25519 Ed448"';
my $bearer = 'Bearer realm="resonate"';


sub answer {
    my ($res) = @_;
    my $challenge = $res->{headers}{'www-authenticate'};

    return $res->{content} if $res->{status} == 200;
    return "$res->{status} " . ($challenge // '');
}

sub ask {
    my ($proof, $headers, $method, $path) = @_;

    my %headers = ($client->headers(htm => 'GET', htu => "$url/x",
                                    token => $bound, %{$proof || {}}),
                   %{$headers || {}});

    return answer($edge->request($method || 'GET', $path || '/x',
                                 headers => \%headers));
}

sub invalid {
    my ($error, $text) = @_;

    return qq(401 $bearer, $algs, error="$error", error_description="$text");
}

sub proof { return invalid('invalid_dpop_proof', $_[0]) }

my $good = $client->proof(htm => 'GET', htu => "$url/x", token => $bound);
my %private = (_header => { jwk => JSON::PP::decode_json(
                                $client->{key}->export_key_jwk('private')) });
my $hs256 = sub {
    Resonate::Forge::forge(
        { typ => 'dpop+jwt', alg => $_[0], jwk => $client->{jwk} },
        { jti => 'x', htm => 'GET', htu => "$url/x", iat => $now },
        sub { hmac_sha256($_[0], 'x') });
};

my $malformed = proof('The proof is malformed');
my $header = proof('The proof has a header that is not acceptable');
my $algorithm = proof('The proof has an algorithm that is not acceptable');
my $key = proof('The proof has no key that is acceptable');
my $claims = proof('The proof has claims that are missing or not acceptable');
my $method = proof('The proof is for another method');
my $uri = proof('The proof is for another URI');
my $token = proof('The proof is for another token');

for (
    [ 'a proof', {}, {}, 'listener.' ],
    [ 'the query differs', { htu => "$url/x?a=b#c" }, {}, 'listener.' ],
    [ 'another spelling', { htu => "HTTP://LOCALHOST:@{[ $edge->port ]}/%78" },
      {}, 'listener.' ],
    [ 'a clock behind', { iat => $now - 30 }, {}, 'listener.' ],
    [ 'a fraction', { iat => $now + .5 }, {}, 'listener.' ],

    [ 'no proof', {}, { DPoP => undef },
      proof('There is no proof of the key of the token') ],
    [ 'two proofs', {}, { DPoP => [ $good, $good ] },
      proof('There is more than one proof') ],
    [ 'an empty proof', {}, { DPoP => '' }, $malformed ],
    [ 'two proofs in one', {}, { DPoP => "$good, $good" }, $malformed ],
    [ 'the token as its proof', {}, { DPoP => $bound }, $header ],
    [ 'typ JWT', { _header => { typ => 'JWT' } }, {}, $header ],
    [ 'crit', { _header => { crit => ['exp'] } }, {}, $header ],
    (map { [ "alg $_", {}, { DPoP => $hs256->($_) }, $algorithm ] }
         qw(none HS256 RS1)),
    [ 'no jwk', { _header => { jwk => undef } }, {}, $key ],
    [ 'a huge jwk', { _header => { jwk => { kty => 'RSA', e => 'AQAB',
                                            n => 'x' x 4000 } } }, {}, $key ],
    [ 'a huge proof', { x => 'x' x 8000 }, {}, $malformed ],
    [ 'a private key', \%private, {},
      proof('The proof has a key that is not public') ],

    [ 'the key of another', {},
      { DPoP => $other->proof(htm => 'GET', htu => "$url/x",
                              token => $bound) },
      proof('The proof is signed with another key than that of the token') ],
    [ 'the jwk of the token, the signature of another', {},
      { DPoP => Resonate::Dpop->new->proof(
            htm => 'GET', htu => "$url/x", token => $bound,
            _header => { jwk => $client->{jwk} }) },
      proof('The proof has a bad signature') ],

    [ 'another method', { htm => 'POST' }, {}, $method ],
    [ 'another path', { htu => "$url/y" }, {}, $uri ],
    [ 'another host', { htu => 'http://other.example/x' }, {}, $uri ],
    [ 'another scheme', { htu => "https://localhost:@{[ $edge->port ]}/x" },
      {}, $uri ],
    [ 'another port', { htu => 'http://localhost/x' }, {}, $uri ],
    [ 'the ath of another token', { token => token() },
      { Authorization => "DPoP $bound" }, $token ],
    [ 'no ath', { ath => undef }, {}, $token ],
    [ 'no jti', { jti => undef }, {}, $claims ],
    [ 'a long jti', { jti => 'x' x 256 }, {}, $claims ],
    [ 'old', { iat => $now - 100 }, {}, proof('The proof is too old') ],
    [ 'of the future', { iat => $now + 100 }, {},
      proof('The proof is from the future') ],

    [ 'an unbound token with a proof', { token => token() }, {},
      invalid('invalid_token', 'The token is not bound to a key') ],
    [ 'a bad token with a proof', { token => 'x' }, {},
      invalid('invalid_token', 'The token is malformed') ],
    [ 'a bound token as Bearer', {}, { Authorization => "Bearer $bound" },
      qq(401 $bearer, error="invalid_token", error_description="The token is )
      . qq(bound to a key and needs a proof of it", $algs) ],
    [ 'nothing', {}, { Authorization => undef }, "401 $bearer, $algs" ],
    [ 'an unbound token as Bearer', {},
      { Authorization => 'Bearer ' . token() }, 'listener.' ],
    [ 'a scheme in other letters', {}, { Authorization => "dpop $bound" },
      'listener.' ],
) {
    my ($name, $claims, $headers, $answer) = @$_;

    is ask($claims, $headers), $answer, $name;
}

is ask({ htm => 'HEAD' }, {}, 'HEAD'), '', 'HEAD is a method of its own';
is ask({}, {}, 'HEAD'), $method, '... and no GET';

# the location decides which schemes there are

my $unbound = { Authorization => 'Bearer ' . token() };

for (
    [ '/only', {}, 'listener.' ],
    [ '/may', {}, 'listener.' ],
    [ '/only', $unbound, qq(401 $algs, error="invalid_token", )
      . 'error_description="The token is not bound to a key"' ],
    [ '/only', { Authorization => undef }, "401 $algs" ],
    [ '/post', $unbound, 'listener.' ],
    [ '/may', $unbound, '.' ],
    [ '/off', {}, "401 $bearer" ],
    [ '/off', $unbound, 'listener.' ],
    [ '/off', { Authorization => "Bearer $bound" },
      qq(401 $bearer, error="invalid_token", error_description="The token is )
      . 'bound to a key and needs a proof of it"' ],
) {
    my ($path, $headers, $answer) = @$_;

    is ask({ htu => "$url$path" }, $headers, 'GET', $path), $answer,
       "$path: $answer";
}

like ask({ htm => 'POST', htu => "$url/post" }, $unbound, 'POST', '/post'),
     qr/^401 DPoP/, '/post, by POST';

for my $kind (qw(eddsa rs256)) {
    my $c = Resonate::Dpop->new($kind);
    my $t = $c->token(sub => $kind);

    is answer($edge->get('/x', headers => { $c->headers(
           htm => 'GET', htu => "$url/x", token => $t) })), "$kind.", $kind;
}

unlike $edge->log, qr/\Q$bound\E|\Q$good/, 'no token and no proof in the log';

done_testing;
