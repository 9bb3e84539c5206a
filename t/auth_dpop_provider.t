# A token that a real provider has bound to the key of its client, with the
# proof that a nonce of the provider needed, and one that ours need.

use lib 't/lib';
use Resonate::Test;
use Resonate::Dpop;
use Resonate::Provider;

if (my $why = Resonate::Provider::missing()) {
    plan skip_all => $why;
}

my $dir = tempdir();
my $provider = Resonate::Provider->new(nonce => 1);
my $client = Resonate::Dpop->new;

my ($port) = $provider->issuer =~ /:(\d+)/;

spew("$dir/jwks.json", Resonate::Http->new(port => $port)
                           ->request('GET', '/jwks')->{content});

my $edge = Resonate::Edge->new(
    modules => [qw(core auth)],
    http    => 'resonate_dpop required; resonate_dpop_nonce auto;'
               . "resonate_issuer @{[ $provider->issuer ]} audience=resonate "
               . "jwks=$dir/jwks.json;",
    server  => <<'END');
location /     { resonate_auth required; try_files /none @said; }
location @said { resonate_auth optional; return 200 "$resonate_client."; }
END

# as a client does: what it is told to put into its proof, it does

sub dance {
    my ($ask, %claims) = @_;

    my $res = $ask->($client->proof(%claims));
    my $nonce = $res->{headers}{'dpop-nonce'} or return $res;

    return $ask->($client->proof(%claims, nonce => $nonce));
}

my $got = json(dance(
    sub { $provider->send_form('/token', grant_type => 'client_credentials',
                               resource => 'urn:resonate:es256',
                               _headers => { DPoP => $_[0] }) },
    htm => 'POST', htu => $provider->url('/token'), ath => undef));

is $got->{token_type}, 'DPoP', 'the provider has bound a token';

my $token = $got->{access_token};
my $res = dance(
    sub { $edge->get('/', headers => { Authorization => "DPoP $token",
                                       DPoP => $_[0] }) },
    htm => 'GET', htu => $edge->url . '/', token => $token);

is "$res->{status} $res->{content}", '200 edge.', '... which is good here';

$res = $edge->get('/', token => $token);
is $res->{status}, 401, '... and not as Bearer';
like $res->{headers}{'www-authenticate'},
     qr/^DPoP .*bound to a key and needs a proof of it"$/, '... as it says';

$client = Resonate::Dpop->new;
$res = dance(
    sub { $edge->get('/', headers => { Authorization => "DPoP $token",
                                       DPoP => $_[0] }) },
    htm => 'GET', htu => $edge->url . '/', token => $token);

is $res->{status}, 401, '... and not for another key';

done_testing;
