# Tokens bound to the certificate of their client (RFC 8705): that of its TLS
# connection, or one that a load balancer hands on; and a DPoP proof over TLS.

use lib 't/lib';
use Resonate::Test;
use Resonate::Dpop;
use Digest::SHA qw(sha256);
use MIME::Base64 qw(decode_base64 encode_base64url);

my $dir = tempdir();
my ($tls, $handed) = map { Resonate::Edge::free_port() } 1 .. 2;
my $client = Resonate::Dpop->new;

sub certificate {
    my ($name) = @_;

    system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
           . " -nodes -days 1 -subj /CN=$name -keyout $dir/$name.key"
           . " -out $dir/$name.crt 2>$dir/out") == 0
        or die "openssl failed\n";

    my ($base64) = slurp("$dir/$name.crt") =~ /-----\n(.*)\n-----/s;
    return $base64;
}

my %base64 = map { $_ => certificate($_) } qw(localhost one two);
my %x5t = map { $_ => encode_base64url(sha256(decode_base64($base64{$_}))) }
              keys %base64;

my $locations = <<'END';
resonate_dpop on;
location /     { resonate_auth required; try_files /none @said; }
location @said { resonate_auth optional; return 200 $resonate_user; }
END

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    server  => $locations,
    http    => <<"END");
server {
    listen 127.0.0.1:$tls ssl;
    ssl_certificate $dir/localhost.crt;
    ssl_certificate_key $dir/localhost.key;
    ssl_verify_client optional_no_ca;
    $locations
}
server {
    listen 127.0.0.1:$handed;
    resonate_mtls_certificate \$http_x_certificate\$http_client_cert;
    $locations
}
END

sub bound { return token(cnf => { 'x5t#S256' => $x5t{$_[0]}, @_[1 .. $#_] }) }

sub told {
    my ($status, $content, $challenge) = @_;

    return $content if $status == 200;
    return "$status " . join ': ', ($challenge // '')
           =~ /error="(\w+)", error_description="([^"]*)"/;
}

my $refused = '401 invalid_token: The token is bound to another certificate';

# the connection's own

sub by_tls {
    my ($name, @headers) = @_;
    my @certificate = $name ? ('--cert', "$dir/$name.crt",
                               '--key', "$dir/$name.key") : ();

    open my $curl, '-|', 'curl', '-sik', '--http1.1', @certificate,
        (map { ('-H', $_) } @headers), "https://localhost:$tls/"
        or die "cannot run curl: $!";
    local $/;
    my ($head, $body) = split /\r\n\r\n/, scalar <$curl>;
    my ($status) = $head =~ m{^HTTP/1.1 (\d+)};
    my ($challenge) = $head =~ /^WWW-Authenticate: (.*)\r$/m;

    return told($status, $body, $challenge);
}

my $both = bound(one => jkt => $client->jkt);
my @proof = (htm => 'GET', token => $both);

for (
    [ 'its certificate', 'one', bound('one'), 'listener' ],
    [ 'another one', 'two', bound('one'), $refused ],
    [ 'none', undef, bound('one'), $refused ],
    [ 'a token that is not bound', 'one', token(), 'listener' ],
    [ 'nor is its client', undef, token(), 'listener' ],
) {
    my ($name, $who, $token, $wanted) = @$_;

    is by_tls($who, "Authorization: Bearer $token"), $wanted, "TLS: $name";
}

for (
    [ 'both', 'one', 'https', 'listener' ],
    [ 'the key alone', 'two', 'https', $refused ],
    [ 'a proof for another scheme', 'one', 'http',
      '401 invalid_dpop_proof: The proof is for another URI' ],
) {
    my ($name, $who, $scheme, $wanted) = @$_;
    my %headers = $client->headers(
        htu => "$scheme://localhost:$tls/", @proof);

    is by_tls($who, map { "$_: $headers{$_}" } keys %headers), $wanted,
       "bound to key and certificate: $name";
}

is by_tls('one', "Authorization: Bearer $both"),
   '401 invalid_token: The token is bound to a key and needs a proof of it',
   '... the certificate alone';

# one that was handed on

sub by_header {
    my ($port, $token, %headers) = @_;
    my $res = Resonate::Http->new(port => $port)
              ->request('GET', '/', token => $token, headers => \%headers);

    return told($res->{status}, $res->{content},
                $res->{headers}{'www-authenticate'});
}

sub escaped {
    my ($name) = @_;

    return slurp("$dir/$name.crt") =~ s/([^\w.-])/sprintf '%%%02X', ord $1/ger;
}

sub rfc9440 { return ':' . $base64{$_[0]} =~ s/\n//gr . ':' }

for (
    [ 'escaped', { 'X-Certificate' => escaped('one') }, 'listener' ],
    [ 'RFC 9440', { 'Client-Cert' => rfc9440('one') }, 'listener' ],
    [ 'another one', { 'X-Certificate' => escaped('two') }, $refused ],
    [ 'another one, RFC 9440', { 'Client-Cert' => rfc9440('two') },
      $refused ],
    [ 'none', {}, $refused ],
    [ 'an empty one', { 'X-Certificate' => '' }, $refused ],
    [ 'no certificate', { 'X-Certificate' => 'x' x 1000 }, $refused ],
    [ 'its thumbprint', { 'X-Certificate' => $x5t{one} }, $refused ],
    [ 'two', { 'X-Certificate' => escaped('two'),
               'Client-Cert' => rfc9440('one') }, $refused ],
) {
    my ($name, $headers, $wanted) = @$_;

    is by_header($handed, bound('one'), %$headers), $wanted,
       "handed on: $name";
}

is by_header($edge->port, bound('one'), 'X-Certificate' => escaped('one')),
   $refused, 'a header that is not configured is not looked at';
is by_header($edge->port, token(cnf => { 'x5t#S256' => 'x' })),
   '401 invalid_token: The token has claims that are missing or not '
   . 'acceptable', 'no digest';

done_testing;
