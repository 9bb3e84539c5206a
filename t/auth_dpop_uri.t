# What a proof must name as the URI and the method of a request: what the
# client asked for, whatever becomes of it here.

use lib 't/lib';
use Resonate::Test;
use Resonate::Dpop;

my $dir = tempdir();
my ($tls, $behind) = map { Resonate::Edge::free_port() } 1 .. 2;
my $client = Resonate::Dpop->new;
my $bound = $client->token;

system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
       . " -days 1 -subj /CN=localhost -keyout $dir/key -out $dir/crt"
       . " 2>$dir/out") == 0
    or die "openssl failed\n";

my $locations = <<'END';
resonate_dpop on;
location /        { resonate_auth required; try_files /none @said; }
location @said    { resonate_auth optional; return 200 $resonate_user; }
location /old     { rewrite ^ /new last; }
location /new     { resonate_auth required; try_files /none @said; }
location /missing { resonate_auth off; error_page 405 404 = /late;
                    root /nowhere; }
location /late    { resonate_auth optional; try_files /none @said; }
END

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    server  => $locations,
    http    => <<"END");
server {
    listen 127.0.0.1:$tls ssl http2;
    ssl_certificate $dir/crt;
    ssl_certificate_key $dir/key;
    $locations
}
server {
    listen 127.0.0.1:$behind;
    resonate_dpop_origin https://API.example:443 http://other.example:8080/;
    $locations
}
END

my $url = $edge->url;
my $port = $edge->port;

# a request as it is on the wire

sub ask {
    my ($to, $line, $host, %claims) = @_;
    my %headers = $client->headers(htm => 'GET', token => $bound, %claims);
    my $http = Resonate::Http->new(port => $to);

    $http->send(join "\r\n", $line, defined $host ? "Host: $host" : (),
                (map { "$_: $headers{$_}" } sort keys %headers),
                'Connection: close', '', '');

    my $answer = $http->read_all;
    my ($what) = $answer =~ /^WWW-Auth.*The proof is for (another \w+)/m;
    return $what if $what;
    return $answer =~ m{^HTTP/1.1 200 .*\r\n\r\n(.*)\z}s ? $1 : $answer;
}

my $other = 'another URI';

for (
    [ 'GET /x HTTP/1.1', "localhost:$port", "$url/x", 'listener' ],
    [ 'GET /x?a=b HTTP/1.1', "localhost:$port", "$url/x", 'listener' ],
    [ 'GET /x?a=b HTTP/1.1', "localhost:$port", "$url/x?c=d", 'listener' ],
    [ 'GET /a/../%78 HTTP/1.1', "LOCALHOST:$port", "$url/x", 'listener' ],
    [ 'GET /x%2fy HTTP/1.1', "localhost:$port", "$url/x%2Fy", 'listener' ],
    [ 'GET /x%2fy HTTP/1.1', "localhost:$port", "$url/x/y", $other ],
    [ 'GET //x HTTP/1.1', "localhost:$port", "$url//x", 'listener' ],
    [ 'GET //x HTTP/1.1', "localhost:$port", "$url/x", $other ],
    [ "GET $url/x HTTP/1.1", "localhost:$port", "$url/x", 'listener' ],
    [ 'GET /x HTTP/1.1', 'localhost', 'http://localhost/x', 'listener' ],
    [ 'GET /x HTTP/1.1', 'localhost:80', 'http://localhost/x', 'listener' ],
    [ 'GET /x HTTP/1.1', 'name.example', 'http://name.example/x',
      'listener' ],
    [ 'GET /x HTTP/1.1', 'localhost', "$url/x", $other ],
    [ 'GET /x HTTP/1.0', undef, "$url/x", $other ],
    [ 'GET /old HTTP/1.1', "localhost:$port", "$url/old", 'listener' ],
    [ 'GET /old HTTP/1.1', "localhost:$port", "$url/new", $other ],
) {
    my ($line, $host, $htu, $wanted) = @$_;

    is ask($port, $line, $host, htu => $htu), $wanted,
       "$line, @{[ $host // 'no host' ]}: $htu";
}

for (
    [ 'https://api.example/x', 'listener' ],
    [ 'http://other.example:8080/x', 'listener' ],
    [ 'https://other.example:8080/x', $other ],
    [ "http://localhost:$behind/x", $other ],
    [ 'https://api.example/y', $other ],
) {
    my ($htu, $wanted) = @$_;

    is ask($behind, 'GET /x HTTP/1.1', "localhost:$behind", htu => $htu),
       $wanted, "behind another: $htu";
}

is ask($behind, 'GET /x HTTP/1.0', undef, htu => 'https://api.example/x'),
   'listener', '... without Host';

# an error page is asked for with GET, by nginx

is ask($port, 'POST /missing HTTP/1.1', "localhost:$port",
       htm => 'POST', htu => "$url/missing"), 'listener',
   'an error page of a POST';

# HTTP/2 has no Host

for my $htu ("https://localhost:$tls/x", "http://localhost:$tls/x") {
    my %headers = $client->headers(htm => 'GET', token => $bound,
                                   htu => $htu);

    open my $curl, '-|', 'curl', '-sk', '--http2', "https://localhost:$tls/x",
        map { ('-H', "$_: $headers{$_}") } keys %headers
        or die "cannot run curl: $!";
    local $/;
    my $answer = <$curl>;

    $htu =~ /^https/ ? is($answer, 'listener', 'HTTP/2')
                     : like($answer, qr/another URI/, '... without TLS');
}

done_testing;
