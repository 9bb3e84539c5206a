# Whose request it is: variables, and every way nginx runs a request.

use lib 't/lib';
use Resonate::Test;
use Resonate::Http2;

my $port2 = Resonate::Edge->free_port;
my $dir = tempdir();

spew("$dir/page.shtml", '<!--# echo var="resonate_user" -->+'
     . '<!--# include virtual="/sub" -->+<!--# include virtual="/off" -->');
mkdir "$dir/folder";
spew("$dir/folder/index.html", 'index');

my $locations = <<'END';
location = /who     { resonate_auth optional; try_files /none @said; }
location @said      { resonate_auth optional; return 200 "$resonate_user"; }

location = /all {
    resonate_auth optional;
    try_files /none @all;
}
location @all {
    resonate_auth optional;
    set $text "$resonate_issuer|$resonate_user|$resonate_scope";
    return 200 "$text|$resonate_client";
}

location = /claims  { resonate_auth optional; try_files /none @claims; }
location @claims {
    resonate_auth optional;
    set $text "$resonate_claim_email|$resonate_claim_emailverified";
    set $text "$text|$resonate_claim_realm_access|$resonate_claim_n";
    set $text "$text|$resonate_claim_none|$resonate_claim_lines";
    set $text "$text|$resonate_claim_long|$resonate_claim_case";
    return 200 "$text|$resonate_claim_yes|$resonate_claim_null";
}

location = /sub     { resonate_auth required; try_files /none @said; }
location = /off     { return 200 "$resonate_user"; }
location = /early   { resonate_auth optional; if ($resonate_user = 'u1')
                      { return 200 'early'; } return 200 'late'; }
location /page      { resonate_auth optional; ssi on; root DIR; }
location /folder/   { resonate_auth required; root DIR; }

location = /error {
    resonate_auth optional;
    error_page 404 /off;
    try_files /none =404;
}
location = /error2 {
    resonate_auth off;
    error_page 404 /who;
    try_files /none =404;
}
location = /rewritten { resonate_auth required; rewrite ^ /off; }
location = /hidden  { resonate_auth optional; try_files /none @hidden; }
location @hidden    { resonate_auth off; return 200 "$resonate_user"; }
location = /refused {
    resonate_auth required;
    error_page 401 =200 /off;
    try_files /none @said;
}
location = /accel {
    resonate_auth required;
    proxy_pass http://127.0.0.1:$server_port/to;
}
location = /to      { add_header X-Accel-Redirect /off; return 200; }
location = /accel2 {
    proxy_pass http://127.0.0.1:$server_port/to2;
}
location = /to2     { add_header X-Accel-Redirect /who; return 200; }
location = /asked   { resonate_auth required; auth_request /sub;
                      try_files /none @said; }
location = /up {
    resonate_auth optional;
    proxy_pass http://127.0.0.1:$server_port/echo;
    proxy_set_header X-User $resonate_user;
    proxy_set_header Authorization "";
}
location = /echo    { return 200 "$http_x_user|$http_authorization"; }
END

$locations =~ s/DIR/$dir/g;

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    server  => $locations,
    http    => <<END);
ssi_types text/plain;
log_format who '\$uri \$resonate_user';
access_log $dir/who.log who;
server { listen 127.0.0.1:$port2 http2; $locations }
END


my %token = map { $_ => token(sub => $_) } map { "u$_" } 1 .. 9;

sub said {
    my ($path, $who, @opt) = @_;
    return $edge->get($path, $who ? (token => $token{$who}) : (), @opt)
                ->{content};
}

# path, what u1 gets, what nobody gets
for my $row (
    [ '/who',    'u1', '' ],
    [ '/all',    'https://demo.resonate.example|u1|stream plays profile|',
                 '|||' ],
    [ '/off',    '', '' ],
    [ '/early',  'early', 'late' ],
    [ '/page.shtml',  'u1+u1+', undef ],
    [ '/folder/', 'index', undef ],
    [ '/error',  '', '' ],
    [ '/error2', 'u1', '' ],
    [ '/refused', 'u1', '' ],
    [ '/accel',  '', undef ],
    [ '/accel2', 'u1', undef ],
    [ '/rewritten', '', '' ],
    [ '/hidden', '', '' ],
    [ '/asked',  'u1', undef ],
    [ '/up',     'u1|', '|' ],
) {
    my ($path, $known, $unknown) = @$row;
    is(said($path, 'u1'), $known, "$path as u1");
    is(said($path), $unknown, "$path as nobody") if defined $unknown;
}

is($edge->get($_)->{status}, 401, "$_ is refused to nobody")
    for qw(/sub /folder/ /accel /asked);

is(said('/up', undef, headers => { 'X-User' => 'admin' }), '|',
   'a client cannot name itself to an upstream');
is(said('/up', 'u2', headers => { 'X-User' => 'admin' }), 'u2|',
   'nor can one with a token');

is($edge->get('/all', token => token(azp => 'app', scope => undef))
        ->{content}, 'https://demo.resonate.example|listener||app', 'azp');
is($edge->get('/all', token => token(azp => 'app', client_id => 'cli'))
        ->{content}, 'https://demo.resonate.example|listener|'
                     . 'stream plays profile|cli', 'client_id goes first');

is($edge->get('/claims', token => token(
        email => "zo\x{eb}\@x.example", emailVerified => JSON::PP::true,
        realm_access => { roles => ['a', "b\n"] }, n => 1.5,
        lines => "a\r\nb", long => 'x' x 4097, Case => 'other',
        case => 'same', Yes => 'other', null => JSON::PP::null))
        ->{content},
   qq(zo\xc3\xab\@x.example|true|{"roles":["a","b\\n"]}|1.5||||same|other|),
   'claims');
is(said('/claims'), '|||||||||', 'no claims');

# one connection, many callers

my $http = $edge->client;
my @order = map { 'u' . (1 + $_ * 7 % 9) } 1 .. 50;
my @wrong = grep {
    my $who = $_;
    my $known = $http->request('GET', '/who', token => $token{$who});
    my $other = $http->request('GET', '/who');
    $known->{content} ne $who || $other->{content} ne '';
} @order;
is_deeply(\@wrong, [], 'keepalive: a request has its own caller, or none');

# a hundred streams of one HTTP/2 connection, sent at once

my $h2 = Resonate::Http2->new(port => $port2);
my %caller = map {
    my $who = $_ % 10 ? 'u' . $_ % 10 : '';
    $h2->start('/who', $who ? (authorization => "Bearer $token{$who}") : ())
        => $who;
} 0 .. 99;
my $answers = $h2->answers;

$h2->close;

is_deeply([ grep { $answers->{$_}{content} ne $caller{$_} } keys %caller ],
          [], 'HTTP/2: each of a hundred streams has its own caller');

wait_for { slurp("$dir/who.log") =~ /^\/all listener$/m } 5,
    'the log to know the caller';
like(slurp("$dir/who.log"), qr/^\/off -$/m,
     'a location that asks for no token logs none');

done_testing();
