# Cross-origin calls: configured origins only, on every answer, once.

use File::Path qw(make_path);
use lib 't/lib';
use Resonate::Test;
use Resonate::Topup;

my $good = 'https://player.example';
my $expose = 'Content-Range, Content-Length, Accept-Ranges, ETag, '
             . 'WWW-Authenticate, Retry-After, Location, DPoP-Nonce, '
             . 'X-Resonate-Stream';

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dir = tempdir();

mkdir "$dir/folder";
spew("$dir/file.txt", 'x' x 100);

my $edge = topup_edge(
    pg     => $pg,
    auth   => 1,
    media  => media(),
    routes => 1,
    http   => "resonate_cache 1m; resonate_cors $good http://other:3000;",
    server => <<"EOF");
root $dir;

location /private/  { resonate_auth required; }
location /plain/    { resonate_cors off; return 200 ok; }
location /gone/     { return 404; }
location /moved/    { return 301 /elsewhere; }
location /denied/   { deny all; }
location /limited/  { limit_except GET { deny all; } }
location /busy/     { return 503; }
location /error/    { error_page 404 \@named; }
location \@named    { return 404 named; }
location /folder    { }
location /theirs/   { add_header Access-Control-Allow-Origin * always;
                      return 200 ok; }
location /upstream/ { proxy_pass http://127.0.0.1:\$server_port/them/; }
location /them/     { resonate_cors off; return 200 ok;
                      add_header Access-Control-Allow-Origin *;
                      add_header Access-Control-Expose-Headers X-Other; }
EOF

my $paid = "/api/v3/user/stream/$id->{paid}";
my $free = "/api/v3/user/stream/$id->{free}";


# origin, what Access-Control-Allow-Origin must say

for (
    [ $good                         => $good ],
    [ 'http://other:3000'           => 'http://other:3000' ],
    [ 'https://player.example.evil' => undef ],
    [ 'https://player.exampl'       => undef ],
    [ 'HTTPS://PLAYER.EXAMPLE'      => undef ],
    [ 'null'                        => undef ],
    [ "$good/"                      => undef ],
    [ [ $good, $good ]              => undef ],
) {
    my ($origin, $allow) = @$_;
    my $name = ref $origin ? "@$origin" : $origin;

    for my $path ('/api/v3/tracks', '/api/v3/user/profile', '/private/x') {
        my $res = $edge->request('OPTIONS', $path, headers => {
            Origin => $origin, 'Access-Control-Request-Method' => 'GET',
            'Access-Control-Request-Headers' => 'authorization' });
        my $headers = $res->{headers};

        is $res->{status}, 204, "preflight of $path from $name";
        is $headers->{'access-control-allow-origin'}, $allow,
            'its allowed origin';
        is $headers->{'access-control-allow-methods'},
            $allow && 'GET, HEAD, POST, PUT, PATCH, DELETE', 'its methods';
        is $headers->{'access-control-allow-headers'},
            $allow && 'authorization, content-type, range, if-range, '
            . 'idempotency-key, dpop, traceparent', 'its headers';
        is $headers->{'access-control-max-age'}, $allow && 7200, 'its age';
        is $headers->{vary}, 'Origin', 'its Vary';
        is $headers->{'www-authenticate'}, undef, 'no token is asked for';
    }
}


# preflights succeed on every path, whatever a request would get there

for my $path (
    '/api/v3/tracks/', '/api/v3/tracks/x', '/api/v3/nothing', $paid, $free,
    "$paid/", "/api/v3/stream/$id->{hidden}", '/api/v3/user/plays',
    '/private/x', '/gone/x', '/moved/x', '/denied/x', '/limited/x',
    '/busy/x', '/error/x', '/folder', '/upstream/x', '/dev/topup', '/nowhere',
) {
    my $res = $edge->request('OPTIONS', $path, token => 'undefined',
        headers => { Origin => $good,
                     'Access-Control-Request-Method' => 'POST' });

    is "$res->{status} $res->{headers}{'access-control-allow-origin'}",
       "204 $good", "preflight of $path";
}


# method, path, headers, status

for (
    [ GET    => '/api/v3/tracks',         {}, 200 ],
    [ GET    => '/api/v3/tracks/',        {}, 200 ],
    [ HEAD   => '/api/v3/tracks',         {}, 200 ],
    [ GET    => '/api/v3/tracks?limit=0', {}, 400 ],
    [ GET    => '/api/v3/user/profile',   {}, 401 ],
    [ GET    => '/api/v3/user/profile/',  {}, 401 ],
    [ GET    => '/private/x',             {}, 401 ],
    [ GET    => '/denied/x',              {}, 403 ],
    [ PUT    => '/limited/x',             {}, 403 ],
    [ GET    => '/api/v3/nothing',        {}, 404 ],
    [ GET    => '/nowhere',               {}, 404 ],
    [ GET    => '/error/x',               {}, 404 ],
    [ GET    => "/api/v3/stream/$id->{hidden}", {}, 404 ],
    [ DELETE => '/api/v3/tracks',         {}, 405 ],
    [ GET    => '/dev/topup',             {}, 405 ],
    [ GET    => '/moved/x',               {}, 301 ],
    [ GET    => '/folder',                {}, 301 ],
    [ GET    => '/busy/x',                {}, 503 ],
    [ POST   => '/api/v3/user/plays', { 'Content-Length' => 70_000 }, 413 ],
    [ GET    => $free,                    {}, 200 ],
    [ GET    => "$free/",                 {}, 200 ],
    [ GET    => $free, { Range => 'bytes=0-1' }, 206 ],
    [ GET    => $free, { Range => 'bytes=0-1,5-6' }, 206 ],
    [ GET    => $free, { Range => 'bytes=99999999-' }, 416 ],
    [ GET    => $paid, { Range => 'bytes=0-1' }, 206 ],
    [ GET    => $paid, { Range => 'bytes=99999999-' }, 416 ],
    [ GET    => '/file.txt', { Range => 'bytes=999-' }, 416 ],
    [ GET    => '/file.txt', { 'If-None-Match' => '*' }, 304 ],
    [ GET    => '/file.txt', { 'If-Match' => '"x"' }, 412 ],
    [ GET    => '/theirs/x',              {}, 200 ],
    [ GET    => '/upstream/x',            {}, 200 ],
) {
    my ($method, $path, $headers, $status) = @$_;
    my $res = $edge->request($method, $path,
                             headers => { Origin => $good, %$headers });
    my $name = join ' ', $method, $path =~ s/-.*//r, %$headers;

    is $res->{status}, $status, $name;
    is_deeply $res->{headers}{'access-control-allow-origin'}, $good,
        'its origin, once';
    is_deeply $res->{headers}{'access-control-expose-headers'}, $expose,
        'its exposed headers, once';
    like $res->{headers}{vary}, qr/^(?:[\w-]+, )*Origin$/, 'one Vary';
}

for my $path ('/theirs/x', '/upstream/x') {
    my $res = $edge->get($path, headers => { Origin => 'https://evil' });
    is $res->{headers}{'access-control-allow-origin'}, undef,
        "$path: other origins get none from anybody";
}

my $res = $edge->get('/plain/', headers => { Origin => $good });
is $res->{headers}{'access-control-allow-origin'}, undef, 'off is off';
is $res->{headers}{vary}, undef, 'and nothing varies';

# files, as the player's configuration has them

my $player = Resonate::Edge->new(pg => $pg, http => 'resonate_cache 1m;',
                                 server => "resonate_cors $good;
    set \$resonate_www www;
    set \$resonate_media run/media;
    include $Resonate::Test::ROOT/conf.d/player.conf;");
my $picture = "/images/$id->{artist}-x120.jpg";

make_path(map { $player->dir . $_ } '/run/media/images', '/www');
spew($player->dir . '/www/openapi.json', '{}');
spew($player->dir . "/run/media$picture", 'picture');

$res = $player->get($picture, headers => { Origin => $good });
is $res->{status}, 200, 'a picture';
is_deeply $res->{headers}{'access-control-allow-origin'}, $good,
    'its origin, once';

for my $path ('/api/v3/apiDocs', '/api/v3/apiDocs/') {
    $res = $player->get($path, headers => { Origin => $good });
    is "$res->{status} $res->{content}", '200 {}', $path;
    is $res->{headers}{'content-type'}, 'application/json', '... is JSON';
    like $res->{headers}{etag}, qr/^".+"$/, '... with a validator';
    is $res->{headers}{'access-control-allow-origin'}, $good,
        '... for pages of others';
}

$res = $edge->request('OPTIONS', '/api/v3/tracks');
is $res->{status}, 204, 'OPTIONS that is no preflight';
is $res->{headers}{allow}, 'GET, HEAD, OPTIONS', 'tells what is allowed';

done_testing;
