# Cross-origin calls: configured origins only, on every answer.

use strict;
use warnings;

use lib 't/lib';
use Resonate::Test;

my $good = 'https://player.example';

my $pg   = Resonate::Pg->new;
my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    http   => "resonate_cache 1m; resonate_cors $good http://other:3000;",
    server => '
        location /api/v3/ {
            resonate_auth optional;
            resonate_route GET /tracks v3.tracks
                ?limit:int(1..100)=50 ?page:int(1..100)=1 cache=10s;
            resonate_route GET /user/profile v3.profile access=user;
        }
        location /private/ { resonate_auth required; root /; }
        location /plain/   { resonate_cors off; return 200 ok; }',
);

# origin, what Access-Control-Allow-Origin must say

my @origins = (
    [ $good                            => $good ],
    [ 'http://other:3000'              => 'http://other:3000' ],
    [ 'https://player.example.evil'    => undef ],
    [ 'https://player.exampl'          => undef ],
    [ 'HTTPS://PLAYER.EXAMPLE'         => undef ],
    [ 'null'                           => undef ],
    [ "$good/"                         => undef ],
);

for (@origins) {
    my ($origin, $allow) = @$_;

    for my $path ('/api/v3/tracks', '/api/v3/user/profile', '/private/x') {
        my $res = $edge->request('OPTIONS', $path, headers => {
            Origin => $origin, 'Access-Control-Request-Method' => 'GET',
            'Access-Control-Request-Headers' => 'authorization' });

        is $res->{status}, 204, "preflight of $path from $origin";
        is $res->{headers}{'access-control-allow-origin'}, $allow,
            'its allowed origin';
        is $res->{headers}{'access-control-max-age'}, $allow && 7200,
            'its age';
        like join(',', $res->{headers}{vary}), qr/Origin/, 'its Vary';
    }
}

# path, expected status: errors carry the headers, too

for (
    [ '/api/v3/tracks'         => 200 ],
    [ '/api/v3/tracks?limit=0' => 400 ],
    [ '/api/v3/user/profile'   => 401 ],
    [ '/api/v3/nothing'        => 404 ],
    [ '/private/x'             => 401 ],
) {
    my ($path, $status) = @$_;
    my $res = $edge->get($path, headers => { Origin => $good });

    is $res->{status}, $status, "$path";
    is $res->{headers}{'access-control-allow-origin'}, $good, 'its origin';
    like $res->{headers}{'access-control-expose-headers'}, qr/ETag/,
        'its exposed headers';
}

my $res = $edge->get('/plain/', headers => { Origin => $good });
is $res->{headers}{'access-control-allow-origin'}, undef, 'off is off';

$res = $edge->request('OPTIONS', '/api/v3/tracks');
is $res->{status}, 204, 'OPTIONS that is no preflight';
is $res->{headers}{allow}, 'GET, HEAD, OPTIONS', 'tells what is allowed';

for (
    [ 'resonate_cors player.example;' =>
      'invalid origin "player.example", it must be scheme://host[:port]' ],
    [ 'resonate_cors https://a/b;' =>
      'invalid origin "https://a/b", it must be scheme://host[:port]' ],
    [ 'resonate_cors off; resonate_cors off;' =>
      '"resonate_cors" directive is duplicate' ],
) {
    my ($conf, $message) = @$_;
    like $edge->conf_fails($conf), qr/\Q$message/, "refused: $conf";
}

done_testing;
