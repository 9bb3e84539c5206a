# Logout tokens of a provider whose keys are fetched: one that is signed with a
# new key waits for it, and the provider itself tells us who has logged out.

use lib 't/lib';
use Resonate::Test;
use Resonate::Keys;
use Resonate::Provider;
use Time::HiRes ();

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $event = 'http://schemas.openid.net/event/backchannel-logout';
my $pg = Resonate::Pg->new;
my $provider = Resonate::Provider->new;
my $iss = $provider->issuer;
my $n = 0;
my $edge = Resonate::Edge->new(
    pg => $pg, modules => [qw(core auth)],
    http => keys_of($provider, "jwks_uri $iss/jwks interval=200ms")
            . fetch_from($provider),
    server => 'location = /out { resonate_backchannel_logout write; }');

sub logout_token {
    return $provider->token(sub => 'alice', header => { typ => 'logout+jwt' },
                            claims => { events => { $event => {} },
                                        jti => 'l' . ++$n });
}

sub send_token {
    my ($token) = @_;

    return $edge->request('POST', '/out', body => "logout_token=$token",
        headers => { 'Content-Type' => 'application/x-www-form-urlencoded' })
        ->{status};
}

wait_for { send_token(logout_token()) == 200 } 10, 'keys';

# keys are fetched again when the interval is over

my $end = Time::HiRes::time() + 0.3;
wait_for { Time::HiRes::time() > $end } 5, 'the next interval';

my $old = logout_token();
my $count = $provider->count('/jwks');

$provider->rotate(keep => 0);
is send_token(logout_token()), 200, 'a new key is waited for';
cmp_ok $provider->count('/jwks'), '>', $count, 'while it is fetched';
is send_token($old), 400, 'an old one is not good any more';

$provider->script('/jwks', 'hang');
$edge->reload(http => keys_of($provider, "jwks_uri $iss/jwks?cold")
                      . fetch_from($provider));
is send_token(logout_token()), 503, 'none of the keys is known yet';

done_testing;
