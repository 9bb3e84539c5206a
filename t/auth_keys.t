# Keys by URL: one fetch for all workers, rotation, removal, reload.

use lib 't/lib';
use Resonate::Test;
use Resonate::Forge ();
use Resonate::Keys;
use Resonate::Metrics;
use Resonate::Provider;
use Resonate::Workers;
use Time::HiRes ();

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $INTERVAL = 0.2;

my $provider = Resonate::Provider->new;
my $iss = $provider->issuer;
my $edge = Resonate::Edge->new(
    workers => 2,
    listen  => 'reuseport',
    http    => http("interval=${\ ($INTERVAL * 1000)}ms"),
    server  => whoami() . keys_location());
my @workers = workers($edge);
my @others = workers($edge);
my $n = 0;

sub http {
    my ($options) = @_;
    return keys_of($provider, "jwks_uri $iss/jwks $options")
           . fetch_from($provider);
}

sub fresh  { return $provider->token(sub => 'p' . ++$n, @_) }
sub asked  { begin($_[0]); return ends() }
sub metric { return key_metric($edge, $iss, $_[0]) }
sub count  { return $provider->count('/jwks') }
sub ends   { return join ' ', map { $_->response('GET')->{status} } @workers }

sub begin {
    my ($token) = @_;
    $_->send($_->compose('GET', '/', token => $token)) for @workers;
}

sub next_interval {
    my $end = Time::HiRes::time() + $INTERVAL * 1.5;
    wait_for { Time::HiRes::time() > $end } 5, 'the next interval';
}

my $warm = fresh();
is asked($warm), '200 200', 'a token at two workers';
is asked(fresh(format => 'rs256')), '200 200', 'another key of the set';
is count(), 1, 'both have its keys from one fetch';
is metric('_fetches_total'), 1, '... counted';
is metric('_fetch_failures_total'), 0, 'no failure';
is metric('s'), 2, 'usable keys';
cmp_ok metric('s_age_seconds'), '<', 60, 'age of the set';


# An unknown kid, at two workers: one fetch, and both wait for its end.

sub fetched_once {
    my ($token, $status, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    next_interval();
    my $before = count();
    $provider->hold('/jwks');
    begin($token);
    wait_for { count() > $before } 10, 'a fetch';
    read_by($_) for @others;
    is $provider->release('/jwks'), 1, "$what: one fetch for both workers";
    is ends(), $status, '... whose end they wait for';
    is count(), $before + 1, '... and nobody asks again';
}

$provider->rotate(keep => 1);
fetched_once(fresh(), '200 200', 'a rotation');
is metric('s'), 4, 'more keys';
my $verified = verified();
is asked($warm), '200 200', 'a token of the old key';
is verified(), $verified, '... need not be verified again';

my $junk = fresh(header => { kid => 'junk' });
fetched_once($junk, '401 401', 'a kid that there is not');


# A key is gone: so are the tokens that it verified, wherever they are kept.

my $shared = fresh();
is asked($_), '200 200', 'warm' for $shared, $warm;
$provider->rotate(keep => 0);
fetched_once(fresh(), '200 200', 'another rotation');
is asked($_), '401 401', 'a token of a key that is gone' for $shared, $warm;
$edge->reload;
@workers = workers($edge);
@others = workers($edge);
is asked($shared), '401 401', '... in shared memory too';


# A flood of kids that there are not: nothing is fetched within the interval.

$edge->reload(http => http('interval=1h'));
@workers = workers($edge);
my $before = count();
my %answers;

for my $kid (map { substr rand, 2 } 1 .. 200) {
    my $token = forged(kid => $kid);
    $answers{asked($token)}++;
}

is_deeply \%answers, { '401 401' => 200 }, '400 requests with junk';
is count(), $before, '... fetch nothing';
is asked(fresh()), '200 200', '... and others go on';


# Kept over a reload, with the server down.

my $unseen = fresh();
$provider->end;
$edge->reload;
@workers = workers($edge);
is asked($unseen), '200 200', 'the server is down, the edge reloaded';
is metric('_fetch_failures_total'), 0, '... it is not even asked';

sub forged {
    return Resonate::Forge::forge(
        Resonate::Forge::header('es256', @_),
        Resonate::Forge::claims(iss => $iss), 'es256');
}

sub verified { return metrics($edge)->{resonate_auth_tokens_verified_total} }

done_testing;
