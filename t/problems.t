# Every refusal is a problem with a type that the manual explains, whoever
# refuses: a route, a function, or nginx itself, over HTTP/1.1 and HTTP/2.

use lib 't/lib';
use JSON::PP qw(decode_json encode_json);
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

$pg->psql(<<'END');
CREATE FUNCTION v3.fails(state text) RETURNS resonate.reply LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'RH' || state; END $$;
GRANT EXECUTE ON FUNCTION v3.fails(text) TO resonate_edge;
END

my %edge = (pg => $pg, auth => 1, media => media(), routes => 1,
    http => 'resonate_cache 1m; large_client_header_buffers 4 16k;',
    server => <<'EOF');
        location /fails/ { resonate_route GET /<state:text> v3.fails; }
        location /scope/ { resonate_auth optional;
                           resonate_route GET /x v3.fails scope=root; }
        location /away/ { proxy_pass http://127.0.0.1:1; error_page 502 @p; }
        location /page/ { error_page 410 =404 @p; return 410; }
        location /lost/ { error_page 410 = @p; return 410; }
        location /fine/ { error_page 410 =200 @p; return 410; }
        location = /p { resonate_problem; }
        location @p { resonate_problem; }
EOF

my $one = Resonate::Edge->new(%edge);
my $two = Resonate::Edge->new(%edge, listen => 'http2');
my $token = token();
my $long = 'x' x 17_000;
my $stream = "/api/v3/stream/$id->{free}";
my $large = '{"trackId":"' . 'x' x 70_000;

# what asks and how, status, name of the type, a header; no HTTP/2: 1

my @rows = (
    [ 'no such path', '/api/v3/nothing', {}, 404, 'not-found' ],
    [ 'no such API', '/api/v9/tracks', {}, 404, 'not-found' ],
    [ 'no such API to post to', '/api/v9/tracks', { body => 'x' },
      404, 'not-found' ],
    [ 'no such track', '/api/v3/tracks/' . '0' x 8 . '-0000' x 3 . '-'
      . '0' x 12, {}, 404, 'not-found' ],
    [ 'a wrong method', '/api/v3/tracks', { body => '{}' },
      405, 'method-not-allowed', [ allow => 'GET, HEAD, OPTIONS' ] ],
    [ 'a method that nginx refuses', '/api/v3/tracks', { method => 'TRACE' },
      405, 'method-not-allowed' ],
    [ 'a bad argument', '/api/v3/tracks?limit=0', {}, 400, 'invalid-request' ],
    [ 'no token', '/api/v3/user/profile', {}, 401, 'unauthorized',
      [ 'www-authenticate' => 'Bearer realm="resonate"' ] ],
    [ 'no scope', '/scope/x', { token => 1 }, 403, 'insufficient-scope' ],
    [ 'a condition', '/api/v3/tracks', { header => 'If-Match: "x"' },
      412, 'precondition-failed' ],
    [ 'a large body', '/api/v3/user/plays', { token => 1, body => $large },
      413, 'too-large' ],
    [ 'a range beyond the end', $stream,
      { header => 'Range: bytes=99999999-' }, 416, 'range-not-satisfiable',
      [ 'content-range' => qr{^bytes \*/\d+$} ] ],
    [ 'a long address', "/api/v3/search?q=$long", {}, 414, 'uri-too-long',
      undef, 1 ],
    [ 'a long address elsewhere', "/$long", {}, 414, 'uri-too-long',
      undef, 1 ],
    [ 'a long header', '/api/v3/tracks', { header => "X-Long: $long" },
      431, 'headers-too-large', undef, 1 ],
    [ 'two hosts', '/api/v3/tracks', { header => 'Host: other' },
      400, 'invalid-request', undef, 1 ],
    [ 'a coding that nginx does not know', '/api/v3/tracks',
      { header => 'Transfer-Encoding: gzip' }, 501, undef, undef, 1 ],
    [ 'a proxy', '/away/', {}, 502, undef ],
    [ 'another status', '/page/', {}, 404, 'not-found' ],
    [ 'a status that is lost', '/lost/', {}, 404, 'not-found' ],
    [ 'a status that is no error', '/fine/', {}, 404, 'not-found' ],
    [ 'the page itself', '/p', {}, 404, 'not-found' ],
    map([ "a function with $_->[0]", "/fails/$_->[0]", {}, @$_ ],
        [ 402, 'no-credit' ], [ 409, 'conflict' ], [ 410, undef ],
        [ 415, 'unsupported-media-type' ], [ 422, 'key-reused' ],
        [ 429, 'too-many-requests', [ 'retry-after' => 1 ] ],
        [ 500, 'internal' ], [ 503, 'unavailable', [ 'retry-after' => 1 ] ],
        [ 504, 'deadline' ], [ 499, undef ]),
);


sub check {
    my ($name, $res, $status, $type, $header) = @_;
    my $problem = json($res);
    my %least = (status => $status, data => undef,
                 message => $problem->{detail},
                 type => $type ? "tag:resonate.coop,2026:problem/$type"
                               : 'about:blank');

    is $res->{status}, $status, $name;
    is $res->{headers}{'content-type'}, 'application/problem+json', '... type';
    is_deeply { map { $_ => $problem->{$_} } keys %least }, \%least,
              '... problem';
    is $res->{headers}{'cache-control'}, 'no-store', '... not to be kept';
    is $res->{headers}{$_}, undef, "... no $_"
        for qw(etag last-modified accept-ranges);
    like $res->{headers}{$header->[0]}, ref $header->[1] ? $header->[1]
         : qr/^\Q$header->[1]\E$/, "... $header->[0]" if $header;
}


sub asked {
    my ($path, $how) = @_;
    my ($name, $value) = split /: /, $how->{header} // '', 2;

    return { path => $path,
             method => $how->{method} // ($how->{body} ? 'POST' : 'GET'),
             body => $how->{body}, headers => {
                 $how->{token} ? (Authorization => "Bearer $token") : (),
                 $name ? ($name => $value) : () } };
}


for (@rows) {
    my ($name, $path, $how, @expected) = @$_;
    my $asked = asked($path, $how);

    # one more than the client's own
    $asked->{headers}{Host} = [ 'a', 'b' ] if $asked->{headers}{Host};

    check($name, $one->request($asked->{method}, $path, %$asked), @expected);
}

my $version = $one->client;
$version->send("GET /api/v3/tracks HTTP/9.9\r\nHost: a\r\n\r\n");
check('a version that nginx does not know', $version->response, 505, undef);

my @second = grep { !$_->[6] } @rows;
my $dir = tempdir();

spew("$dir/asked", encode_json([ map { asked(@$_[1, 2]) } @second ]));
my $answers = decode_json(`node t/lib/http2.mjs @{[ $two->url ]} < $dir/asked`);

for my $i (0 .. $#second) {
    my ($name, $path, $how, @expected) = $second[$i]->@*;
    check("$name, HTTP/2", $answers->[$i], @expected);
}

my $manual = slurp("$Resonate::Test::ROOT/doc/MANUAL.md");
my $source = slurp("$Resonate::Test::ROOT/ngx_resonate_core/base/"
                   . 'resonate_problem.c');

like $manual, qr/^\| $1 \| `$2` \|/m, "the manual explains $2"
    while $source =~ /\{ (\d+), "([\w-]+)", "/g;

done_testing;
