# What is neither GET nor HEAD may change something, unless its route says
# that it is safe; conditions of a request do not hide what it did.

use lib 't/lib';
use Resonate::Test;
use Resonate::Topup;

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE SEQUENCE public.calls;
CREATE FUNCTION v3.count(caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE sql SECURITY DEFINER AS $$
    SELECT 200, nextval('public.calls')::text, NULL::text[] $$;
GRANT EXECUTE ON FUNCTION v3.count(uuid) TO resonate_edge;
END
catalogue($pg);

my $edge = topup_edge(pg => $pg, auth => 1, http => 'resonate_cache 1m;',
                      server => <<'EOF');
        location /api/ {
            resonate_auth optional;
            resonate_route GET /kept v3.count access=user personal=1h;
            resonate_route POST /safe v3.count access=user safe;
            resonate_route POST /read v3.count access=user pg=read;
            resonate_route POST /acts v3.count access=user;
            resonate_route GET /public v3.count cache=1h;
        }
EOF

my $token = token();

sub kept { return $edge->get('/api/kept', token => $token)->{content} }

# a method, whether the caller's kept reply is as before

for ([ safe => 1 ], [ read => 0 ], [ acts => 0 ]) {
    my ($path, $same) = @$_;
    my $before = kept();
    my $res = $edge->post("/api/$path", '', token => $token);

    is $res->{status}, 200, "POST /$path";
    is $res->{headers}{'cache-control'}, 'private, no-store', '... not kept';
    is kept() == $before ? 1 : 0, $same,
       $same ? '... and leaves what is kept' : '... and ages what is kept';
}

# conditions, and what a GET of the same answers

my $etag = $edge->get('/api/public')->{headers}{etag};
my $long_ago = 'Thu, 01 Jan 1970 00:00:00 GMT';

for (
    [ 'If-None-Match'       => '*',       304 ],
    [ 'If-None-Match'       => $etag,     304 ],
    [ 'If-Match'            => '"other"', 412 ],
    [ 'If-Unmodified-Since' => $long_ago, 412 ],
) {
    my ($name, $value, $status) = @$_;
    my %with = (headers => { $name => $value });

    is $edge->get('/api/public', %with)->{status}, $status,
       "GET with $name: $value";

    my $res = $edge->post('/api/acts', '', token => $token, %with);
    is $res->{status}, 200, '... POST acts';
    like $res->{content}, qr/^\d+$/, '... and says what it did';

    $res = topup($edge, { account => 'listener', amount => 1022,
                          key => "$name $value" }, %with);
    is $res->{status}, 200, '... and so does a top-up';
}

done_testing;
