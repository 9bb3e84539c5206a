# Who calls is asked before what he asks for: a gate that refuses is the last
# one that looks at a request, and a body behind it is not read.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE FUNCTION v3.gate(n integer DEFAULT 0, caller uuid DEFAULT NULL)
RETURNS resonate.reply LANGUAGE sql AS $$
    SELECT 200, to_json(n)::text, NULL::text[] $$;
GRANT EXECUTE ON FUNCTION v3.gate(integer, uuid) TO resonate_edge;
END

my $edge = Resonate::Edge->new(pg => $pg, auth => 1, server => <<'EOF');
        location /api/ {
            resonate_auth optional;
            client_body_buffer_size 1k;
            resonate_route GET /any v3.gate caller ?n:int(1..9)!;
            resonate_route GET /user v3.gate access=user ?n:int(1..9)!;
            resonate_route GET /root v3.gate scope=root ?n:int(1..9)!;
            resonate_route PUT /any v3.gate caller body.n:int(1..9)!;
            resonate_route PUT /user v3.gate access=user body.n:int(1..9)!;
            resonate_route PUT /root v3.gate scope=root body.n:int(1..9)!;
        }
EOF

my %token = (good => token(), root => token(scope => 'x root'),
             bad => 'no.such.token', none => undef);
my $client = $edge->client;
my $long = '{"n":1' . ' ' x 2000 . '}';

# method, path, body, and the status for: none, bad, good, root

for (
    [ GET => '/any?n=1',  undef,     200, 200, 200, 200 ],
    [ GET => '/any?n=0',  undef,     400, 400, 400, 400 ],
    [ GET => '/user?n=1', undef,     401, 401, 200, 200 ],
    [ GET => '/user?n=0', undef,     401, 401, 400, 400 ],
    [ GET => '/root?n=1', undef,     401, 401, 403, 200 ],
    [ GET => '/root',     undef,     401, 401, 403, 400 ],
    [ PUT => '/any',      '{"n":1}', 200, 200, 200, 200 ],
    [ PUT => '/user',     '{"n":1}', 401, 401, 200, 200 ],
    [ PUT => '/user',     '{"n":0}', 401, 401, 400, 400 ],
    [ PUT => '/user',     'junk',    401, 401, 400, 400 ],
    [ PUT => '/user',     $long,     401, 401, 413, 413 ],
    [ PUT => '/root',     'junk',    401, 401, 403, 400 ],
    [ PUT => '/nothing',  'junk',    404, 404, 404, 404 ],
    [ POST => '/user',    'junk',    405, 405, 405, 405 ],
) {
    my ($method, $path, $body, @status) = @$_;

    for my $who (qw(none bad good root)) {
        my $res = $client->request($method, "/api$path", body => $body,
                                   token => $token{$who});
        my $expected = shift @status;
        my $what = "$method $path " . substr($body // '', 0, 9)
                   . " token: $who";

        is $res->{status}, $expected, $what;
        is json($res)->{errors}, undef, '... no argument was looked at'
            if $expected == 401 || $expected == 403;
        like $res->{headers}{'www-authenticate'}, qr/^Bearer/, '... challenged'
            if $expected == 401 || $expected == 403;
    }
}


# a client's own token is nobody's account

my $own = token(sub => 'radio', client_id => 'radio', scope => 'x root');

for (
    [ GET => '/any?n=1',  undef,     200 ],
    [ GET => '/any?n=0',  undef,     400 ],
    [ GET => '/user?n=1', undef,     403 ],
    [ GET => '/root',     undef,     403 ],
    [ PUT => '/any',      '{"n":1}', 200 ],
    [ PUT => '/user',     'junk',    403 ],
) {
    my ($method, $path, $body, $status) = @$_;
    my $res = $client->request($method, "/api$path", body => $body,
                               token => $own);

    is $res->{status}, $status, "$method $path of a client";
    like json($res)->{detail}, qr/client's own, and a user's is needed/,
         '... and says why' if $status == 403;
}

is $pg->psql("SELECT count(*) FROM resonate.identity
              WHERE subject = 'radio'"), 0, 'no account is made for it';
is $client->request(GET => '/api/user?n=1', token => token(
       sub => 'radio', client_id => 'player'))->{status}, 200,
   'a user may have a name like a client';


my $next = "GET /api/any?n=7 HTTP/1.1\r\nHost: localhost\r\n"
           . "Connection: close\r\n\r\n";
my $expect = "Expect: 100-continue\r\n";
my $length = 'Content-Length: ' . length($next) . "\r\n";

# a body that is a request of its own, and one behind it; what is answered

for (
    [ 'a body', '/user', $length, $next . $next, '401 200' ],
    [ 'chunks', '/user', "Transfer-Encoding: chunked\r\n",
      sprintf("%x\r\n%s\r\n0\r\n\r\n%s", length $next, $next, $next),
      '401 200' ],
    [ 'a body that waits', '/user', $expect . $length, $next . $next, '401' ],
    [ 'a body that waits for nothing', '/user', $expect . $length, '', '401' ],
    [ 'an unknown path', '/nothing', $expect . $length, '', '404' ],
    [ 'a wrong method', '/any/', $expect . $length, '', '405', 'POST' ],
    [ 'options', '/any/', $expect . $length, '', '204', 'OPTIONS' ],
    [ 'a body that is wanted', '/user', "Authorization: Bearer $token{good}"
      . "\r\nContent-Length: 7\r\n$expect", '{"n":3}' . $next,
      '100 200 200' ],
    [ 'no body, but waiting', '/nothing', $expect, $next, '404 200' ],
) {
    my ($name, $path, $head, $rest, $expected, $method) = @$_;
    my $bytes = $edge->raw(($method // 'PUT') . " /api$path HTTP/1.1\r\n"
                           . "Host: localhost\r\n$head\r\n$rest",
                           shutdown => $rest eq '');

    is join(' ', $bytes =~ m{HTTP/1\.1 (\d+)}g), $expected, $name;
    like $bytes, qr/^Connection: close\r$/m, '... and no request follows'
        if $expected =~ /^\d+$/;
}

done_testing;
