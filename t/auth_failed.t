# A token that cannot be looked at (no memory) makes nobody anonymous: 503.

use lib 't/lib';
use Resonate::Test;
use Resonate::Preload;

my $dir = tempdir();
my $memory = Resonate::Preload->new('fail_digest');
my $pg = Resonate::Pg->new;

spew("$dir/text", 'text');
spew("$dir/$_.shtml", qq([<!--# include virtual="/$_" -->]))
    for qw(optional);

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    env    => $memory->env,
    server => <<"EOF");
root $dir;
resonate_auth optional;

location /optional { alias $dir/text; }
location /required { alias $dir/text; resonate_auth required; }
location /early    { alias $dir/text; if (\$resonate_user = x) { set \$a 1; } }
location /off      { alias $dir/text; resonate_auth off; }
location /any      { alias $dir/text; satisfy any; allow all; }
location /page     { alias $dir/text; error_page 503 =200 \@page; }
location \@page    { resonate_auth off; return 200 away; }
location /again    { alias $dir/text; error_page 503 /optional; }
location /ask      { resonate_auth off; auth_request /optional;
                     alias $dir/text; }
location /up       { proxy_pass http://127.0.0.1:\$server_port/echo;
                     proxy_set_header X-User "\$resonate_user,"; }
location /echo     { resonate_auth off; return 200 "user \$http_x_user"; }
location /api/     { resonate_route GET /anyone v3.artists;
                     resonate_route GET /caller v3.tracks caller;
                     resonate_route GET /user v3.profile access=user; }
location ~ shtml\$ { resonate_auth off; ssi on; default_type text/html; }
EOF

my $n = 0;

# path, status, a part of the content, the same when there is memory
for (
    [ '/optional',    503, '"status":503',  200, 'text' ],
    [ '/required',    503, '"status":503',  200, 'text' ],
    [ '/early',       503, '"status":503',  200, 'text' ],
    [ '/off',         200, 'text',          200, 'text' ],
    [ '/any',         503, '503 Service',   200, 'text' ],
    [ '/page',        200, 'away',          200, 'text' ],
    [ '/again',       503, '"status":503',  200, 'text' ],
    [ '/ask',         500, '500 Internal',  200, 'text' ],
    [ '/up',          503, '"status":503',  200, 'user s' ],
    [ '/api/anyone',  503, '"status":503',  200, '"data"' ],
    [ '/api/caller',  503, '"status":503',  200, '"data"' ],
    [ '/api/user',    503, '"status":503',  200, '"displayName"' ],
    [ '/optional.shtml', 200, '"status":503', 200, '[text]' ],
) {
    my ($path, $status, $content, $later, $text) = @$_;
    my $token = token(sub => 's' . ++$n);

    $memory->open;
    my $res = $edge->get($path, token => $token);
    $memory->close;

    is $res->{status}, $status, "$path without memory: $status";
    like $res->{content}, qr/\Q$content/, '... its content';
    is $res->{headers}{'www-authenticate'}, undef, '... no challenge';
    is $res->{headers}{'retry-after'}, 1, '... try again'
        if $content eq '"status":503' && $status == 503;

    $res = $edge->get($path, token => $token);

    is $res->{status}, $later, "$path with memory: $later";
    like $res->{content}, qr/\Q$text/, '... its content';
}

# whatever there is no memory for

for my $what ('digest', 'verify') {
    my $token = token(sub => $what);

    $memory->open($what eq 'verify' ? $what : '');
    is $edge->get('/optional', token => $token)->{status}, 503,
        "no memory to $what";
    $memory->close;
}

# who sent no token needs no memory

$memory->open;
is $edge->get('/optional')->{status}, 200, 'no token, no memory';
is $edge->get('/required')->{status}, 401, 'no token where one is required';
$memory->close;

done_testing;
