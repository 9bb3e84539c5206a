# What nginx -t says to resonate_fetch.

use lib 't/lib';
use Resonate::Test;

for (
    'resonate_fetch { }',
    'resonate_fetch { location /id/ { proxy_pass http://127.0.0.1:1/; } }',
    'resonate_fetch { location /id/ { return 404; } proxy_read_timeout 5s; }',
    'resonate_fetch { subrequest_output_buffer_size 1m; }',
    "resonate_fetch { include $Resonate::Test::ROOT/conf.d/fetch.conf;"
        . ' location / { proxy_pass https://127.0.0.1:1; } }',
    'resonate_fetch { if ($uri = /) { return 404; } }',
    'resonate_auth required; resonate_fetch { location / { return 404; } } '
        . 'resonate_issuer https://a jwks=' . Resonate::Token::jwks() . ';',
) {
    my ($ok, $output) = conf_test($_);
    ok $ok, "valid: $_" or diag $output;
}

for (
    [ 'resonate_fetch { } resonate_fetch { }',
      '"resonate_fetch" directive is duplicate' ],
    [ 'resonate_fetch { listen 8081; }',
      '"listen" is not allowed in "resonate_fetch"' ],
    [ 'resonate_fetch;', 'directive "resonate_fetch" has no opening "{"' ],
    [ 'resonate_fetch on { }',
      'invalid number of arguments in "resonate_fetch" directive' ],
    [ 'resonate_fetch { server { } }',
      '"server" directive is not allowed here' ],
    [ 'server { resonate_fetch { } }',
      '"resonate_fetch" directive is not allowed here' ],
) {
    my ($http, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails($http);

    like $why, qr/\Q$expected/, "invalid: $http";
}

done_testing;
