# A token in a cookie, and tokens in several places.

use lib 't/lib';
use Resonate::Test;

my $edge = Resonate::Edge->new(auth => 1, server => <<'END');
resonate_auth_cookie token;
location / { resonate_auth required;
             proxy_pass http://127.0.0.1:$server_port/is?$resonate_user; }
location /is { resonate_auth off; return 200 $args; }
location /off { resonate_auth required; resonate_auth_cookie off;
                empty_gif; }
location /optional { resonate_auth optional; empty_gif; }
END

my ($ann, $ben) = (token(sub => 'ann'), token(sub => 'ben'));
my $own = { 'Sec-Fetch-Site' => 'same-origin' };

for (
    [ 'GET', '/', { Cookie => "a=b; token=$ann; c=d" }, 200, 'ann' ],
    [ 'GET', '/', { Cookie => "xtoken=$ann; Token=$ann" }, 401 ],
    [ 'GET', '/', { Cookie => 'token=' }, 401 ],
    [ 'GET', '/', { Cookie => "token=$ann; token=$ben" }, 400 ],
    [ 'GET', '/', { Cookie => "token=$ann", Authorization => "Bearer $ben" },
      400 ],
    [ 'GET', '/', { Cookie => "token=$ann", Authorization => "Bearer $ann" },
      400 ],
    [ 'GET', '/', { Cookie => "token=$ann", Authorization => 'Basic YTpi' },
      200, 'ann' ],
    [ 'GET', '/', { Cookie => 'token=junk' }, 401 ],
    [ 'GET', '/optional', { Cookie => 'token=junk' }, 200 ],
    [ 'GET', '/off', { Cookie => "token=$ann" }, 401 ],
    [ 'GET', '/off', { Cookie => "token=$ann", Authorization => "Bearer $ben" },
      200 ],
    [ 'HEAD', '/', { Cookie => "token=$ann" }, 200 ],
    [ 'POST', '/', { Cookie => "token=$ann" }, 403 ],
    [ 'POST', '/', { Cookie => "token=$ann",
                     'Sec-Fetch-Site' => 'cross-site' }, 403 ],
    [ 'POST', '/', { Cookie => "token=$ann",
                     'Sec-Fetch-Site' => 'same-site' }, 403 ],
    [ 'POST', '/', { Cookie => "token=$ann", Origin => 'https://evil.example' },
      403 ],
    [ 'POST', '/', { Cookie => "token=$ann", Origin => 'null' }, 403 ],
    [ 'POST', '/', { Cookie => "token=$ann", %$own }, 200, 'ann' ],
    [ 'DELETE', '/', { Cookie => "token=$ann" }, 403 ],
    [ 'POST', '/', { Authorization => "Bearer $ann" }, 200, 'ann' ],
) {
    my ($method, $path, $headers, $status, $is) = @$_;
    my $res = $edge->request($method, $path, headers => { %$headers });
    my $said = join ' ', $method, $path,
        map { my $v = $headers->{$_} =~ s/eyJ[\w.-]+/.../gr; "$_: $v" }
        sort keys %$headers;

    is $res->{status}, $status, "$status: $said";
    is $res->{content}, $is, '... who' if $is;
}

unlike $edge->log, qr/\Q$_/, 'no token in the log' for $ann, $ben;

for (
    [ 'resonate_auth_cookie off; resonate_auth_cookie a;',
      '"resonate_auth_cookie" directive is duplicate' ],
    (map { [ "resonate_auth_cookie '$_';",
             qq(invalid name of a cookie "$_") ] }
        '', 'a b', 'a=b', 'a;b', 'x' x 65),
) {
    my ($http, $expected) = @$_;

    like(Resonate::Edge->conf_fails($http), qr/\Q$expected/,
         "refused: $http");
}

done_testing;
