# A signed answer of introspection whose key is missing waits for it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Keys;
use Resonate::Provider;
use Time::HiRes ();

if (my $why = Resonate::Provider::missing()) { plan(skip_all => $why) }

my $provider = Resonate::Provider->new;
my $iss = $provider->issuer;
my $path = '/token/introspection';
my $set = Resonate::Test::slurp(Resonate::Token::jwks());
my $n = 0;

sub scripted {
    my ($path, $body, $type) = @_;

    $provider->script($path, { status => 200, body => $body,
                               headers => { 'content-type' => $type } });
}

scripted('/jwks', $set =~ s/"kid"\s*:\s*"/$&old-/gr, 'application/json');

sub signed {
    scripted($path, token(iss => $iss, aud => 'edge', exp => undef,
                          _header => { typ => 'token-introspection+jwt', @_ },
                          token_introspection => { active => JSON::PP::true,
                                                   sub => 'alice' }),
             'application/token-introspection+jwt');
}

my $edge = Resonate::Edge->new(http => fetch_from($provider) . keys_of(
    $provider, "jwks_uri $iss/jwks interval=100ms; algorithms ES256; "
    . "client edge @{[ $provider->secret_file ]}; "
    . "introspection $iss$path signed=on timeout=2s"),
    server => keys_location());

sub get { return $edge->get('/', token => 'token-' . ++$n) }

# what is asked next is another fetch of the keys

sub next_interval {
    my $end = Time::HiRes::time() + 0.15;

    wait_for { Time::HiRes::time() > $end } 5, 'the next interval';
    return $provider->count('/jwks');
}

wait_for { (key_metric($edge, $iss, 's') // 0) > 0 } 5, 'the first keys';
my $before = next_interval();
scripted('/jwks', $set, 'application/json');
signed();
is get()->{content}, 'alice', 'a key that came meanwhile';
is $provider->count('/jwks'), $before + 1, '... was fetched for';

$before = next_interval();
signed(kid => 'x');
is get()->{status}, 503, 'a key that there is not';
is $provider->count('/jwks'), $before + 1, '... was fetched for, once';
is $provider->count($path), 2, 'each token was asked about once';

done_testing;
