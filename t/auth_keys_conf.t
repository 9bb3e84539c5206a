# What nginx -t says to "jwks_uri" and "discovery".

use lib 't/lib';
use Resonate::Test;

my $keys = Resonate::Token::jwks();
my $iss = 'https://id.example/a';
my $set = "$iss/set";
my $fetch = 'resonate_fetch { location /id/ { return 404; } }';

sub provider { return "resonate_provider $_[0] { fetch /id/; $_[1] } $fetch" }

for (
    "jwks_uri $set;",
    "jwks_uri $set required=on interval=100ms max=1d timeout=60s;",
    "jwks_uri $set required=off interval=1h max=1h timeout=100ms;",
    "jwks_uri $set?tenant=a;",
    'jwks_uri http://127.0.0.1:8080/set; fetch /k/ http://127.0.0.1:8080;',
    "algorithms ES256; jwks_uri $set;",
    'discovery on;',
    'discovery on oauth;',
    'discovery on oauth required=on interval=1m max=2h timeout=1s;',
) {
    my ($ok, $output) = conf_test(provider($iss, $_));
    ok $ok, "valid: $_" or diag $output;
}

my %must = (
    required => '"on" or "off"',
    interval => 'a time of 100ms to 1h',
    max      => 'a time of 1s to 1d',
    timeout  => 'a time of 100ms to 60s',
);

for (
    [ 'jwks_uri;', 'invalid number of arguments in "jwks_uri" directive' ],
    [ 'discovery;', 'invalid number of arguments in "discovery" directive' ],
    [ 'discovery off;', 'invalid value "off" in "discovery" directive, it '
                        . 'must be "on"' ],
    [ "jwks_uri $set; jwks_uri $set;", '"jwks_uri" directive is duplicate' ],
    [ 'discovery on; discovery on;', '"discovery" directive is duplicate' ],
    (map { [ $_, qq(issuer "$iss" has keys from two places) ] }
        "jwks_uri $set; discovery on;", "discovery on; jwks_uri $set;",
        "jwks $keys; discovery on;", "jwks_uri $set; jwks $keys;"),
    [ "jwks_uri $set oauth;",
      'invalid parameter "oauth" in "jwks_uri" directive' ],
    [ 'discovery on oauth oauth;',
      'duplicate parameter "oauth" in "discovery" directive' ],
    [ 'discovery on openid;',
      'invalid parameter "openid" in "discovery" directive' ],
    (map { my ($name, $value) = @$_;
           [ "jwks_uri $set $name=$value;", qq(invalid parameter "$name=$value")
             . qq( in "jwks_uri" directive, it must be $must{$name}) ] }
        [ required => 'maybe' ], [ interval => '99ms' ], [ interval => '61m' ],
        [ max => '999ms' ], [ max => '25h' ], [ timeout => '99ms' ],
        [ timeout => '61s' ], [ timeout => '' ]),
    [ "jwks_uri $set interval=2m max=1m;",
      '"interval" is longer than "max" in "jwks_uri" directive' ],
    (map { [ "jwks_uri $_;", qq(invalid URL "$_" in "jwks_uri" directive) ] }
        'set', '/set', 'ftp://id.example/set', 'http://id.example/set',
        'https://u@id.example/set', "$set#a", 'https:///set'),
    (map { [ "jwks_uri $_;", qq(no "fetch" of issuer "$iss" leads to "$_") ] }
        'https://other.example/set', 'https://id.example:8443/set',
        'https://id.example.evil/set', 'https://id.example/../set'),
) {
    my ($lines, $expected) = @$_;
    like(Resonate::Edge->conf_fails(provider($iss, $lines)),
         qr/\Q$expected/, "refused: $lines");
}

for (
    [ 'demo', '"discovery" needs an issuer that is a URL' ],
    [ 'urn:a', '"discovery" needs an issuer that is a URL' ],
) {
    my ($issuer, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails(
        "resonate_provider $issuer { fetch /id/ https://id.example;
                                     discovery on; } $fetch");
    like $why, qr/\Q$expected/, "refused: discovery of $issuer";
}

like(Resonate::Edge->conf_fails("resonate_provider $iss { jwks_uri $set; }"),
     qr/no "fetch" of issuer "\Q$iss\E" leads to/, 'refused: no fetch at all');

done_testing;
