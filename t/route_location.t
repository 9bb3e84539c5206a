# What a location says beside its routes: where unknown paths go, and how
# long others may keep public answers.

use strict;
use warnings;

use lib 't/lib';
use Resonate::Test;

my $route = 'resonate_route GET /tracks v3.tracks';
my $pg    = Resonate::Pg->new;
my $edge  = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    server => "
        location /api/ {
            resonate_auth optional;
            $route caller;
            resonate_unknown \@others;
        }
        location /short/ { $route; resonate_cache_control max-age=5; }
        location /alone/ { $route; }
        location \@others { return 200 'others: \$request_method \$uri'; }",
);

# method, path, status, content

for (
    [ GET    => '/api/nothing'        => 200, 'others: GET /api/nothing' ],
    [ DELETE => '/api/tracks/x/y'     => 200, qr{^others: DELETE /api/tr} ],
    [ GET    => '/api/'               => 200, 'others: GET /api/' ],
    [ DELETE => '/api/tracks'         => 405, qr/problem|Not Allowed/ ],
    [ GET    => '/alone/nothing'      => 404, qr/There is no such path/ ],
) {
    my ($method, $path, $status, $content) = @$_;
    my $res = $edge->request($method, $path);

    is $res->{status}, $status, "$method $path";
    ref $content ? like $res->{content}, $content, 'its content'
                 : is $res->{content}, $content, 'its content';
}

# path, with a token, Cache-Control

for (
    [ '/api/tracks',   0 => 'public, max-age=0, must-revalidate' ],
    [ '/api/tracks',   1 => 'private, no-store' ],
    [ '/short/tracks', 0 => 'max-age=5' ],
    [ '/short/x',      0 => 'no-store' ],
) {
    my ($path, $token, $control) = @$_;
    my $res = $edge->get($path, $token ? (token => token()) : ());

    is $res->{headers}{'cache-control'}, $control,
        "Cache-Control of $path" . ($token ? ' for a caller' : '');
}

for (
    [ 'location /x { resonate_unknown others; }' =>
      'invalid location "others", "resonate_unknown" needs a named one' ],
    [ 'location /x { resonate_unknown @a; resonate_unknown @a; }' =>
      '"resonate_unknown" directive is duplicate' ],
    [ 'location /x { resonate_cache_control a; resonate_cache_control b; }' =>
      '"resonate_cache_control" directive is duplicate' ],
    [ 'location /x { resonate_cache_control; }' =>
      'invalid number of arguments in "resonate_cache_control" directive' ],
) {
    my ($server, $message) = @$_;

    like $edge->conf_fails(server => $server), qr/\Q$message/,
        "refused: $server";
}

done_testing;
