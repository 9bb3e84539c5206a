# Protected resource metadata (RFC 9728): from a 401 to who issues tokens.

use lib 't/lib';
use Resonate::Test;

my $issuer = 'https://demo.resonate.example';
my $edge = Resonate::Edge->new(
    auth => 1, modules => [qw(core auth)], server => <<'END');
resonate_cors https://player.example;
resonate_protected_resource https://localhost;

location /.well-known/oauth-protected-resource {
    resonate_cors off;
    resonate_resource_metadata;
}
location @fine { resonate_auth optional; return 200 "$resonate_user\n"; }
location / { resonate_auth required; try_files /none @fine; }
location /mcp/ {
    resonate_protected_resource https://localhost:8443/mcp/ scopes=plays,read
        name=Résonate documentation=https://resonate.example/docs
        servers=https://as.example/a,https://as.example/b;
    resonate_auth_require scope=plays;
    try_files /none @fine;
}
location /public { resonate_auth optional; try_files /none @fine; }
location /plain { resonate_protected_resource off; resonate_auth required;
                  try_files /none @fine; }
location /proof/ { resonate_auth required; resonate_dpop on;
                   try_files /none @fine; }
END

my $known = '/.well-known/oauth-protected-resource';

# a client that knows an address and nothing else

sub discover {
    my ($path, @more) = @_;
    my $res = $edge->get($path, @more);
    my ($url) = ($res->{headers}{'www-authenticate'} // '')
                =~ /resource_metadata="https:\/\/localhost(?::\d+)?([^"]*)"/;

    return $url ? json($edge->get($url)) : undef;
}

is_deeply discover('/mcp/'), {
    resource => 'https://localhost:8443/mcp/', scopes_supported => [qw(plays
    read)], authorization_servers => [ map { "https://as.example/$_" }
    qw(a b) ], bearer_methods_supported => ['header'],
    resource_name => "R\x{e9}sonate",
    resource_documentation => 'https://resonate.example/docs' },
    'from a 401 to its issuers';
is_deeply discover('/x'), { resource => 'https://localhost',
    authorization_servers => [$issuer], bearer_methods_supported => ['header']
}, 'those that are configured';
is discover('/mcp/', token => token(scope => 'x'))->{resource},
   'https://localhost:8443/mcp/', 'from a 403, too';
is discover('/plain'), undef, 'off';

my $at = "resource_metadata=\"https://localhost$known\"";
my $realm = 'Bearer realm="resonate"';

# where, token, the challenge

for (
    [ '/', undef, "$realm, $at" ],
    [ '/', 'x', "$realm, $at, error=\"invalid_token\", "
      . 'error_description="The token is malformed"' ],
    [ '/public', 'x', "$realm, $at, error=\"invalid_token\", "
      . 'error_description="The token is malformed"' ],
    [ '/public', undef, undef ],
    [ '/mcp/', token(), undef ],
) {
    my ($path, $token, $challenge) = @$_;
    is $edge->get($path, token => $token)->{headers}{'www-authenticate'},
       $challenge, "$path with " . substr $token // 'nothing', 0, 9;
}

like $edge->get('/proof/')->{headers}{'www-authenticate'},
     qr/^$realm, \Q$at\E, DPoP realm="resonate", \Q$at\E, algs="/,
     'a challenge for each scheme has it';

# what is served, and to whom

for (
    [ $known, 200 ], [ "$known/", 200 ], [ "$known/mcp", 200 ],
    [ "$known/mcp/", 200 ], [ "$known/mcp/x", 404 ], [ "$known/other", 404 ],
    [ "${known}x", 404 ], [ $known, 404, Host => 'other.example' ],
    [ $known, 404, Host => 'local' ], [ $known, 404, Host => 'localhosts' ],
    [ $known, 200, Host => 'LOCALHOST:1' ],
) {
    my ($path, $status, %headers) = @$_;
    is $edge->get($path, headers => \%headers)->{status}, $status,
       join ' ', $path, %headers;
}

my $res = $edge->get($known, headers => { Origin => 'https://any.example' });
is $res->{headers}{$_->[0]}, $_->[1], $_->[0]
    for [ 'access-control-allow-origin', '*' ],
        [ 'content-type', 'application/json' ],
        [ 'cache-control', 'public, max-age=300' ];
$res = $edge->request('OPTIONS', $known, headers => {
    Origin => 'https://any.example', 'Access-Control-Request-Method' => 'GET',
    'Access-Control-Request-Headers' => 'mcp-protocol-version' });
is "$res->{status} $res->{headers}{'access-control-allow-headers'}", '204 *',
   'a preflight';
is $edge->post($known, 'x')->{status}, 405, 'to be read only';

# what nginx -t says

my $bad = 'it must be a URL without query and fragment';

for (
    (map { [ qq(resonate_protected_resource "$_";),
             qq(invalid resource "$_", $bad) ] }
         '', 'a.example', 'ftp://a.example', 'https://', 'https:///a',
         'https://a.example?b', 'https://a.example#b', 'https://a b'),
    [ 'resonate_protected_resource https://a; '
      . 'resonate_protected_resource https://b;',
      '"resonate_protected_resource" directive is duplicate' ],
    [ 'resonate_protected_resource https://a scope=b;',
      'invalid parameter "scope=b" in "resonate_protected_resource" '
      . 'directive' ],
    [ "resonate_protected_resource https://a name=\xff;",
      'no metadata of resource "https://a" could be made: is all of it '
      . 'UTF-8?' ],
    [ 'server { location / { resonate_resource_metadata; '
      . 'resonate_resource_metadata; } }',
      '"resonate_resource_metadata" directive is duplicate' ],
) {
    my ($http, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails(modules => [qw(core auth)],
                                         http => $http);
    is $why =~ s/ in \S+:\d+$//r, $expected, $http;
}

done_testing();
