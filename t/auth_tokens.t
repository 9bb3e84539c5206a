# Players keep sending expired tokens, or "Bearer undefined": public routes
# and streams answer as to nobody and say why, personal routes answer 401
# (RFC 6750, section 3).

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;
use Resonate::Routes;

my $api = Resonate::Api->new(server => 'resonate_cors https://a.example;');
my $edge = $api->edge;
my $id = $api->id;

my @public = map { Resonate::Routes::path($_, $id) }
             Resonate::Routes::public();
my @streams = map { my $kind = $_;
                    map { "/api/v3/$kind/$id->{$_}" } qw(free paid short) }
              qw(stream user/stream);
my @personal = map { "/api/v3/user/$_" }
               qw(profile plays/resolve plays/history collection);

my $realm = 'Bearer realm="resonate"';
my $invalid = qq($realm, error="invalid_token", error_description=);

# Authorization, WWW-Authenticate on 401, and on a public answer
my @tokens = (
    [ undef,                             $realm,               undef ],
    [ 'Basic dTpw',                      $realm,               undef ],
    [ 'Bearer undefined',  (qq($invalid"The token is malformed")) x 2 ],
    [ 'Bearer null',       (qq($invalid"The token is malformed")) x 2 ],
    [ 'Bearer ',           (qq($invalid"The token is malformed")) x 2 ],
    [ 'Bearer ' . token(exp => time - 3600),
      (qq($invalid"The token has expired")) x 2 ],
    [ 'Bearer ' . token(iss => 'https://other.example'),
      (qq($invalid"The token is from an unknown issuer")) x 2 ],
);

# headers that are of the moment
sub body_of {
    my ($res) = @_;
    return join "\n", $res->{status},
                map({ $res->{headers}{$_} // '-' }
                    qw(content-type cache-control vary x-resonate-stream
                       content-range etag)), $res->{content};
}

cmp_ok scalar @public, '>=', 15, 'public routes were found';

for my $path (grep { !/order=random/ } @public, @streams) {
    my %range = $path =~ /stream/ ? (Range => 'bytes=0-9') : ();
    my $nobody = body_of($edge->get($path, headers => { %range }));
    my $name = $path =~ s/-0000.*-/-/r;

    like $nobody, qr/^20[06]\n/, "$name: nobody is answered";

    for (@tokens) {
        my ($sent, undef, $challenge) = @$_;
        my $res = $edge->get($path, headers => { %range,
                                                 Authorization => $sent });
        my $what = "$name with " . substr $sent // 'nothing', 0, 20;

        is body_of($res), $nobody, "$what: as nobody";
        is_deeply $res->{headers}{'www-authenticate'}, $challenge,
            "$what: and why";
    }
}

for my $path (@personal) {
    for (@tokens) {
        my ($sent, $challenge) = @$_;
        my $res = $edge->get($path, headers => { Authorization => $sent });
        my $what = "$path with " . substr $sent // 'nothing', 0, 20;

        is $res->{status}, 401, "$what: 401";
        is $res->{headers}{'content-type'}, 'application/problem+json',
            "$what: a problem";
        is_deeply $res->{headers}{'www-authenticate'}, $challenge,
            "$what: and why";
    }

    is $edge->get($path, token => token())->{status}, 200,
        "$path with a token";
}

# whatever else is wrong, the reason is there

for (
    [ 'GET',  '/api/v3/tracks?limit=0',         400 ],
    [ 'GET',  '/api/v3/nothing',                404 ],
    [ 'POST', '/api/v3/tracks',                 405 ],
    [ 'GET',  "/api/v3/stream/$id->{hidden}",   404 ],
    [ 'HEAD', "/api/v3/tracks/$id->{paid}/",    200 ],
) {
    my ($method, $path, $status) = @$_;
    my $res = $edge->request($method, $path, token => 'undefined');

    is $res->{status}, $status, "$method $path with Bearer undefined";
    is $res->{headers}{'www-authenticate'}, $tokens[2][1], '... and why';
}

done_testing;
