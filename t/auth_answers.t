# What a caller is told: RFC 6750, section 3.

use lib 't/lib';
use Resonate::Test;

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    http    => 'large_client_header_buffers 4 128k;',
    server  => <<'END');
location /off      { return 200 "$resonate_user\n"; }
location /optional { resonate_auth optional; try_files /none @said; }
location /required { resonate_auth required; try_files /none @said; }
location @said     { resonate_auth optional; return 200 "$resonate_user\n"; }

location /page {
    resonate_auth required;
    error_page 401 = @page;
    try_files /none @said;
}

location /limited {
    limit_except GET { resonate_auth required; }
    try_files /none @said;
}

location @page     { return 401 "log in\n"; }

location /any {
    satisfy any;
    allow 127.0.0.1;
    deny all;
    resonate_auth required;
    try_files /none @said;
}

location /either {
    satisfy any;
    deny all;
    resonate_auth required;
    try_files /none @said;
}
END

my $good = token();
my $expired = token(exp => time - 3600);
my $realm = 'Bearer realm="resonate"';
my $invalid = qq($realm, error="invalid_token", error_description=);

# path, Authorization, status, WWW-Authenticate, body
my @rows = (
    [ '/off',      undef,              200, undef,  "\n" ],
    [ '/off',      "Bearer $good",     200, undef,  "\n" ],
    [ '/optional', undef,              200, undef,  "\n" ],
    [ '/optional', "Bearer $good",     200, undef,  "listener\n" ],
    [ '/optional', "bEARER   $good",   200, undef,  "listener\n" ],
    [ '/optional', 'Basic dTpw',       200, undef,  "\n" ],
    [ '/optional', 'Bearerx',          200, undef,  "\n" ],
    [ '/optional', 'Bearer undefined', 200,
      qq($invalid"The token is malformed"), "\n" ],
    [ '/optional', 'Bearer',           200,
      qq($invalid"The token is malformed"), "\n" ],
    [ '/optional', "Bearer $expired",  200,
      qq($invalid"The token has expired"), "\n" ],
    [ '/required', "Bearer $good",     200, undef,  "listener\n" ],
    [ '/required', undef,              401, $realm, 'A token is required' ],
    [ '/required', 'Basic dTpw',       401, $realm, 'A token is required' ],
    [ '/required', 'Bearer undefined', 401,
      qq($invalid"The token is malformed"), 'The token is malformed' ],
    [ '/required', "Bearer $expired",  401,
      qq($invalid"The token has expired"), 'The token has expired' ],
    [ '/required', 'Bearer ' . 'a' x 65536, 401,
      qq($invalid"The token is too large"), 'The token is too large' ],
    [ '/required', 'Bearer a, Bearer b', 401,
      qq($invalid"The token is malformed"), 'The token is malformed' ],
    [ '/page',     undef,              401, $realm, "log in\n" ],
    [ '/page',     "Bearer $good",     200, undef,  "listener\n" ],
    [ '/any',      undef,              200, undef,  "\n" ],
    [ '/any',      "Bearer $expired",  200, undef,  "\n" ],
    [ '/either',   "Bearer $good",     200, undef,  "listener\n" ],
    [ '/either',   undef,              401, $realm, undef ],
);

for my $row (@rows) {
    my ($path, $sent, $status, $challenge, $body) = @$row;
    my $name = "$path with " . substr $sent // 'nothing', 0, 20;

    my $res = $edge->get($path, headers => { Authorization => $sent });

    is($res->{status}, $status, "$name: $status");
    is($res->{headers}{'www-authenticate'}, $challenge, "$name: challenge");

    if ($res->{headers}{'content-type'} eq 'application/problem+json') {
        is(json($res)->{detail}, $body, "$name: problem");

    } elsif (defined $body) {
        is($res->{content}, $body, "$name: body");
    }
}

my ($signature) = $good =~ /([^.]+)$/;
unlike($edge->log, qr/\Q$signature/, 'no token in the log');

is($edge->get("/required?access_token=$good")->{status}, 401,
   'a token in the query is none');

# nginx itself does not take two; like any bad request it logs it, at "info"

for my $path ('/optional', '/required') {
    my $res = $edge->get($path, headers => {
        Authorization => [ "Bearer $good", "Bearer $good" ] });
    is($res->{status}, 400, "$path: two tokens are refused");
}

is($edge->request('GET', '/limited')->{status}, 200, 'limit_except: GET');
is($edge->request('PUT', '/limited')->{status}, 401, 'limit_except: PUT');

# a refused request leaves its connection in order

my $http = $edge->client;

for my $body ('', 'x' x 100, 'y' x 20_000) {
    my $res = $http->request('POST', '/required', body => $body);
    is($res->{status}, 401, length($body) . ' bytes of body are discarded');
}

is($http->request('GET', '/required', token => $good)->{content},
   "listener\n", 'the same connection goes on');

my $res = $edge->request('HEAD', '/required');
is($res->{status}, 401, 'HEAD is refused');
is($res->{headers}{'www-authenticate'}, $realm, 'HEAD: challenge');

done_testing();
