# What nginx -t says to resonate_cors.

use lib 't/lib';
use Resonate::Test;

for (
    'resonate_cors off;',
    'resonate_cors https://player.example;',
    'resonate_cors http://localhost:3000 https://a.b-c.example:8443;',
    'resonate_cors http://127.0.0.1:8080 http://[::1]:81 https://[20::8];',
    'resonate_cors capacitor://localhost app://x_y;',
    'resonate_cors http://a:443 https://a:80;',
    'resonate_cors https://a; server { resonate_cors off;
        location /x { resonate_cors http://b; } }',
) {
    my ($ok, $output) = conf_test($_);
    ok $ok, "valid: $_" or diag $output;
}

sub invalid {
    return qq(invalid origin "$_[0]", it must be scheme://host[:port] )
           . 'as browsers write it';
}

for (
    (map { [ qq(resonate_cors "$_";), invalid($_) ] }
        '', '*', 'null', 'on', 'player.example', '://a', 'https://',
        'https:/a', 'https:a', 'https//a', 'https://a/', 'https://a/b',
        'https://a?b', 'https://a#b', 'https://u@a', 'https://*.a',
        'http://x y', 'http://x\\ty', "http://x'y", 'http://a,http://b',
        'HTTPS://a', 'https://A', "https://\xc3\xa9", '1http://a',
        'http://a:', 'http://a:0', 'http://a:08', 'http://a:65536',
        'http://a:x', 'http://a:80', 'https://a:443', 'http://a:1:2',
        'http://a:99999999999999999999', 'http://[::1', 'http://[]',
        'http://[::1]x', 'http://[g]', 'http://::1'),
    [ 'resonate_cors off https://a;', invalid('off') ],
    [ 'resonate_cors https://a off;', invalid('off') ],
    [ 'resonate_cors https://a http://b https://a;',
      'duplicate origin "https://a"' ],
    [ 'resonate_cors off; resonate_cors off;',
      '"resonate_cors" directive is duplicate' ],
    [ 'resonate_cors https://a; resonate_cors https://b;',
      '"resonate_cors" directive is duplicate' ],
    [ 'resonate_cors;',
      'invalid number of arguments in "resonate_cors" directive' ],
    [ 'server { if ($uri) { resonate_cors off; } }',
      '"resonate_cors" directive is not allowed here' ],
) {
    my ($http, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails($http);

    $expected =~ s/\\t/\t/;
    is $why && $why =~ s/ in \S+:\d+$//r, $expected, "refused: $http";
}

done_testing;
