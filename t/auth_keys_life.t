# What may happen while keys are fetched.

use lib 't/lib';
use Resonate::Test;
use Resonate::Keys;
use Resonate::Provider;
use Resonate::Workers;
use Time::HiRes ();

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $provider = Resonate::Provider->new;
my $iss = $provider->issuer;
my $dir = tempdir();
my $n = 0;

spew("$dir/text", 'text');

my $server = whoami() . keys_location() . <<"END";
location = /asks  { resonate_auth off; auth_request /asked;
                    alias $dir/text; }
location = /asked { internal; resonate_auth required; alias $dir/text; }
location = /early { resonate_auth required; alias $dir/text;
                    if (\$resonate_user = x) { return 204; } }
END

my $edge = Resonate::Edge->new(workers => 2, listen => 'reuseport',
                               server => $server, http => http());

sub http {
    return keys_of($provider, "jwks_uri $iss/jwks interval=100ms "
                              . 'timeout=2s required=on')
           . fetch_from($provider);
}

sub fresh { return $provider->token(sub => 'p' . ++$n) }
sub count { return $provider->count('/jwks') }

# a new key, and a request that waits for it

sub begin {
    my ($path, $client) = @_;
    my $end = Time::HiRes::time() + 0.2;

    wait_for { Time::HiRes::time() > $end } 5, 'the next interval';
    $provider->rotate(keep => 1);
    $provider->hold('/jwks');

    my $before = count();
    $client ||= $edge->client;
    $client->send($client->compose('GET', $path, token => fresh()));
    wait_for { count() > $before } 10, 'a fetch';
    return $client;
}

is $edge->get('/', token => fresh())->{status}, 200, 'a token';

for my $path ('/', '/asks', '/early') {
    my $waits = begin($path);
    $provider->release('/jwks');
    is $waits->response('GET')->{status}, 200, "$path waits";
}


# who goes away meanwhile

begin('/')->close;
my $other = begin_more();
$provider->release('/jwks');
is $other->response('GET')->{status}, 200, 'one goes, another one waits';

sub begin_more {
    my $client = $edge->client;
    $client->send($client->compose('GET', '/', token => fresh()));
    return $client;
}


# a reload: the old worker ends its fetch, and the new ones have its keys

my $waits = begin('/');
my $count = count();
$edge->reload;
$provider->release('/jwks');
is $waits->response('GET')->{status}, 200, 'it waits in an old worker';
is $edge->get('/', token => fresh())->{status}, 200, '... new ones know it';
is count(), $count, '... without another fetch';


# the worker that fetches is killed: its claim ends

my ($one) = workers($edge);
my $pid = $one->request('GET', '/whoami')->{content};
begin('/', $one);
$edge->expect(qr/worker process $pid exited on signal 9/);
kill KILL => $pid;
wait_for { !grep { $_ == $pid } $edge->workers } 20, 'it to be gone';
$provider->release('/jwks');
wait_for { $edge->get('/', token => fresh())->{status} == 200 }
    10, 'another one to fetch';
pass 'another one fetches';


# one process is all

my $alone = Resonate::Edge->new(main => 'master_process off;',
                                server => $server, http => http());
is $alone->get('/', token => fresh())->{status}, 200, 'without a master';

done_testing;
