# What nginx -t says to resonate_login, and to those who name it.

use lib 't/lib';
use Resonate::Test;

my $dir = tempdir();
my $jwks = Resonate::Token::jwks();
my $iss = 'https://a.example';
my $key = '0123456789abcdef' x 4;

sub file {
    my ($name, $text, $mode) = @_;
    spew("$dir/$name", $text);
    chmod $mode // 0600, "$dir/$name";
    return "$dir/$name";
}

my $keys = file('keys', "$key\n");
my $secret = file('secret', "s\n");
my $issuer = "resonate_fetch { } resonate_provider $iss { jwks $jwks; "
           . 'fetch /a/; fetch /b/ https://b.example; }';
my %good = (issuer => $iss, client => 'c', keys => $keys,
            authorization => "$iss/auth", token => "$iss/token");

# lines of the block, changed: undef takes one away, "+" adds some

sub login {
    my (%change) = @_;
    my $more = delete $change{'+'} // '';
    my %line = (%good, %change);

    return "$issuer resonate_login l { "
         . join(' ', map { "$_ $line{$_};" } grep { defined $line{$_} }
                     sort keys %line)
         . " $more }";
}

my $must = 'directive, it must be';

for my $row (
    [ login() ],
    [ login(client => "c $secret", scope => 'openid', resource => 'urn:a b',
            redirect => '/cb', after_logout => '/a?b', cookie => 'a.b',
            secure => 'off', lifetime => '1h', timeout => '1s',
            end_session => "$iss/end", '+' => 'parameter a b;') ],
    [ login(redirect => 'https://c.example/cb') ],
    [ login(token => 'https://b.example/x') ],
    [ login('+' => 'parameter a b; parameter c d;') ],
    (map { [ login($_ => undef), qq(no "$_" is given for log-in "l") ] }
         sort keys %good),
    [ login('+' => 'nonsense 1;'),
      'unknown directive "nonsense" in "resonate_login"' ],
    [ login('+' => 'issuer https://b;'), '"issuer" directive is duplicate' ],
    [ login('+' => 'scope;'),
      'invalid number of arguments in "scope" directive' ],
    [ login('+' => 'parameter a;'),
      'invalid number of arguments in "parameter" directive' ],
    (map { my $name = $_;
           map { [ login($name => $_),
                   qq(invalid value "$_" in "$name" $must a URL) ] }
               'a', 'ftp://a', 'https://', 'https://a@b/', 'https://a/#b' }
         qw(issuer authorization token)),
    [ login(authorization => '"https://a b"'),
      'invalid value "https://a b" in "authorization" directive' ],
    (map { [ login(redirect => $_), qq(invalid value "$_" in "redirect" )
             . "$must a path, or a URL with one" ] }
         'a', '//b.example/', 'https://c.example'),
    [ login(after_logout => '//b'),
      qq(invalid value "//b" in "after_logout" $must a path) ],
    [ login(scope => 'profile'), '"scope" must contain "openid"' ],
    [ login('+' => 'parameter a=b c;'), 'invalid value "a=b" in "parameter" '
      . "$must a name of letters, digits and \"-._~\"" ],
    (map { [ login(cookie => $_), qq(invalid value "$_" in "cookie" $must )
             . 'a name of at most 48 letters, digits and "-._~"' ] }
         'a=b', 'a' x 49),
    [ login(secure => 'off'), 'cookie "__Host-resonate" of log-in "l" needs '
      . '"secure on"' ],
    [ login(secure => 'yes'),
      qq(invalid value "yes" in "secure" $must "on" or "off") ],
    (map { [ login(lifetime => $_), qq(invalid value "$_" in "lifetime" $must )
             . 'a time of 1s to 400d' ] } qw(0 401d x)),
    [ login(timeout => '61s'),
      qq(invalid value "61s" in "timeout" $must a time of 1ms to 60s) ],
    [ login(issuer => 'https://c.example'),
      'no issuer "https://c.example" is defined for "resonate_login l"' ],
    [ login(token => 'https://c.example/token'),
      qq("token" of "resonate_login l" is of no origin that issuer "$iss" may )
      . '"fetch" from' ],

    [ login(client => "c $dir/none"), qq(open() "$dir/none" of "client" failed )
      . '(2: No such file or directory)' ],
    [ login(keys => file('open', $key, 0644)), qq("$dir/open" of "keys" has )
      . 'mode 0644, group and others must have no access' ],
    [ login(keys => file('short', 'abc')),
      qq(bad keys in "$dir/short": line 1: a key is 64 hexadecimal digits) ],
    [ login(keys => file('twice', "# a\n$key\n$key")),
      qq(bad keys in "$dir/twice": line 3: the key is there already) ],

    [ login() . login() =~ s/.*(?=resonate_login)//r,
      'duplicate log-in "l"' ],
    [ login() =~ s/ l \{/ off {/r,
      '"resonate_login" directive needs another name' ],
    [ login() . ' resonate_login_cache 1m;' ],
    [ 'resonate_login_cache 255k;',
      '"resonate_login_cache" must be at least 256k' ],
    [ login() . ' resonate_auth_session l;' ],
    [ 'resonate_auth_session off;' ],
    [ 'resonate_auth_session l; resonate_auth_session l;',
      '"resonate_auth_session" directive is duplicate' ],
    [ "resonate_auth_session m;", qr/^no "resonate_login m" is defined, (?#
      )which is named in \S+\/nginx.conf:\d+$/ ],
) {
    my ($http, $expected) = @$row;
    my $why = Resonate::Edge->conf_fails(http => $http,
                                         modules => [qw(core auth)]);

    $why =~ s/ in \S+:\d+$// if defined $why && !ref $expected;
    ref $expected ? like($why, $expected, 'named, and not defined')
                  : is($why, $expected, $http =~ s/.*resonate_login//r);
}

for my $name (qw(start callback logout session)) {
    my $line = "resonate_login_$name l;";

    for my $row ([ "location / { $line }" ],
                 [ "location / { $line $line }",
                   qq("resonate_login_$name" directive is duplicate) ],
                 [ $line, qq("resonate_login_$name" directive is not allowed )
                          . 'here' ])
    {
        my $why = Resonate::Edge->conf_fails(
            http => login(), server => $row->[0], modules => [qw(core auth)]);

        $why =~ s/ in \S+:\d+$// if defined $why;
        is($why, $row->[1], $row->[0]);
    }
}

done_testing;
