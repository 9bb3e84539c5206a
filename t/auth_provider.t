# resonate_provider: what nginx -t says to its lines, and what they do.

use lib 't/lib';
use Resonate::Test;

my $dir = tempdir();
my $keys = Resonate::Token::jwks();
my $iss = 'https://demo.resonate.example';

spew("$dir/more.conf", "audience resonate;\n");

for (32, 63) {
    spew("$dir/hs$_", 'k' x $_);
    chmod 0600, "$dir/hs$_" or die "chmod: $!";
}

for (
    "jwks $keys;",
    "jwks $keys; audience a b c; algorithms ES256 RS256; leeway 0;",
    "jwks $keys; typ at+jwt; profile lax; max_age 1h; leeway 300s;",
    "jwks $keys; profile rfc9068; roles_claim a.b; scope_claim s; "
        . 'name_claim https://a.example/name;',
    "jwks $keys; include $dir/more.conf;",
    "secret $dir/hs32; algorithms HS256;",
    "jwks $keys; fetch /id/; fetch /b/ http://b:8080; } resonate_fetch {",
) {
    my ($ok, $output) = conf_test("resonate_provider $iss { $_ }");
    ok $ok, "valid: $_" or diag $output;
}

for (
    [ '', qq(no "jwks" is given for issuer "$iss") ],
    [ 'nonsense 1;', 'unknown directive "nonsense" in "resonate_provider"' ],
    (map { [ "jwks $keys; $_;", 'invalid number of arguments in "'
                                . (split / /)[0] . '" directive' ] }
        'audience', 'algorithms', 'typ', 'typ a b', 'profile', 'leeway',
        'max_age 1 2', 'roles_claim', 'scope_claim', 'name_claim a b',
        'include', 'include a b'),
    (map { [ "jwks $keys; $_; $_;", '"' . (split / /)[0]
                                    . '" directive is duplicate' ] }
        'audience a', 'algorithms ES256', 'typ a', 'profile lax', 'leeway 1',
        'max_age 1', 'roles_claim a', 'scope_claim a', 'name_claim a'),
    [ "jwks $keys; jwks $keys;", '"jwks" directive is duplicate' ],
    (map { [ "jwks $keys; $_->[0] '$_->[1]';", qq(invalid value "$_->[1]" in )
             . qq("$_->[0]" directive, it must be $_->[2]) ] }
        [ leeway => '301', 'a time of at most 300s' ],
        [ leeway => 'x', 'a time of at most 300s' ],
        [ max_age => '0', 'a time of 1s to 366d' ],
        [ max_age => '367d', 'a time of 1s to 366d' ],
        [ profile => 'strict', '"rfc9068" or "lax"' ],
        [ typ => '', 'a media type' ],
        [ roles_claim => 'a..b', 'a path of claims' ],
        [ scope_claim => '', 'a path of claims' ]),
    [ "secret $dir/hs32;", qq(bad "secret" of issuer "$iss") ],
    [ "secret $dir/hs32; algorithms ES256;",
      qq(bad "secret" of issuer "$iss") ],
    [ "secret $dir/hs63; algorithms HS256 HS512;",
      qq(bad "secret" of issuer "$iss") ],
    [ "secret $dir/hs32; jwks $keys; algorithms HS256;",
      qq(issuer "$iss" has both "jwks" and "secret") ],
    [ "secret $keys; algorithms HS256;", 'group and others must have no' ],
    [ "jwks $keys; algorithms ES256 HS256;",
      qq(issuer "$iss" needs a "secret" for its "algorithms") ],
    [ "jwks $keys; fetch /id/;", '"fetch" needs a "resonate_fetch" block' ],
    [ "jwks $keys; fetch /id/; fetch /x/;",
      'duplicate origin "https://demo.resonate.example" in "fetch"' ],
    (map { [ "jwks $keys; fetch $_;",
             qq(invalid location "$_" in "fetch" directive) ] }
        'id/', '/id', 'https://a'),
    (map { [ "jwks $keys; fetch /id/ '$_';",
             qq(invalid origin "$_" in "fetch" directive) ] }
        'a', 'ftp://a', 'https://', 'https://a/', 'https://u@a', 'https://A',
        'https://a?b'),
    [ "jwks $keys; audience a b a;", 'duplicate audience "a"' ],
    [ "jwks $keys; algorithms none;", 'unsupported algorithm "none"' ],
    [ "jwks $dir/more.conf;", 'bad key set' ],
    [ "jwks $keys; } resonate_provider $iss { jwks $keys;",
      qq(duplicate issuer "$iss") ],
    [ "jwks $keys; audience a { }", 'unexpected "{"' ],
) {
    my ($lines, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails("resonate_provider $iss { $lines }");

    like $why, qr/\Q$expected/, "refused: $lines";
}

my $edge = Resonate::Edge->new(http => <<"EOF", server => <<'EOF');
resonate_provider https://strict.example {
    jwks $keys; audience resonate; profile rfc9068; max_age 10m; leeway 0;
    roles_claim realm.roles; scope_claim scp; name_claim nick;
}
resonate_provider https://lax.example { jwks $keys; typ x+jwt; }
resonate_provider https://hmac.example {
    secret $dir/hs32; algorithms HS256; audience resonate;
}
EOF
location / {
    resonate_auth required;
    add_header X-Is
        "$resonate_user,$resonate_scope,$resonate_roles,$resonate_client";
    empty_gif;
}
EOF

my %strict = (iss => 'https://strict.example', client_id => 'c', jti => 'j',
              scp => ['a', 'b'], realm => { roles => ['label', 'king'] },
              scope => undef, _header => { typ => 'at+jwt' });
my %lax = (iss => 'https://lax.example', aud => undef);

for (
    [ { %strict }, 200, 'listener,a b,label,c' ],
    [ { %strict, _header => { typ => 'application/AT+jwt' } }, 200 ],
    [ { %strict, _header => {} }, 401 ],
    (map { [ { %strict, $_ => undef }, 401 ] }
        qw(client_id jti iat aud sub exp)),
    [ { %strict, iat => time - 620 }, 401 ],
    [ { %strict, iat => time - 500 }, 200 ],
    [ { %strict, aud => 'other' }, 401 ],
    [ { %lax, _header => { typ => 'x+jwt' } }, 200,
      'listener,stream plays profile,,' ],
    [ { %lax, _header => { typ => 'JWT' } }, 401 ],
    [ { %lax, aud => 'resonate', _header => { typ => 'x+jwt' } }, 401 ],
    [ { iss => 'https://other.example' }, 401 ],
    [ { iss => 'https://hmac.example' }, 401 ],
    [ { iss => 'https://hmac.example', _hmac => 'k' x 32 }, 200 ],
    [ { iss => 'https://hmac.example', _hmac => 'k' x 31 }, 401 ],
    [ { %lax, _hmac => 'k' x 32, _header => { typ => 'x+jwt' } }, 401 ],
) {
    my ($claims, $status, $is) = @$_;
    my $res = $edge->get('/', token => token(%$claims));
    my $said = join ' ', map { my $v = $claims->{$_};
                               "$_=" . (ref $v ? '...' : $v // '-') }
                         sort keys %$claims;

    is $res->{status}, $status, "$status: $said"
        or diag $res->{headers}{'www-authenticate'};
    is $res->{headers}{'x-is'}, $is, '... who' if $is;
}

done_testing;
