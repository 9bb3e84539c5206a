# resonate_auth_require: what is asked of a good token, and the challenge of
# one that does not do (RFC 6750, section 3.1; RFC 9470, section 3).

use lib 't/lib';
use Resonate::Forge;
use Resonate::Test;

my %needs = (
    scope   => 'resonate_auth_require scope=write|all;',
    both    => 'resonate_auth_require scope=write|all;
                resonate_auth_require scope=read role=artist;',
    any     => 'resonate_auth_require any scope=write role=label
                claim=groups=crew;',
    claim   => 'resonate_auth_require claim=realm_access.roles=editor|owner;',
    acr     => 'resonate_auth_require acr=mfa|hw;',
    age     => 'resonate_auth_require max_age=5m;',
    step    => 'resonate_auth_require acr=hw max_age=5m;',
    all     => 'resonate_auth_require scope=write role=artist acr=mfa;',
    optional => 'resonate_auth optional; resonate_auth_require scope=write;',
    unsaid  => 'resonate_auth off; resonate_auth_require scope=write;',
    satisfy => 'satisfy any; deny all; resonate_auth_require scope=write;',
    page    => 'resonate_auth_require scope=write; error_page 403 = @page;',
);

my $edge = Resonate::Edge->new(
    auth => 1, modules => [qw(core auth)],
    server => join '', <<'END',
location @fine { return 200 "fine $resonate_user\n"; }
location @page { return 403 "no\n"; }
location /inherit/ {
    resonate_auth_require scope=write;
    try_files /none @fine;
    location /inherit/own/ { resonate_auth_require scope=read;
                             try_files /none @fine; }
    location /inherit/off/ { resonate_auth_require off;
                             resonate_auth optional;
                             try_files /none @fine; }
}
location = /asked { auth_request /scope; try_files /none @fine; }
location /method {
    resonate_auth optional;
    limit_except GET { resonate_auth_require scope=write; }
    try_files /none @fine;
}
END
    map { "location /$_ { $needs{$_} try_files /none \@fine; }\n" }
        sort keys %needs);

my $realm = 'Bearer realm="resonate"';
my $scope = qq($realm, error="insufficient_scope");
my $step = qq($realm, error="insufficient_user_authentication", )
           . 'error_description=';
my $acr = '"Another way to log in is needed"';
my $age = '"A more recent login is needed"';
my $now = time;

# where, claims or none, status, challenge, detail

for my $row (
    [ scope => undef, 401, $realm, 'A token is required' ],
    [ scope => { scope => 'write' }, 200 ],
    [ scope => { scope => 'read all' }, 200 ],
    [ scope => { scope => 'read writer' }, 403, qq($scope, scope="write"),
      'The token lacks a scope' ],
    [ scope => { scope => undef }, 403, qq($scope, scope="write") ],
    [ scope => { exp => $now - 3600, scope => 'write' }, 401, "$realm, "
      . 'error="invalid_token", error_description="The token has expired"' ],

    [ both => { scope => 'all read', roles => ['artist'] }, 200 ],
    [ both => { scope => 'read', roles => ['artist'] }, 403,
      qq($scope, scope="write read") ],
    [ both => { scope => 'all', roles => ['artist'] }, 403,
      qq($scope, scope="write read") ],
    [ both => { scope => 'all read' }, 403, $scope, 'The token lacks a role' ],

    [ any => { scope => 'write' }, 200 ],
    [ any => { roles => ['admin'] }, 200 ],
    [ any => { groups => ['x', 'crew'] }, 200 ],
    [ any => { groups => 'crews' }, 403, qq($scope, scope="write") ],

    [ claim => { realm_access => { roles => ['owner'] } }, 200 ],
    [ claim => { realm_access => { roles => ['owners'] } }, 403, $scope,
      'The token lacks a claim' ],
    [ claim => { realm_access => 'owner' }, 403, $scope ],

    [ acr => { acr => 'hw' }, 200 ],
    [ acr => { acr => 'pwd' }, 401, qq($step$acr, acr_values="mfa hw"),
      'Another way to log in is needed' ],
    [ acr => {}, 401, qq($step$acr, acr_values="mfa hw") ],
    [ age => { auth_time => $now - 60 }, 200 ],
    [ age => { auth_time => $now - 400 }, 401, qq($step$age, max_age="300"),
      'A more recent login is needed' ],
    [ age => {}, 401, qq($step$age, max_age="300") ],
    [ step => { acr => 'hw', auth_time => $now - 400 }, 401,
      qq($step$age, acr_values="hw", max_age="300") ],
    [ all => { scope => 'write', roles => ['artist'], acr => 'mfa' }, 200 ],
    [ all => { scope => 'read', acr => 'pwd' }, 403,
      qq($scope, scope="write") ],
    [ all => { scope => 'write', roles => ['artist'] }, 401,
      qq($step$acr, acr_values="mfa") ],

    (map { ([ $_ => undef, 401, $realm ],
            [ $_ => { scope => 'read' }, 403, qq($scope, scope="write") ],
            [ $_ => { scope => 'write' }, 200 ]) }
         qw(optional unsaid satisfy page inherit/)),
    [ 'inherit/own/', { scope => 'read' }, 200 ],
    [ 'inherit/own/', { scope => 'write' }, 403, qq($scope, scope="read") ],
    [ 'inherit/off/', undef, 200 ],
    [ 'asked', { scope => 'read' }, 403 ],
    [ 'asked', { scope => 'write' }, 200 ],
) {
    my ($where, $claims, $status, $challenge, $detail) = @$row;
    my $res = $edge->get("/$where", $claims ? (token => token(%$claims)) : ());
    my $name = "$where with "
               . ($claims ? Resonate::Forge::text($claims) : 'nothing');

    is $res->{status}, $status, $name;
    is $res->{headers}{'www-authenticate'}, $challenge, '... challenge'
        if $where ne 'asked';
    is json($res)->{detail}, $detail, '... problem' if $detail;
}

is $edge->get('/page', token => token())->{content}, "no\n",
   'a page of its own';
is $edge->get('/method')->{status}, 200, 'limit_except: GET';
is $edge->request('PUT', '/method')->{status}, 401, '... another method';
is $edge->request('PUT', '/method', token => token())->{status}, 403,
   '... with a token';

# what nginx -t says

my $in = 'in "resonate_auth_require" directive';
my $words = ', or several with "|" between';
my $issuer = 'resonate_issuer https://a.example jwks='
             . Resonate::Token::jwks() . ';';

for my $row (
    [ 'scope=a', undef ],
    [ 'any scope=a|b role=user claim=/a.b/c=d acr=x max_age=0', undef ],
    [ 'off', undef ],
    [ 'any', '"resonate_auth_require" directive has nothing behind "any"' ],
    [ 'all', qq(invalid parameter "all" $in) ],
    [ 'scope=a scope=b', qq(duplicate parameter "scope=b" $in) ],
    (map { [ "'$_'", qq{invalid parameter "$_" $in, it must be a scope (RFC }
             . "6749, section 3.3)$words" ] }
         'scope=', 'scope=a b', 'scope=a"', 'scope=a||b', 'scope=a|'),
    [ 'acr=', qq(invalid parameter "acr=" $in, it must be a word$words) ],
    [ 'role=owner', qq(invalid parameter "role=owner" $in, it must be )
      . 'superadmin, admin, tenantadmin, label, artist or user' ],
    (map { [ "claim=$_", qq(invalid parameter "claim=$_" $in, it must be a )
             . 'path of claims, or path=value, or path=value|value' ] }
         '', '=a', 'a..b', 'a=', 'a=b|'),
    [ 'max_age=2y', qq(invalid parameter "max_age=2y" $in, it must be a )
      . 'time of at most 1y' ],
    [ 'off; resonate_auth_require scope=a',
      '"resonate_auth_require" directive is beside "off"' ],
    [ 'scope=a; resonate_auth_require off',
      '"resonate_auth_require" directive is duplicate' ],
) {
    my ($text, $expected) = @$row;
    my $why = Resonate::Edge->conf_fails(modules => [qw(core auth)],
        http => "$issuer resonate_auth_require $text;");
    $why =~ s/ in \S+:\d+$// if defined $why;
    is $why, $expected, $text;
}

like(Resonate::Edge->conf_fails(modules => [qw(core auth)],
         http => 'resonate_auth_require scope=a;'),
     qr/^"resonate_auth required" needs a "resonate_issuer"/, 'no issuer');

done_testing();
