# Servers that answer about keys as none should: the old ones stay.

use lib 't/lib';
use Resonate::Test;
use Resonate::Keys;
use Resonate::Provider;

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $provider = Resonate::Provider->new(jwks_cache => 'max-age=0');
my $iss = $provider->issuer;
my $good = JSON::PP::decode_json(slurp(Resonate::Token::jwks()));
my ($es) = grep { $_->{kid} eq 'es256' } @{$good->{keys}};

script(@{$good->{keys}});

my $edge = Resonate::Edge->new(
    log    => 'info',
    http   => keys_of($provider, "jwks_uri $iss/set interval=100ms "
                                 . 'timeout=1s', iss => 'https://a')
              . fetch_from($provider),
    server => keys_location());
my $n = 0;

sub fresh  { return token(iss => 'https://a', sub => 'p' . ++$n, @_) }
sub ask    { return $edge->get('/', token => $_[0])->{status} }
sub metric { return key_metric($edge, 'https://a', $_[0]) }

sub script {
    my @keys = @_;
    answer(JSON::PP::encode_json({ keys => \@keys }));
}

sub answer {
    $provider->script('/set', { body => $_[0], headers =>
        { 'content-type' => 'application/json',
          'cache-control' => 'max-age=0' } });
}

sub fetched {
    my ($name) = @_;
    my $before = metric($name);
    wait_for { metric($name) > $before + 1 } 10, $name;
}

wait_for { ask(fresh()) == 200 } 10, 'a good set';

for (
    [ redirect => 'answered 302' ],
    [ missing  => 'answered 404' ],
    [ error    => 'answered 500' ],
    [ html     => 'not a set of at most 32 keys' ],
    [ empty    => 'not a set of at most 32 keys' ],
    [ huge     => 'too large' ],
    [ hang     => 'timed out' ],
    [ cut      => 'cut short' ],
    [ close    => 'no answer' ],
    [ { body => ' ' x 5000, drip => 20 }, 'timed out' ],
    [ { body => '{"keys":[]}',
        headers => { 'x-accel-redirect' => '/id/jwks' } },
      'no key that verifies signatures' ],
    [ '{"keys":[]}' => 'no key that verifies signatures' ],
    [ '{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"es256"}]}'
                   => 'no key that verifies signatures' ],
    [ '{"keys":{}}' => 'not a set of at most 32 keys' ],
    [ '[' x 5000    => 'not a set of at most 32 keys' ],
    [ '{"keys":[],"keys":[]}' => 'not a set of at most 32 keys' ],
    [ JSON::PP::encode_json({ keys => [ { %$es, y => $es->{x} } ] })
                    => 'key 1: not a point of its curve' ],
) {
    my ($script, $reason) = @$_;
    my $name = ref $script ? join ' ', sort keys %$script
                           : substr $script, 0, 50;
    my $seen = length $edge->log;

    ref $script || $script =~ /^\w/
        ? $provider->script('/set', $script) : answer($script);
    fetched('_fetch_failures_total');
    is ask(fresh()), 200, "$name: the old keys stay";
    script(@{$good->{keys}});
    wait_for { substr($edge->log, $seen) =~ /were fetched again/ }
        10, 'the end of the outage';

    my ($said, $more) = substr($edge->log, $seen)
        =~ /(\[error\].* were not fetched: .*)\n((?:.*\n)*)/;

    like $said, qr/\Q$reason\E.*, the old ones stay$/, "... $reason";
    like $more, qr/\[info\].* were not fetched/, '... again';
    unlike $more, qr/\[(?!info|notice)/, '... which is no news';
}

# a bad key does not spoil the set

script({ %$es, kid => 'bad', y => $es->{x} }, { kty => 'new' }, $es);
fetched('_fetches_total');
is ask(fresh()), 200, 'one bad key among good ones';
like $edge->log, qr/\[warn\].*"https:\/\/a" are not all used: key 1: not a/,
    '... is told';
is metric('s'), 1, '... and not counted';

script({ %$es, x5c => 'A' x 200_000 });
fetched('_fetches_total');
is ask(fresh()), 200, 'a set of 200 kB';

script($es, map { { %$es, kid => "k$_" } } 1 .. 40);
wait_for { metric('s') == 32 } 10, 'a large set';
is ask(fresh()), 200, 'more keys than there is room for';

done_testing;
