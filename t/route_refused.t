# What a route refuses is answered once, and nothing is called for it.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;

$pg->psql(<<'EOF');
CREATE SEQUENCE public.calls;
CREATE FUNCTION v3.called(n integer DEFAULT 0, caller uuid DEFAULT NULL)
RETURNS resonate.reply LANGUAGE sql SECURITY DEFINER AS $$
    SELECT resonate.answer(200, '{"data":' || nextval('public.calls') || '}')
$$;
GRANT EXECUTE ON FUNCTION v3.called(integer, uuid) TO resonate_edge;
EOF

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    http   => 'resonate_cache 1m;',
    server => <<'EOF',
        location /called/ {
            resonate_auth optional;
            resonate_route GET  /any   v3.called ?n:int(1..9)!;
            resonate_route GET  /user  v3.called access=user;
            resonate_route POST /user  v3.called access=user body.n:int(1..9)!;
            resonate_route GET  /scope v3.called access=user scope=root;
        }
EOF
);

my %json = ('Content-Type' => 'application/json');
my $token = token();

# one connection: an answer sent twice would be the next one's
my $client = $edge->client;

for (
    [ 'a missing argument', 400, GET => '/any' ],
    [ 'a bad argument', 400, GET => '/any?n=10' ],
    [ 'no token', 401, GET => '/user' ],
    [ 'an unusable token', 401, GET => '/user', token => 'no.such.token' ],
    [ 'no token, with a body', 401, POST => '/user', headers => \%json,
      body => '{"n":1}' ],
    [ 'a bad body', 400, POST => '/user', headers => \%json,
      body => '{"n":0}', token => $token ],
    [ 'a scope that is missing', 403, GET => '/scope', token => $token ],
) {
    my ($name, $status, $method, $path, @more) = @$_;
    my $res = $client->request($method, "/called$path", @more);

    is $res->{status}, $status, $name;
    is json($res)->{status}, $status, '... and says so';
}

is json($client->request('GET', '/called/user', token => $token))->{data}, 1,
   'the first call is the first that was allowed';

done_testing;
