# Requests of one HTTP/2 connection that wait for keys, or for what a server
# says of their tokens: each goes on as who it is.

use lib 't/lib';
use Resonate::Test;
use Resonate::Http2;
use Resonate::Provider;

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $provider = Resonate::Provider->new;
my $issuer = $provider->issuer;
my ($keys, $introspection) = ('/jwks', '/token/introspection');

$provider->hold($_) for $keys, $introspection;

my $edge = Resonate::Edge->new(
    listen => 'http2', modules => [qw(core auth)],
    http   => <<"END",
resonate_fetch { location /id/ { proxy_pass $issuer/; } }
resonate_provider $issuer {
    audience resonate;
    fetch /id/;
    jwks_uri $issuer$keys required=on timeout=20s;
    client edge @{[ $provider->secret_file ]};
    introspection $issuer$introspection timeout=20s;
}
END
    server => <<'END');
location /       { resonate_auth required; try_files /none @said; }
location @said   { resonate_auth optional;
                   return 200 "$resonate_user $resonate_client $uri"; }
location = /open { return 204; }
END

my $http = Resonate::Http2->new(port => $edge->port);
my %is;

# 401 has no number in HPACK: what is refused has another content

sub start {
    my ($path, $sub, %opt) = @_;
    my %header = $opt{token} ? (authorization => "Bearer $opt{token}") : ();

    $is{$http->start($path, %header)} = $sub && "$sub edge $path";
}

# all that was sent before it was read

sub parked { $http->answers($http->start('/open')) }

sub answers {
    my $answers = $http->answers;
    my %got = map { $_ => $answers->{$_}{content} =~ /^(\S+ edge \S+)$/
                          ? $1 : undef } keys %$answers;

    is_deeply \%got, \%is, "@_";
    %is = ();
}

sub of { return $provider->token(client => 'edge', @_) }


my @jwts = map { [ "u$_", of(sub => "u$_", format => 'es256') ] } 1 .. 24;

for my $n (0 .. $#jwts) {
    my ($sub, $token) = @{$jwts[$n]};

    start("/$n", $sub, token => $token);
    start("/again/$n", $sub, token => $token) if $n % 5 == 0;
    start("/nobody/$n") if $n % 7 == 0;
    start("/bad/$n", undef, token => $token =~ s/.{9}\z/AAAAAAAAA/r)
        if $n % 6 == 0;
}

parked();
$provider->release($keys);
answers('waited for keys');

my @opaque = map { [ "o$_", of(sub => "o$_", format => 'opaque') ] } 1 .. 24;

for my $n (0 .. $#opaque) {
    my ($sub, $token) = @{$opaque[$n]};

    start("/$n", $sub, token => $token);
    start("/again/$n", $sub, token => $token) if $n % 5 == 0;
    start("/jwt/$n", @{$jwts[$n]}[0], token => $jwts[$n][1]) if $n % 4 == 0;
    start("/bad/$n", undef, token => "unknown-$n") if $n % 6 == 0;
}

wait_for { $provider->count($introspection) == 24 + 4 } 10, 'the questions';
parked();
$provider->release($introspection);
answers('waited for what their tokens say');

done_testing;
