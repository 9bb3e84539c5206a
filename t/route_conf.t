# resonate_route: what nginx -t says.

use lib 't/lib';
use Resonate::Test;

my $pg = 'resonate_pg read "host=/tmp dbname=d user=u";'
         . 'resonate_pg write "host=/tmp dbname=d user=u";';
my $id = '<id:uuid>';

sub location { return "location /api/ { @_ }" }
sub route    { return location("resonate_route @_;") }


# valid

for (
    ['a path',              'GET /a v3.a'],
    ['the root',            'GET / v3.a'],
    ['captures',            "GET /a/$id/<n:int(0..9)>/<t:text(1..50)> v3.a"],
    ['sixteen captures',    'GET /' . join('/', map "<a$_:int>", 1 .. 16)
                            . ' v3.a'],
    ['a query, defaults',   'GET /a v3.a ?n:int(1..9)=5 ?o:enum(x|y)=x'
                            . ' ?b:bool=1 ?d:date=2024-02-29 ?t:text(0..5)='],
    ['lists',               'GET /a v3.a ?ids:uuid[](1..200)! ?t:text[]'],
    ['a body and a header', 'POST /a v3.a body.trackId:uuid! body.j:json'
                            . ' header.Idempotency-Key:text(1..255)'],
    map([ "method $_",      "$_ /a v3.a" ], qw(PUT PATCH DELETE)),
    ['a caller',            'GET /a v3.a caller cache=1s personal=500s'],
    ['access=any',          'GET /a v3.a access=any cache=1m'],
    ['a bound',             'GET /a v3.a cache=1m stale=1h'],
    ['no bound',            'GET /a v3.a caller personal=1m stale=0'],
    ['access=user',         'GET /a v3.a access=user personal=1h'],
    ['a safe POST',         'POST /a v3.a safe body.n:int'],
    ['a caller by name',    'GET /a v3.a ?caller:text'],
    ['a scope',             'GET /a v3.a scope=plays'],
    ['one of two scopes',   'GET /a v3.a scope=plays|read_write role=artist'],
    ['another database',    'GET /a v3.a pg=write'],
    ['the first there is',  'GET /a v3.a pg=none|write'],
    ['reply=json',          'GET /a v3.a reply=json'],
    ['reply=html',          'GET /a v3.a reply=html'],
    ['reply=audio',         "GET /a/$id v3.a reply=audio"],
) {
    my ($name, $words) = @$_;
    my ($ok, $output) = conf_test(
        http => "$pg resonate_cache 1m;",
        server => 'resonate_media /tmp;' . route($words));
    ok($ok, "valid: $name") or diag $output;
}

# refused: after " in FILE:LINE" is cut

my $directive = 'in "resonate_route" directive';

for (
    ['GET /a',                  'invalid number of arguments ' . $directive],
    ['HEAD /a v3.a',            'invalid method "HEAD", it must be GET, POST, '
                                . 'PUT, PATCH or DELETE'],
    ['get /a v3.a',             'invalid method "get", it must be GET, POST, '
                                . 'PUT, PATCH or DELETE'],
    ['GET a v3.a',              'path "a" does not begin with "/"'],
    ['GET /a//b v3.a',          'path "/a//b" has an empty segment'],
    ['GET /<id:uuid v3.a',      'path "/<id:uuid" has a capture that does not '
                                . 'end with ">"'],
    ['GET /<id:foo> v3.a',      'path "/<id:foo>" has an unknown type'],
    ['GET /<i:uuid[]> v3.a',    'path "/<i:uuid[]>" is a list in the path'],
    ['GET ' . '/x' x 17 . ' v3.a', 'path "' . '/x' x 17
                                . '" has too many segments'],
    map([ "GET /a $_",          qq(invalid function "$_", it must be )
                                . 'schema.function in lower case' ],
        qw(a v3.A v3. .a v3.a.b v3.a-b 3v.a)),
    ['GET /a v3.a word',        qq(invalid parameter "word" $directive)],
    map([ "GET /a v3.a $_",     qq(invalid parameter "$_" $directive) ],
        qw(callers caller= ttl=1)),
    map([ "GET /a v3.a '$_->[0]'", qq(invalid parameter "$_->[0]" $directive, )
                                . "it must be $_->[1]" ],
        map([ "access=$_", 'any or user' ], '', 'all'),
        map([ "scope=$_", 'a scope (RFC 6749, section 3.3), or several with '
                          . '"|" between' ],
            '', 'a b', 'a"b', 'a\b', 'a|', '|a', 'a||b'),
        map([ "role=$_", 'superadmin, admin, tenantadmin, label, artist or '
                         . 'user' ], '', 'owner', 'artist|label'),
        map([ $_, 'between 0 and 1y' ],
            qw(cache= cache=x cache=2y personal=-1 stale= stale=x stale=2y)),
        [ 'pg=', 'the name of a resonate_pg' ],
        [ 'reply=', 'a kind of reply' ]),
    map([ "GET /a v3.a $_->[0] $_->[1]",
          qq(duplicate parameter "$_->[1]" $directive) ],
        [qw(cache=1s cache=2s)], [qw(stale=1s stale=2s)],
        [qw(access=any access=user)],
        [qw(pg=read pg=write)], [qw(scope=a scope=b)],
        [qw(role=user role=artist)],
        [qw(caller caller)], [qw(safe safe)], [qw(reply=json reply=audio)]),
    ['GET /a v3.a ?n',          'argument "?n" has no type'],
    ['GET /a v3.a ?n:int(5..1)', 'argument "?n:int(5..1)" has a minimum above '
                                . 'its maximum'],
    ['GET /a v3.a ?n:int ?n:bool', 'argument "?n:bool" is duplicate'],
    ['POST /a v3.a ?trackId:int body.track_id:int',
                                'argument "body.track_id:int" is duplicate'],
    ["GET /$id v3.a ?id:int",   'argument "?id:int" is duplicate'],
    map([ "GET /$_ v3.a",       qq(path "/$_" has two captures of one name) ],
        "$id/$id", "$id/x/<n:int>/<id:int>", '<aB:int>/<a_b:int>'),
    map([ "GET /a v3.a $_",     '"resonate_route" directive has an argument '
                                . '"caller" beside the caller' ],
        'caller ?caller:text', '?caller:text access=user',
        'header.Caller:text scope=a'),
    ['GET /a v3.a ' . join(' ', map "?a$_:int", 1 .. 17),
                                'argument "?a17:int" is one too many'],
    ['GET /a v3.a ?n:int(1..9)=10', 'default of argument "n" should be <= 9'],
    ['GET /a v3.a ?o:enum(a|b)=c', 'default of argument "o" should be one of '
                                . 'a|b'],
    ['GET /a v3.a body.n:int',  '"resonate_route" directive has a body '
                                . 'argument with method GET'],
    ['POST /a v3.a cache=1s',   '"resonate_route" directive caches another '
                                . 'method than GET'],
    ['GET /a v3.a stale=1s',    '"resonate_route" directive has "stale" '
        . 'without "cache" or "personal"'],
    ['GET /a v3.a personal=1s', '"resonate_route" directive has "personal" '
                                . 'without "caller" or "access=user"'],
    ['GET /a v3.a access=user cache=1s', '"resonate_route" directive has '
                                . '"cache" with "access=user", use "personal"'],
    ['GET /a v3.a; resonate_route GET /a v3.b',
                                'duplicate route "GET /a"'],
    ["GET /$id v3.a; resonate_route GET /<n:int> v3.b",
                                'duplicate route "GET /<n:int>"'],
) {
    my ($words, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails(http => "$pg resonate_cache 1m;",
                                         server => route($words));
    is(($why // 'accepted') =~ s/ in \S+:\d+$//r, $expected,
       'refused: ' . substr $words, 0, 60);
}

my $where = qr{/\S+/rt-\w+/nginx\.conf:\d+};
my $none = 'no "resonate_pg';

for (
    ['', route('GET /a v3.a'), qr/^$none read" for the route in $where$/],
    ['', route('PUT /a v3.a'), qr/^$none write" for the route in $where$/],
    [$pg, route('GET /a v3.a pg=none'),
     qr/^$none none" for the route in $where$/],
    [$pg, route('GET /a v3.a pg=none|neither'),
     qr/^$none neither" for the route in $where$/],
    [$pg, route('GET /a v3.a pg=none|'),
     qr/^$none " for the route in $where$/],
    [$pg, route('GET /a v3.a cache=1s'),
     qr/^no "resonate_cache" for the route in $where$/],
    [$pg, route('GET /a v3.a reply=none'),
     qr/^unknown reply "none" in $where$/],
    ['resonate_route GET /a v3.a;', '',
     qr/^"resonate_route" directive is not allowed here in $where$/],
) {
    my ($http, $server, $expected) = @$_;
    like(Resonate::Edge->conf_fails(http => $http, server => $server),
         $expected, "refused: $http $server");
}

done_testing;
