# Hostile JSON and claims, all rightly signed: SECURITY.md, "Tokens".

use lib 't/lib';
use Resonate::Test;
use Resonate::Forge;

my $jwks = Resonate::Token::jwks();

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    http    => 'large_client_header_buffers 4 16k;'
               . "resonate_issuer https://other.example jwks=$jwks "
               . 'algorithms=PS256 leeway=0;',
    server  => <<'END');
location /required { resonate_auth required; try_files /none @said; }
location @said     { resonate_auth optional; return 200 $resonate_user; }
END

my $now = time;
my $json = 'is not JSON as it should be';
my $wrong = 'has claims that are missing or not acceptable';
my $audience = 'is for another audience';
my $issuer = 'is from an unknown issuer';
my $early = 'is not valid yet';
my $header = header('es256');

sub payload { return forge($header, $_[0]) }
sub with    { return forge($header, claims(@_)) }

# a good payload with one more member, as text
sub plus {
    my ($text) = @_;
    return payload(qq({"iss":"https://demo.resonate.example",)
                   . qq("aud":"resonate","sub":"listener",$text}));
}

sub exp_is { return plus(qq("exp":$_[0])) }

my $exp = '"exp":' . ($now + 3600);

my @rows = (
    (map { [ "payload $_->[0]", payload($_->[1]), $json ] }
         [ 'empty object?', '{' ], [ 'a string', '"x"' ], [ 'a list', '[]' ],
         [ 'a number', '1' ], [ 'null', 'null' ], [ 'spaces', '   ' ],
         [ 'trailing', '{} {}' ], [ 'single quotes', "{'a':1}" ],
         [ '5,000 brackets', '[' x 5000 ],
         [ '17 deep', '{"a":' x 17 . '1' . '}' x 17 ],
         [ 'a BOM', "\xef\xbb\xbf{}" ]),
    (map { [ $_->[0], plus("$exp,$_->[1]"), $json ] }
         [ 'duplicate name', '"sub":"admin"' ],
         [ 'duplicate name, escaped', '"\u0073ub":"admin"' ],
         [ 'duplicate in depth', '"a":{"b":1,"b":2}' ],
         [ '513 members', join(',', map { qq("a$_":1) } 1 .. 513) ],
         [ '513 elements', '"a":[' . join(',', (1) x 514) . ']' ],
         [ 'NUL in a value', '"a":"\u0000"' ],
         [ 'NUL in a name', '"\u0000":1' ],
         [ 'raw NUL', qq("a":"\0") ],
         [ 'bad UTF-8', qq("a":"\xff\xfe") ],
         [ 'overlong UTF-8', qq("a":"\xc0\xaf") ],
         [ 'half a surrogate', '"a":"\ud800"' ],
         [ 'a raw line feed', qq("a":"\n") ],
         [ '1e999', '"a":1e999' ],
         [ 'a comment', '"a":1/**/' ]),
    [ 'a payload beyond the cap', plus(qq($exp,"a":") . 'x' x 8192 . '"'),
      'is too large' ],

    (map { [ "exp $_", exp_is($_), $json ] }
         '1e999', '99999999999999999999', '0x7fffffff', '+1', 'NaN'),
    (map { [ "exp $_", exp_is($_), $wrong ] }
         '-1', '0', '1.5e9', '1e18', '9999999999.5', '253402300800',
         '9223372036854775807', '"9999999999"', 'true', 'null', '[]'),
    [ 'no exp', with(exp => undef), $wrong ],
    [ 'exp past, within no leeway', with(exp => $now - 31), 'has expired' ],
    [ 'nbf ahead', with(nbf => $now + 600), $early ],
    [ 'iat ahead', with(iat => $now + 600), $early ],
    (map { [ "nbf $_", plus(qq($exp,"nbf":$_)), $wrong ],
           [ "iat $_", plus(qq($exp,"iat":$_)), $wrong ] }
         '-1', '"1"', '1.5', 'null'),

    (map { [ "iss $_->[0]", with(iss => $_->[1]), $issuer ] }
         [ 'absent', undef ], [ 'empty', '' ], [ 'a number', 1 ],
         [ 'a list', ['https://demo.resonate.example'] ],
         [ 'with a slash', 'https://demo.resonate.example/' ],
         [ 'in capitals', 'HTTPS://DEMO.RESONATE.EXAMPLE' ],
         [ 'cut', 'https://demo.resonate.exampl' ]),
    [ 'an algorithm of another issuer only',
      with(iss => 'https://other.example'),
      'has an algorithm that is not acceptable' ],

    (map { [ "aud $_->[0]", with(aud => $_->[1]), $audience ] }
         [ 'absent', undef ], [ 'empty', '' ], [ 'another', 'other' ],
         [ 'no list', [] ], [ 'others', [ 'a', 'b' ] ], [ 'a number', 1 ],
         [ 'numbers', [ 1, 2 ] ], [ 'longer', 'resonate ' ],
         [ 'an object', { resonate => 1 } ], [ 'in capitals', 'RESONATE' ]),
    [ 'aud, where none is configured',
      forge(header('ps256'), claims(iss => 'https://other.example'),
            'ps256'), $audience ],

    (map { [ "sub $_->[0]", with(sub => $_->[1]), $wrong ] }
         [ 'absent', undef ], [ 'empty', '' ], [ 'a number', 1 ],
         [ 'a list', ['listener'] ], [ 'with CR LF', "a\r\nX-Evil: 1" ],
         [ 'with DEL', "a\x7f" ], [ 'of 256 bytes', 'x' x 256 ]),
    [ 'scope a list of numbers', with(scope => [1]), $wrong ],
    [ 'scope with a tab', with(scope => "a\tb"), $wrong ],
    [ 'client a number', with(client_id => 1), $wrong ],
    [ 'an ID token', with(at_hash => 'x', nonce => 'y'), $wrong ],
    [ 'an ID token of Cognito', with(token_use => 'id'), $wrong ],
    [ 'a logout token', with(events => {}), $wrong ],
    [ 'bound to what is not checked', with(cnf => { kid => 'a' }), $wrong ],
);

refused($edge, @rows);

# what is unusual, but right
my @good = (
    [ 'just enough members',
      plus("$exp," . join ',', map { qq("a$_":1) } 1 .. 500) ],
    [ '15 deep', plus("$exp," . '"a":' . '[' x 15 . ']' x 15) ],
    [ 'quotes and brackets in strings', plus(qq($exp,"a":"[[\\"{{,,") ) ],
    [ 'exp in the leeway', with(exp => time - 5) ],
    [ 'nbf in the leeway', with(nbf => time + 20) ],
    [ 'exp in the year 9999', exp_is('253402300799') ],
    [ 'several audiences', with(aud => [ 'a', 'resonate' ]) ],
    [ 'spaces in JSON', plus(" \r\n\t$exp ") ],
    [ 'no kid would do for EdDSA, there is one key',
      forge(header('eddsa', kid => undef), claims(), 'eddsa') ],
    [ 'no aud, where none is configured',
      forge(header('ps256'), claims(iss => 'https://other.example',
                                    aud => undef), 'ps256') ],
);

is($edge->get('/required', token => $_->[1])->{content}, 'listener', $_->[0])
    for @good;

# whose second key may also do RS256
my $set = JSON::PP::decode_json(slurp($jwks));
delete $_->{alg} for @{$set->{keys}};
spew($edge->dir . '/two.json', JSON::PP::encode_json($set));
$edge->reload(http => 'resonate_issuer https://two.example jwks=two.json;');

my %two = (iss => 'https://two.example', aud => undef);
refused($edge, [ 'no kid, two keys', forge(header('rs256', kid => undef),
                 claims(%two), 'rs256'), 'is signed with an unknown key' ]);
is($edge->get('/required', token => forge(header('rs256'), claims(%two),
              'rs256'))->{status}, 200, 'a kid, two keys');
refused($edge, [ 'HS256 by a key without alg',
                 forge({ alg => 'HS256', kid => 'rs256' }, claims(%two),
                       sub { 'x' }),
                 'has an algorithm that is not acceptable' ]);

unlike($edge->log, qr/X-Evil/, 'no claim in the log');

done_testing();
