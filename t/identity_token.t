# What services behind the edge are told of who calls: headers, parameters, a
# token that the edge signs.

use lib 't/lib';
use Crypt::JWT qw(decode_jwt);
use MIME::Base64 qw(decode_base64url);
use Resonate::Test;
use Resonate::Upstream;

my $dir = tempdir();
my $conf = "$Resonate::Test::ROOT/conf.d";
my $up = Resonate::Upstream->new(
    answer => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
my $port = $up->port;

for my $name (qw(first next ed)) {
    my $type = $name eq 'ed' ? '-algorithm ed25519'
        : '-algorithm EC -pkeyopt ec_paramgen_curve:P-256';
    system "umask 077; openssl genpkey $type -out $dir/$name.pem 2>$dir/out"
        and die slurp("$dir/out");
}

# what a gRPC service sees, of an nginx that knows nothing of the edge

my $grpc = Resonate::Edge->new(modules => [], listen => 'http2',
                               server => <<'END');
location / {
    set $said "$http_x_resonate_user|$http_x_resonate_scope";
    return 200 "$said|$http_authorization|";
}
END

my $locations = <<"END";
resonate_auth optional;
location /proxy/ {
    include $conf/identity.conf;
    proxy_pass http://127.0.0.1:$port;
}
location /fastcgi/ {
    include $conf/identity-fastcgi.conf;
    fastcgi_param REQUEST_METHOD \$request_method;
    fastcgi_pass 127.0.0.1:$port;
}
location /grpc/ {
    include $conf/identity-grpc.conf;
    grpc_pass grpc://127.0.0.1:@{[ $grpc->port ]};
}
location /off/ {
    resonate_auth off;
    include $conf/identity.conf;
    proxy_pass http://127.0.0.1:$port;
}
location = /jwks { resonate_identity_jwks; }
location /billing { resonate_identity_audience billing; try_files /n \@a; }
location / { try_files /none \@token; }
location \@token { return 200 "\$resonate_identity_token"; }
location \@a {
    resonate_identity_audience billing;
    return 200 "\$resonate_identity_token";
}
END

my $edge = Resonate::Edge->new(
    auth => 1, modules => [qw(core auth)], http => signing(qw(first next)),
    server => $locations);

sub signing {
    return join '', 'resonate_identity_issuer https://edge.example ',
           'lifetime=100s;', map { "resonate_identity_key $dir/$_.pem;" } @_;
}

sub sent {
    my ($path, %opt) = @_;

    $up->sent;
    $edge->get($path, %opt, headers => { 'X-Resonate-User' => 'admin',
                                         'X_Resonate_Roles' => 'admin' });
    return $up->sent;
}

sub token_of {
    my ($path, %claims) = @_;
    return $edge->get($path, token => token(%claims))->{content};
}

sub claims {
    my ($token, $algorithm) = @_;
    my ($header, $claims) = decode_jwt(token => $token, decode_header => 1,
        accepted_alg => $algorithm || 'ES256',
        kid_keys => json($edge->get('/jwks')));
    return $claims;
}

# headers

my %who = (sub => 'u1', client_id => 'app', scope => 'a b',
           name => "Zo\x{eb}");
my $sent = sent('/proxy/a', token => token(%who));
my %said = $sent =~ /^X-Resonate-(\w+): (.*)\r$/mg;
my $signed = delete $said{Token};

is_deeply \%said, { User => 'u1', Client => 'app', Scope => 'a b',
                    Name => "Zo\xc3\xab",
                    Issuer => 'https://demo.resonate.example' },
          'proxy: who calls';
is claims($signed)->{sub}, 'u1', '... and signed';
unlike $sent, qr/^Authorization/mi, '... without the token of the caller';
like sent('/proxy/a'), qr/\AGET (?!.*x.resonate)/si, 'of nobody nothing';
like sent('/off/', token => token()), qr/\AGET (?!.*x.resonate)/si,
     'without resonate_auth neither';

$sent = sent('/fastcgi/a', token => token(%who));
like $sent, qr/HTTP_X_RESONATE_USERu1/, 'FastCGI: who calls';
like $sent, qr/HTTP_X_RESONATE_SCOPEa b/, '... and what for';
unlike $sent, qr/admin|AUTHORIZATION\w/, '... and no more';
unlike sent('/fastcgi/a'), qr/X_RESONATE/, 'of nobody nothing';
is $edge->get('/grpc/a', token => token(%who))->{content}, 'u1|a b||', 'gRPC';
is $edge->get('/grpc/a')->{content}, '|||', 'of nobody nothing';

# the token

my $token = token_of('/', %who);
my $claims = claims($token);
my ($iat, $exp) = delete @$claims{qw(iat exp)};

is_deeply $claims, { iss => 'https://edge.example', sub => 'u1',
    client_id => 'app', scope => 'a b', name => "Zo\x{eb}",
    sub_id => { format => 'iss_sub', sub => 'u1',
                iss => 'https://demo.resonate.example' } },
    'what a token says';
is $exp - $iat, 100, 'its life';
ok abs($iat - time) < 10, 'made just now';

is token_of('/', %who, jti => 'other'), $token, 'it is made once for a caller';
isnt token_of('/', %who, $_ => 'c'), $token, "another $_ has another one"
    for qw(sub client_id scope name);
is claims(token_of('/billing', %who))->{aud}, 'billing', 'an audience';
is token_of('/', %who), $token, '... of its location only';

$claims = claims(token_of('/', %who, exp => time + 40));
ok $claims->{exp} - $claims->{iat} <= 40, 'it ends with that of the caller';
$claims = claims(token_of('/', %who, exp => time - 10));
is $claims->{exp} - $claims->{iat}, 5, '... or soon after, within its leeway';

# more callers than a worker keeps apart by their hash

my $http = $edge->client;
my %bearer = map { $_ => token(sub => "u$_") } 1 .. 120;
my @wrong = grep {
    my $n = $_;
    my $res = $http->request('GET', '/', token => $bearer{$n});
    decode_base64url((split /\./, $res->{content})[1])
        !~ /"sub":"u$n","sub_id"/;
} (1 .. 120) x 2;

is_deeply \@wrong, [], 'each caller has his own';

# keys

my $set = $edge->get('/jwks');
is $set->{headers}{'content-type'}, 'application/jwk-set+json', 'JWKS: type';
is $set->{headers}{'cache-control'}, 'public, max-age=300', '... how long';
is scalar(() = $set->{content} =~ /"kty"/g), 2, '... all keys';
unlike $set->{content}, qr/"d"/, '... public ones';
is $edge->request('POST', '/jwks')->{status}, 405, '... to be read only';

my @kids = map { $_->{kid} } @{json($set)->{keys}};
$edge->reload(http => signing(qw(next first)));
my ($head) = decode_jwt(token => token_of('/', %who), decode_header => 1,
                        kid_keys => json($set));
is $head->{kid}, $kids[1], 'another key signs, which was published before';
ok claims($token), 'what the old one signed is good';

$edge->reload(http => signing('ed'));
is claims(token_of('/', %who), 'EdDSA')->{sub}, 'u1', 'Ed25519';

$edge->reload(http => '', server => $locations =~ s/^.*_jwks.*\n//mr);
is token_of('/', %who), '', 'without a key there is none';
like sent('/proxy/a', token => token(%who)),
     qr/^X-Resonate-User: u1(?!.*X-Resonate-Token)/ms, '... who calls is said';

done_testing();
