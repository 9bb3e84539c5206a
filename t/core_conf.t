# The directives beside resonate_route, of core: what nginx -t says.

use lib 't/lib';
use Resonate::Test;

my $pg = 'resonate_pg read "host=/tmp dbname=d user=u";'
         . 'resonate_pg write "host=/tmp dbname=d user=u";';

sub location { return "location /api/ { @_ }" }
sub route    { return location("resonate_route @_;") }


# valid

for (
    ['smallest cache',      'resonate_cache 64k;'],
    ['a bound for stale',   'resonate_cache 1m stale=0;'],
    ['a day of stale',      'resonate_cache 1m stale=1d;'],
    ['cache status',        'resonate_cache_status on;',
     location('resonate_cache_status off;')],
    ['purge',               'resonate_cache 1m;',
     'location /p { resonate_cache_purge; }'],
    ['a cache that listens', 'resonate_cache 1m listen=read short=1s '
                             . 'negative=0;'],
    ['control everywhere',  'resonate_cache_control no-cache;',
     'resonate_cache_control private;'
     . location('resonate_cache_control "public, max-age=5";')],
    ['unknown to a name',   '', location('resonate_unknown @n;')],
    ['two of a path',       '', location('resonate_route GET /a v3.a;'
                                         . 'resonate_route PUT /a v3.b;')],
    ['one path twice',      '', route('GET /a v3.a') . 'location /b/ {'
                                . 'resonate_route GET /a v3.a; }'],
    ['status in a server',  '', 'resonate_status;'],
    ['problem',             '', 'location @p { resonate_problem; }'
                                . 'location /p { resonate_problem; }'],
    ['status twice',        '', 'location /s { resonate_status; }'
                                . 'location /t { resonate_status; }'],
) {
    my ($name, $http, $server) = @$_;
    my ($ok, $output) = conf_test(http => "$pg $http",
                                  server => $server // '');
    ok($ok, "valid: $name") or diag $output;
}


# what may be meant, or not

for (
    # cache, route, whether it warns
    [ 'resonate_cache 1m;', 'cache=61s', 1 ],
    [ 'resonate_cache 1m;', 'cache=60s', 0 ],
    [ 'resonate_cache 1m;', 'caller personal=1h', 0 ],
    [ 'resonate_cache 1m listen=read;', 'cache=1h', 0 ],
) {
    my ($cache, $params, $warns) = @$_;
    my ($ok, $output) = conf_test(http => "$pg $cache",
                                  server => route("GET /a v3.a $params"));

    ok $ok, "$cache $params is taken";
    is $output =~ /\[warn\].* has no "listen=": .* for 61 seconds/ ? 1 : 0,
        $warns,
        $warns ? 'with a warning' : 'without a warning';
}


# refused: after " in FILE:LINE" is cut

for (
    ['resonate_cache 63k;', '', 'size "63k" in "resonate_cache" directive is '
                                . 'too small, at least 64k are needed'],
    ['resonate_cache x;', '', 'invalid size "x" in "resonate_cache" directive'],
    ['resonate_cache 1m x;', '',
     'invalid parameter "x" in "resonate_cache" directive'],
    ['resonate_cache 1m stale=x;', '', 'invalid parameter "stale=x" in '
     . '"resonate_cache" directive, it must be between 0 and 1y'],
    ['resonate_cache 1m stale=1 stale=2;', '',
     'duplicate parameter "stale=2" in "resonate_cache" directive'],
    ['resonate_cache 1m listen=none;', '', 'unknown database "none" in '
     . '"listen=" of "resonate_cache"'],
    ['resonate_cache 1m listen=;', '', 'invalid parameter "listen=" in '
     . '"resonate_cache" directive, it must be the name of a database'],
    ['resonate_cache 1m short=5s;', '',
     '"short=" without "listen=" in "resonate_cache" directive'],
    ['resonate_cache 1m listen=read short=0;', '', 'invalid parameter '
     . '"short=0" in "resonate_cache" directive, it must be between 1s and 1h'],
    ['resonate_cache 1m negative=2h;', '', 'invalid parameter "negative=2h" '
     . 'in "resonate_cache" directive, it must be between 0 and 1h'],
    ['resonate_pg p "host=/tmp dbname=d" prepare=off; '
     . 'resonate_cache 1m listen=p;', '', 'database "p" has "prepare=off", '
     . 'through a pooler nothing can be listened to'],
    ['resonate_cache;', '',
     'invalid number of arguments in "resonate_cache" directive'],
    ['resonate_cache 1m; resonate_cache 1m;', '',
     '"resonate_cache" directive is duplicate'],
    ['', 'resonate_cache 1m;',
     '"resonate_cache" directive is not allowed here'],
    ['resonate_cache_control a; resonate_cache_control b;', '',
     '"resonate_cache_control" directive is duplicate'],
    ['', location('resonate_unknown /x;'), 'invalid location "/x", '
     . '"resonate_unknown" needs a named one, "@name"'],
    ['', location('resonate_unknown @a; resonate_unknown @b;'),
     '"resonate_unknown" directive is duplicate'],
    ['', 'resonate_unknown @a;', '"resonate_unknown" directive is not allowed '
                                 . 'here'],
    ['', location('resonate_status; resonate_status;'),
     '"resonate_status" directive is duplicate'],
    ['', location('resonate_status on;'),
     'invalid number of arguments in "resonate_status" directive'],
    ['', location('resonate_problem; resonate_problem;'),
     '"resonate_problem" directive is duplicate'],
    ['', location('resonate_problem on;'),
     'invalid number of arguments in "resonate_problem" directive'],
    ['', location('resonate_cache_purge;'),
     '"resonate_cache_purge" without "resonate_cache"'],
    ['resonate_cache 1m;', location('resonate_cache_purge; '
                                    . 'resonate_cache_purge;'),
     '"resonate_cache_purge" directive is duplicate'],
    ['', 'resonate_cache_purge;',
     '"resonate_cache_purge" directive is not allowed here'],
    ['', location('resonate_cache_purge x;'),
     'invalid number of arguments in "resonate_cache_purge" directive'],
    ['resonate_cache_status x;', '', 'invalid value "x" in '
     . '"resonate_cache_status" directive, it must be "on" or "off"'],
    ['resonate_cache_status on; resonate_cache_status on;', '',
     '"resonate_cache_status" directive is duplicate'],
    ['', 'resonate_problem;',
     '"resonate_problem" directive is not allowed here'],
    ['resonate_status;', '', '"resonate_status" directive is not allowed here'],
) {
    my ($http, $server, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails(http => $http, server => $server);
    is(($why // 'accepted') =~ s/ in \S+:\d+$//r, $expected,
       "refused: $http $server");
}

done_testing;
