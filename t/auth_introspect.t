# Opaque tokens: a server is asked what they say (RFC 7662), once for all who
# wait, and is believed no longer than it said.

use lib 't/lib';
use Resonate::Test;
use Resonate::Provider;

if (my $why = Resonate::Provider::missing()) { plan(skip_all => $why) }

my $provider = Resonate::Provider->new;
my $issuer = $provider->issuer;
my $path = '/token/introspection';

my $http = <<"END";
resonate_fetch { location /id/ { proxy_pass $issuer/; } }
resonate_provider $issuer {
    audience resonate;
    fetch /id/;
    client edge @{[ $provider->secret_file ]};
    introspection $issuer$path ttl=60s negative=30s timeout=2s;
}
resonate_auth required;
limit_req_zone \$resonate_user zone=who:64k rate=1r/m;
map \$remote_addr \$own { unix: own; }
limit_req_zone \$own zone=own:64k rate=1r/m;
limit_req zone=own;
END

my $edge = Resonate::Edge->new(http => $http, workers => 2, server => <<'END');
location / { resonate_auth required; empty_gif;
             add_header X-Is "$resonate_user,$resonate_scope"; }
location /optional { resonate_auth optional; empty_gif; }
location /early { if ($resonate_user = x) { return 204; }
                  resonate_auth required; empty_gif; }
location /limited { limit_req zone=who; resonate_auth required; empty_gif; }
END

sub asked { return $provider->count($path) }
sub get { return $edge->get($_[0], token => $_[1]) }

sub opaque {
    return $provider->token(format => 'opaque', scope => 'stream plays', @_);
}


my $token = opaque(sub => 'alice');
my $res = get('/', $token);

is $res->{status}, 200, 'an active token';
is $res->{headers}{'x-is'}, 'alice,stream plays', '... whose, and its scope';
is get('/', $token)->{status}, 200, '... again' for 1 .. 8;
is asked(), 1, '... both workers asked once';

my ($sent) = $provider->requests($path);
like $sent->{headers}{authorization}, qr/^Basic /, '... and said who asks';

$res = get('/', $provider->token(format => 'opaque'));
is $res->{headers}{'x-is'}, 'edge,', "a client's own token: its subject";

my $junk = 'unknown-' . 'x' x 20;

for (1 .. 8) {
    $res = get('/', $junk);
    is $res->{status}, 401, 'a token that is unknown there';
    like $res->{headers}{'www-authenticate'},
        qr/invalid_token.*The token is not active/, '... says why';
}

is get('/optional', $junk)->{status}, 200, '... is nobody, where that will do';
is asked(), 3, '... both workers asked once';

is get('/', $_)->{status}, 401, 'no token: ' . substr $_, 0, 8
    for 'a b', "\xc3\xa9", '=', 'a=b', 'a"b', 'a.b.c.d.e';
is get('/', token())->{status}, 401, 'a JWT of somebody else';
is asked(), 3, '... nobody is asked about it';

my $jwt = $provider->token(format => 'es256', sub => 'jill');
is get('/', $jwt)->{status}, 401, 'a JWT that the server does not keep';
is asked(), 4, '... is asked about, as there are no keys';


# in phases that cannot wait

is get('/early', opaque(sub => 'bob'))->{status}, 200,
    'a variable before it can be known';

my $carol = opaque(sub => 'carol');
is get('/limited', $carol)->{status}, 200, 'limit_req by subject';
is get('/limited', $carol)->{status}, 503, '... knows whose request it is';
is get('/limited', opaque(sub => 'dora'))->{status}, 200, '... and whose not';


# many at once

$token = opaque(sub => 'dave');
my $before = asked();
$provider->hold($path);

my @clients = map { $edge->client } 1 .. 12;
$_->send("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\n\r\n")
    for @clients;

wait_for { asked() > $before };
$_->close for splice @clients, 0, 4;
$provider->release($path);

is_deeply [ map { $_->response('GET')->{status} } @clients ], [ (200) x 8 ],
    'twelve ask, four leave, eight have an answer';
is asked(), $before + 1, '... to one question';


# as long as the server said

$token = opaque(sub => 'eve', ttl => 2);
is get('/', $token)->{status}, 200, 'a token that expires soon';
ok wait_for { get('/', $token)->{status} == 401 }, '... and is refused then';

unlike $edge->log, qr/\Q$_/, 'no token in the log' for $token, $junk;

done_testing;
