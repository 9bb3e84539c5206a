# Personal routes, each of them: who asks is decided first, a slash at the end
# changes nothing, HEAD and OPTIONS work, and no answer is kept for others.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;
use Resonate::Routes;

my $origin = 'https://player.example';
my $api = Resonate::Api->new(server => "resonate_cors $origin;");
my $id = $api->id;

my @routes = map { [ @{$_}{qw(method pattern)} ] } Resonate::Routes::personal();

cmp_ok scalar @routes, '>=', 20, 'personal routes were found';

# without a token: 401, whatever the arguments are

for (@routes) {
    my ($method, $pattern) = @$_;
    (my $path = $pattern) =~ s/<id>/$id->{playlist}/;
    (my $bad = $pattern) =~ s/<id>/no-uuid/;
    my $body = $method eq 'GET' || $method eq 'DELETE' ? undef : '{"x":';
    my $name = "$method $pattern";

    for my $request ([ $method, $path, $body ], [ $method, "$path/", $body ],
                     [ $method, "$bad?limit=x&ids=x&from=x", $body ])
    {
        my $res = $api->call(undef, @$request);

        is $res->{status}, 401, "$name by nobody";
        like $res->{headers}{'www-authenticate'}, qr/^Bearer\b(?!.*error=)/,
            'who may call is told';
        is $res->{headers}{'cache-control'}, 'no-store', 'and not kept';
    }

    my $res = $api->edge->request($method, "/api/v3$path",
                                  token => 'undefined');
    is $res->{status}, 401, 'an unusable token';

    if ($bad ne $pattern) {
        is $api->status('listener', $method, $bad, $body), 400,
            'no uuid, for a person';
    }

    $res = $api->edge->request('OPTIONS', "/api/v3$path/", headers => {
        'Origin' => $origin, 'Access-Control-Request-Method' => $method,
        'Access-Control-Request-Headers' => 'authorization,content-type' });
    is $res->{status}, 204, 'preflight';
    is $res->{headers}{'access-control-allow-origin'}, $origin, 'is let in';
    like $res->{headers}{'access-control-allow-methods'}, qr/\b$method\b/,
        'with its method';
}


# two callers, both slashes, HEAD

for (grep { $_->[0] eq 'GET' && $_->[1] !~ /download/ } @routes) {
    my ($method, $pattern) = @$_;
    (my $path = $pattern) =~ s/<id>/$id->{playlist}/;
    my $res = $api->call('listener', 'GET', $path);

    is $res->{status}, 200, "GET $path";
    is $res->{headers}{'content-type'}, 'application/json', 'JSON';
    is $res->{headers}{'cache-control'}, 'private, no-store', 'private';
    is $api->call('listener', 'GET', "$path/")->{content}, $res->{content},
        'the same with a slash';

    my $head = $api->call('listener', 'HEAD', $path);
    is $head->{status}, 200, 'HEAD';
    is $head->{headers}{'content-length'}, length $res->{content}, 'its size';

    my $other = $api->call('stranger', 'GET', $path);
    is $other->{status}, $pattern =~ /<id/ ? 404 : 200, 'for a stranger';
    unlike $other->{content}, qr/For the Road|\Q$id->{listener}\E/,
        'nothing of the first one';
}


# a wrong method

for (
    [ 'DELETE', '/user/profile', 'GET, HEAD, PUT, OPTIONS' ],
    [ 'PUT', '/user/favorites', 'GET, HEAD, POST, OPTIONS' ],
    [ 'POST', "/user/playlists/$id->{playlist}",
      'GET, HEAD, PUT, DELETE, OPTIONS' ],
    [ 'GET', "/user/playlists/$id->{playlist}/items", 'PUT, OPTIONS' ],
) {
    my ($method, $path, $allow) = @$_;
    my $res = $api->call('listener', $method, $path, '{}');

    is $res->{status}, 405, "$method $path";
    is $res->{headers}{allow}, $allow, 'what is allowed';
}

done_testing;
