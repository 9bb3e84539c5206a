# Core's directives where nginx's configuration is not one flat location:
# "if" and "limit_except", nested and named locations, error pages, internal
# redirects and subrequests.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE FUNCTION v3.said(caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE sql AS $$ SELECT 200, '"said"'::text, NULL::text[] $$;
GRANT EXECUTE ON FUNCTION v3.said(uuid) TO resonate_edge;
END

my $root = tempdir();
my $include = '<!--#include virtual="%s" -->';

mkdir "$root/ssi";
spew("$root/ssi/$_->[0]", sprintf "[$include]", $_->[1])
    for [ said => '/plain/said' ], [ user => '/plain/user' ],
        [ none => '/plain/none' ], [ status => '/status' ];

my $routes = 'resonate_route GET /said v3.said; '
             . 'resonate_route POST /said v3.said; '
             . 'resonate_route GET /user v3.said access=user;';

my $edge = Resonate::Edge->new(pg => $pg, auth => 1, server => <<"EOF");
        root $root;
        set \$yes 1;
        resonate_auth optional;
        resonate_cache_control max-age=7;

        location /plain/ { $routes }
        location = /status { resonate_status; }

        location /if/ { $routes if (\$yes) { add_header X-If yes; } }
        location /if/if/ { $routes if (\$yes) { set \$a 1; }
                           if (\$yes) { add_header X-If two; } }
        location /if/return/ { $routes if (\$yes) { return 402; } }
        location /if/unknown/ { $routes resonate_unknown \@others;
                                if (\$yes) { add_header X-If yes; } }
        location /if/status { resonate_status;
                              if (\$yes) { add_header X-If yes; } }

        location /limit/ { $routes limit_except GET { deny all; } }
        location /limit/auth/ { $routes
                                limit_except GET { resonate_auth required; } }
        location /limit/unknown/ { $routes resonate_unknown \@others;
                                   limit_except GET { allow all; } }
        location /limit/if/ { $routes limit_except GET { allow all; }
                              if (\$yes) { add_header X-If yes; } }
        location /limit/status { resonate_status;
                                 limit_except POST { allow all; } }
        location /limit/proxy/ { $routes limit_except GET {
            proxy_pass http://127.0.0.1:1; } }

        location /nest/ { $routes
            location /nest/none/ { }
            location /nest/own/ { resonate_route GET /own v3.said; }
            location ~ ^/nest/re/ { resonate_route GET /nest/re/x v3.said; } }
        location /nest/status { resonate_status; location /nest/status/x { } }

        location /named/ { try_files /nowhere \@named; }
        location \@named { resonate_route GET /named/said v3.said; }
        location \@others { return 200 others; }

        location /error/ { error_page 402 /plain/said;
                           error_page 410 = /plain/said;
                           error_page 411 = \@error;
                           location /error/402 { return 402; }
                           location /error/410 { return 410; }
                           location /error/411 { return 411; } }
        location \@error { resonate_route GET /error/411 v3.said; }

        location /problem/ { resonate_problem;
                             limit_except GET { allow all; }
                             if (\$yes) { add_header X-If yes; } }
        location /problem/413 { client_max_body_size 1;
                                error_page 413 /problem/; }

        location /rewrite/ { rewrite ^/rewrite(/.*)\$ /plain\$1 last; }
        location /break/ { $routes rewrite ^ /break/said break; }
        location /short/ { $routes rewrite ^ /x break; }

        location /ask/said/ { auth_request /plain/said; $routes }
        location /ask/user/ { auth_request /plain/user; $routes }
        location /ssi/ { ssi on; default_type text/html; }
EOF

my $token = token();

for (
    # method, path, token, status, a part of the content
    [ GET  => '/if/said',            0, 200, '"said"' ],
    [ POST => '/if/said',            0, 200, '"said"' ],
    [ GET  => '/if/if/said',         0, 200, '"said"' ],
    [ GET  => '/if/nothing',         0, 404, 'There is no such path' ],
    [ GET  => '/if/user',            0, 401, 'A valid access token' ],
    [ GET  => '/if/return/said',     0, 402, '402' ],
    [ GET  => '/if/unknown/nothing', 0, 200, 'others' ],
    [ GET  => '/if/status',          0, 200, '# TYPE' ],

    [ GET  => '/limit/said',         0, 200, '"said"' ],
    [ HEAD => '/limit/said',         0, 200, '' ],
    [ POST => '/limit/said',         0, 403, '403 Forbidden' ],
    [ GET  => '/limit/auth/said',    0, 200, '"said"' ],
    [ POST => '/limit/auth/said',    0, 401, 'A token is required' ],
    [ POST => '/limit/auth/said',    1, 200, '"said"' ],
    [ POST => '/limit/auth/user',    1, 405, 'Method Not Allowed' ],
    [ POST => '/limit/unknown/none', 0, 200, 'others' ],
    [ POST => '/limit/if/said',      0, 200, '"said"' ],
    [ GET  => '/limit/status',       0, 200, '# TYPE' ],
    [ GET  => '/limit/proxy/said',   0, 200, '"said"' ],
    [ POST => '/limit/proxy/said',   0, 502, '502 Bad Gateway' ],

    [ GET  => '/nest/said',          0, 200, '"said"' ],
    [ GET  => '/nest/none/said',     0, 404, '404 Not Found' ],
    [ GET  => '/nest/own/own',       0, 200, '"said"' ],
    [ GET  => '/nest/own/said',      0, 404, 'There is no such path' ],
    [ GET  => '/nest/re/x',          0, 200, '"said"' ],
    [ GET  => '/nest/status/x',      0, 404, '404 Not Found' ],

    [ GET  => '/named/said',         0, 200, '"said"' ],
    [ GET  => '/named/nothing',      0, 404, 'There is no such path' ],
    [ GET  => '/error/402',          0, 402, '"said"' ],
    [ GET  => '/error/410',          0, 200, '"said"' ],
    [ POST => '/error/410',          0, 200, '"said"' ],
    [ GET  => '/error/411',          0, 200, '"said"' ],
    [ GET  => '/problem/x',          0, 404, 'There is no such path' ],
    [ POST => '/problem/x',          0, 404, 'There is no such path' ],
    [ POST => '/problem/413',        0, 413, 'Content Too Large' ],
    [ GET  => '/rewrite/said',       0, 200, '"said"' ],
    [ GET  => '/break/nothing',      0, 200, '"said"' ],
    [ GET  => '/short/said',         0, 404, 'There is no such path' ],

    [ GET  => '/ask/said/said',      0, 200, '"said"' ],
    [ GET  => '/ask/user/said',      0, 401, '401' ],
    [ GET  => '/ask/user/said',      1, 200, '"said"' ],
    [ POST => '/ask/user/said',      1, 200, '"said"' ],
    [ GET  => '/ssi/said',           0, 200, '["said"]' ],
    [ GET  => '/ssi/user',           0, 200, '"status":401' ],
    [ GET  => '/ssi/user',           1, 200, '["said"]' ],
    [ GET  => '/ssi/none',           0, 200, '"status":404' ],
    [ GET  => '/ssi/status',         0, 200, '[# HELP' ],
) {
    my ($method, $path, $with, $status, $content) = @$_;
    my $res = $edge->request($method, $path, token => $with ? $token : undef,
                             body => $method eq 'POST' ? 'x=y' : undef);
    my $what = "$method $path" . ($with ? ' with a token' : '');

    is $res->{status}, $status, $what;
    like $res->{content}, qr/\Q$content/, '... its content';
    is $res->{headers}{'cache-control'}, 'max-age=7', '... inherited control'
        if $content eq '"said"' && $method eq 'GET' && $path !~ /user/;
}

my $res = $edge->get('/if/said');
is $res->{headers}{'x-if'}, 'yes', 'the block of an "if" holds';
is $res->{headers}{'cache-control'}, 'max-age=7', '... and what it inherits';

done_testing;
