# What nginx -t says to each directive: valid, default, duplicate, bad.

use lib 't/lib';
use Resonate::Test;
use Crypt::PK::ECC;
use Crypt::PK::RSA;
use JSON::PP ();

my $dir = tempdir();
my $good = Resonate::Token::jwks();
my $iss = 'https://a.example';

sub set {
    my ($name, @keys) = @_;
    spew("$dir/$name", JSON::PP::encode_json({ keys => \@keys }));
    return "$dir/$name";
}

my $ec = Crypt::PK::ECC->new->generate_key('secp256r1');
my $public = $ec->export_key_jwk('public', 1);
my $private = $ec->export_key_jwk('private', 1);
my $rsa = Crypt::PK::RSA->new->generate_key(256, 65537)
              ->export_key_jwk('public', 1);
my $short = Crypt::PK::RSA->new->generate_key(128, 65537)
                ->export_key_jwk('public', 1);

spew("$dir/empty", '');
spew("$dir/text", 'keys');
spew("$dir/large", '{"keys": []' . ' ' x 1048576 . '}');
spew("$dir/twice", '{"keys": [], "keys": []}');
spew("$dir/deep", '{"keys": ' . '[' x 1000 . ']' x 1000 . '}');
set('none');
set('secret', { kty => 'oct', k => 'c2VjcmV0' });
set('ec', $public);
set('private', $public, $private);
set('short', $short);
set('even', { %$rsa, n => $rsa->{n} =~ s/.$/A/r });
set('e1', { %$rsa, e => 'AQ' });
set('curve', { %$public, y => $public->{x} });
set('length', { %$public, y => substr $public->{y}, 2 });
set('kids', { %$public, kid => 'a' }, { %$public, kid => 'a' });
set('kid', { %$public, kid => 7 });
set('number', 1);
set('many', map { { %$public, kid => "k$_" } } 1 .. 33);

my $bad = 'bad key set';
my $in = 'in "resonate_issuer" directive';

# http text, the [emerg] text without "in FILE:LINE"
my @rows = (
    [ "resonate_issuer $iss jwks=$good;", undef ],
    [ "resonate_issuer $iss jwks=$good audience=a,b leeway=0 "
      . 'algorithms=ES256,EdDSA;', undef ],
    [ "resonate_issuer $iss jwks=$good leeway=5m;", undef ],
    [ "resonate_issuer $iss;",
      'invalid number of arguments in "resonate_issuer" directive' ],
    [ "resonate_issuer $iss audience=a;",
      qq(no "jwks" is given for issuer "$iss") ],
    [ "resonate_issuer $iss jwks=$good; resonate_issuer $iss jwks=$good;",
      qq(duplicate issuer "$iss") ],
    [ qq(resonate_issuer "" jwks=$good;), 'invalid issuer ""' ],
    [ qq(resonate_issuer "a b" jwks=$good;), 'invalid issuer "a b"' ],
    [ "resonate_issuer $iss jwks=$good jwks=$good;",
      qq(duplicate parameter "jwks=$good" $in) ],
    (map { [ "resonate_issuer $iss jwks=$good $_ $_;",
             qq(duplicate parameter "$_" $in) ] }
         qw(audience=a leeway=1s algorithms=ES256)),
    [ "resonate_issuer $iss jwks=$good nonsense=1;",
      qq(invalid parameter "nonsense=1" $in) ],
    [ "resonate_issuer $iss jwks=$good jwks;",
      qq(invalid parameter "jwks" $in) ],
    [ "resonate_issuer $iss jwks=;",
      qq(invalid parameter "jwks=" $in, it must be a file) ],
    (map { [ "resonate_issuer $iss jwks=$good $_;",
             qq(invalid parameter "$_" $in, it must be names with commas )
             . 'between' ] }
         'audience=', 'audience=a,,b', 'audience=a,', 'algorithms=',
         'algorithms=ES256,'),
    [ "resonate_issuer $iss jwks=$good audience=a,b,a;",
      'duplicate audience "a"' ],
    [ "resonate_issuer $iss jwks=$good algorithms=ES256,RS256,ES256;",
      'duplicate algorithm "ES256"' ],
    (map { [ "resonate_issuer $iss jwks=$good leeway=$_;",
             qq(invalid parameter "leeway=$_" $in, it must be a time of at )
             . 'most 300s' ] } '', qw(6m x -1 301)),
    (map { [ "resonate_issuer $iss jwks=$good algorithms=ES256,$_;",
             qq(unsupported algorithm "$_") ] } qw(none HS256 es256)),
    [ "resonate_issuer $iss jwks=$dir/ec algorithms=RS256;",
      qq(issuer "$iss" has no key for its "algorithms") ],
    [ "resonate_issuer $iss jwks=$dir/missing;",
      qq(open() "$dir/missing" failed (2: No such file or directory)) ],
    [ "resonate_issuer $iss jwks=$dir;",
      qq($bad "$dir": not a file of at most 1048576 bytes) ],
    [ "resonate_issuer $iss jwks=$dir/large;",
      qq($bad "$dir/large": not a file of at most 1048576 bytes) ],
    (map { [ "resonate_issuer $iss jwks=$dir/$_;",
             qq($bad "$dir/$_": not a set of at most 32 keys) ] }
         qw(empty text twice deep many)),
    (map { [ "resonate_issuer $iss jwks=$dir/$_;",
             qq($bad "$dir/$_": no key that verifies signatures) ] }
         qw(none secret)),
    (map { [ "resonate_issuer $iss jwks=$dir/$_->[0];",
             qq($bad "$dir/$_->[0]": key $_->[1]: $_->[2]) ] }
         [ 'private', 2, 'is a private key' ],
         [ 'short',   1, 'RSA key shorter than 2048 bits' ],
         [ 'even',    1, 'bad "n" or "e"' ],
         [ 'e1',      1, 'bad "n" or "e"' ],
         [ 'curve',   1, 'not a point of its curve' ],
         [ 'length',  1, 'bad "y"' ],
         [ 'kids',    2, 'same "kid" as another key' ],
         [ 'kid',     1, 'bad "kid"' ],
         [ 'number',  1, 'not an object' ]),

    [ "resonate_token_cache 64k; resonate_issuer $iss jwks=$good;", undef ],
    [ 'resonate_token_cache 1m; resonate_token_cache 1m;',
      '"resonate_token_cache" directive is duplicate' ],
    [ 'resonate_token_cache 1x;',
      '"resonate_token_cache" directive invalid value' ],
    [ 'resonate_token_cache 63k;',
      '"resonate_token_cache" must be at least 64k' ],

    [ 'resonate_auth off;', undef ],
    [ 'resonate_auth optional;', undef ],
    [ "resonate_auth required; resonate_issuer $iss jwks=$good;", undef ],
    [ 'resonate_auth required;',
      '"resonate_auth required" needs a "resonate_issuer"' ],
    [ 'resonate_auth maybe;', 'invalid value "maybe"' ],
    [ 'resonate_auth off; resonate_auth off;',
      '"resonate_auth" directive is duplicate' ],
);

for my $row (@rows) {
    my ($http, $expected) = @$row;
    my $why = Resonate::Edge->conf_fails(http => $http,
                                         modules => [qw(core auth)]);
    $why =~ s/ in \S+:\d+$// if defined $why;
    $http =~ s/\Q$dir\E|\Q$good\E/../g;
    is($why, $expected, $http);
}

my ($ok, $output) = conf_test(modules => [qw(core auth)],
    http => "resonate_issuer $iss jwks=$good;");
like($output, qr/\[warn\] .*issuer "\Q$iss\E" has no "audience"/,
     'no audience is said');

($ok, $output) = conf_test(modules => [qw(auth core)]);
ok(!$ok, 'wrong order of modules');
like($output, qr/ngx_resonate_core_module\.so must be loaded before (?#
                )ngx_resonate_auth_module\.so/, 'and it says which');

done_testing();
