# What a route answers: statuses, headers, problems.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE TABLE public.once (id int PRIMARY KEY);
INSERT INTO public.once VALUES (1);
CREATE FUNCTION v3.reply(status int, body text) RETURNS resonate.reply
LANGUAGE sql AS $$ SELECT status, body, NULL::text[] $$;
CREATE FUNCTION v3.fails(state text) RETURNS resonate.reply LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'the detail' USING ERRCODE = state; END $$;
CREATE FUNCTION v3.rows(n int) RETURNS SETOF resonate.reply LANGUAGE sql
AS $$ SELECT 200, '1', NULL::text[] FROM generate_series(1, n) $$;
CREATE FUNCTION v3.kept(id int) RETURNS resonate.reply LANGUAGE plpgsql
SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.once VALUES (id);
    IF id = 2 THEN RAISE EXCEPTION 'taken back' USING ERRCODE = 'RH409'; END IF;
    RETURN (201, '{"data":1}', NULL::text[])::resonate.reply;
END $$;
CREATE FUNCTION v3.me(caller uuid) RETURNS resonate.reply LANGUAGE sql
AS $$ SELECT 200, to_json(caller IS NOT NULL)::text, NULL::text[] $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
END

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    http   => 'resonate_cache 1m;',
    server => 'location /api/v3/ {
        resonate_auth optional;
        resonate_route GET /reply/<status:int> v3.reply ?body:text(0..200);
        resonate_route PUT /reply/<status:int> v3.reply ?body:text(0..200);
        resonate_route GET /fails/<state:text> v3.fails;
        resonate_route GET /rows/<n:int> v3.rows;
        resonate_route POST /kept v3.kept body.id:int!;
        resonate_route GET /me v3.me caller;
        resonate_route GET /cached/<status:int> v3.reply ?body:text=1 cache=1m;
        resonate_route DELETE /kept v3.kept ?id:int=9;
    }
    location /old/ {
        resonate_cache_control no-cache;
        resonate_route GET /known/<status:int> v3.reply ?body:text=1;
    }',
);

my $json = 'application/json';
my $problem = 'application/problem+json';

sub get { return $edge->get("/api/v3$_[0]", @_[1 .. $#_]) }


# path, status, type, body or detail

for (
    ['/reply/200?body=[1]'   => 200, $json, '[1]'],
    ['/reply/200/?body=[1]'  => 200, $json, '[1]'],
    ['/reply/202?body={}'    => 202, $json, '{}'],
    ['/reply/200'            => 200, undef, ''],
    ['/reply/204'            => 204, undef, ''],
    ['/reply/204?body=x'     => 204, undef, ''],
    map([ "/reply/$_?body=why" => $_, $problem, 'why' ],
        400, 402, 404, 409, 410, 422, 429, 503),
    ['/reply/404?body=[1]'   => 404, $problem, '[1]'],
    ['/reply/400?body=[%7B%22path%22:%22x%22%7D]' => 400, $problem,
     'The request has invalid arguments'],
    ['/reply/404'            => 404, $problem, 'Not Found'],
    ['/reply/418'            => 418, $problem, 'Error'],
    map([ "/reply/$_?body=x" => 500, $problem, 'Internal Server Error' ],
        100, 199, 301, 304, 600, 0, -200),
    ['/reply/x'              => 400, $problem,
     'The request has invalid arguments'],
    map([ "/fails/RH$_"      => $_, $problem, 'the detail' ],
        402, 404, 409, 422, 429, 503),
    ['/fails/RH200'          => 500, $problem, 'Internal Server Error'],
    ['/fails/P0001'          => 500, $problem, 'Internal Server Error'],
    ['/fails/22012'          => 400, $problem, 'Bad Request'],
    ['/fails/23505'          => 409, $problem, 'Conflict'],
    ['/fails/40001'          => 503, $problem, 'Service Unavailable'],
    ['/fails/57014'          => 504, $problem, 'Gateway Timeout'],
    ['/rows/0'               => 500, $problem, 'Internal Server Error'],
    ['/rows/1'               => 200, $json, '1'],
    ['/rows/2'               => 500, $problem, 'Internal Server Error'],
    ['/nothing'              => 404, $problem, 'There is no such path'],
    ['/me/more'              => 404, $problem, 'There is no such path'],
    ['/'                     => 404, $problem, 'There is no such path'],
) {
    my ($path, $status, $type, $text) = @$_;
    my $res = get($path);

    is $res->{status}, $status, $path;
    is $res->{headers}{'content-type'}, $type, 'its type';

    if ($status < 300) {
        is $res->{content}, $text, 'its body';
        next;
    }

    my $told = json($res);
    my %least = (status => $status, detail => $text,
                 message => $text, data => undef);

    is_deeply { map { $_ => $told->{$_} } keys %least }, \%least, 'its problem';
    is $res->{headers}{'cache-control'}, 'no-store', 'its caching';
    is $res->{headers}{'retry-after'}, $status =~ /^(?:429|503)$/ ? 1 : undef,
        'its Retry-After';
}

is_deeply json(get('/reply/400?body=[%7B%22path%22:%22x%22%7D]'))->{errors},
    [ { path => 'x' } ], 'faults that a function found';
ok !exists json(get("/reply/$_"))->{errors}, "none: $_"
    for '404?body=[1]', '400?body=why', '400?body=[', '400';

unlike $edge->get('/api/v3/fails/P0001')->{content}, qr/the detail/,
    'what Postgres says is not told';


# methods

my $allowed = 'GET, HEAD, PUT, OPTIONS';

for (
    ['POST', '/reply/200' => 405, $allowed],
    ['TEAPOT', '/reply/200' => 405, $allowed],
    ['OPTIONS', '/reply/200/' => 204, $allowed],
    ['HEAD', '/kept' => 405, 'POST, DELETE, OPTIONS'],
    ['OPTIONS', '/nothing' => 404],
    ['HEAD', '/reply/200?body=[1]' => 200],
    ['PUT', '/reply/200?body=[1]' => 200],
) {
    my ($method, $path, $status, $allow) = @$_;
    my $res = $edge->request($method, "/api/v3$path");

    is $res->{status}, $status, "$method $path";
    is $res->{headers}{allow}, $allow, 'its Allow';
}

is $edge->request('HEAD', '/api/v3/reply/200?body=[1]')
        ->{headers}{'content-length'}, 3, 'HEAD tells the length';


# validators and caching

for my $path ('/rows/1', '/cached/200', '/cached/200') {
    my $etag = get($path)->{headers}{etag};
    like $etag, qr/^"[0-9a-f]{32}"$/, "$path: a strong ETag";

    for ([ $etag, 304 ], [ '"x"', 200 ], [ qq("x", $etag), 304 ], [ '*', 304 ])
    {
        my $res = get($path, headers => { 'If-None-Match' => $_->[0] });
        is $res->{status}, $_->[1], "If-None-Match: $_->[0]";
        is $res->{headers}{etag}, $etag, 'has the ETag';
        is $res->{headers}{'cache-control'},
            'public, max-age=0, must-revalidate', 'and its caching';
    }
}

my %user = (token => token(sub => 'listener'));

for (
    [ '/api/v3/me', {},              'public, max-age=0, must-revalidate',
      'false', qr/\bAuthorization\b/ ],
    [ '/api/v3/me', \%user,          'private, no-store', 'true', undef ],
    [ '/api/v3/rows/1', \%user,      'public, max-age=0, must-revalidate', 1,
      qr/^Accept-Encoding$/ ],
    [ '/old/known/200', {},          'no-cache', 1, qr/^Accept-Encoding$/ ],
) {
    my ($path, $opt, $control, $content, $vary) = @$_;
    my $res = $edge->get($path, %$opt);

    is $res->{content}, $content, $path;
    is $res->{headers}{'cache-control'}, $control, 'its caching';
    $vary ? like $res->{headers}{vary}, $vary, 'its Vary'
          : is $res->{headers}{etag}, undef, 'no validator';
}


# a refusal rolls back

for ([ 3, 201 ], [ 2, 409 ], [ 1, 409 ]) {
    is $edge->post('/api/v3/kept', qq({"id":$_->[0]}))->{status}, $_->[1],
        "id $_->[0]";
}
is_deeply $pg->dbh->selectcol_arrayref('SELECT id FROM once ORDER BY 1'),
    [ 1, 3 ], 'what was refused left nothing';

done_testing;
