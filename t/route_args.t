# Arguments through the real edge: what reaches PostgreSQL, and what never does.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new(settings => { log_statement => 'all' });

$pg->psql(<<'END');
CREATE FUNCTION v3.say(n int, t text, ids uuid[], b boolean, d date, o text,
                       words text[])
RETURNS resonate.reply LANGUAGE sql AS $$
    SELECT 200, json_strip_nulls(json_build_object('n', n, 't', t,
        'ids', cardinality(ids), 'b', b, 'd', d, 'o', o, 'words', words))::text,
        NULL::text[] $$;
CREATE FUNCTION v3.write(track_id uuid, n int, t text, words text[], j jsonb,
                         idempotency_key text)
RETURNS resonate.reply LANGUAGE sql AS $$
    SELECT 200, json_strip_nulls(json_build_object('track_id', track_id, 'n', n,
        't', t, 'words', words, 'j', j, 'key', idempotency_key))::text,
        NULL::text[] $$;
CREATE FUNCTION v3.mine(n int, caller uuid) RETURNS resonate.reply
LANGUAGE sql AS $$ SELECT 200, to_json(n)::text, NULL::text[] $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
END

my $edge = Resonate::Edge->new(
    pg     => $pg,
    http   => 'large_client_header_buffers 4 128k; client_max_body_size 64k;'
              . 'client_body_buffer_size 16k;',
    server => 'location /api/v3/ {
        resonate_route GET /say v3.say ?n:int(1..100) ?t:text(1..100)
            ?ids:uuid[](1..200) ?b:bool ?d:date ?o:enum(x|y)=x ?words:text[];
        resonate_route GET /say/<n:int(1..9)>/<t:text(1..5)> v3.say
            ?ids:uuid[] ?b:bool ?d:date ?o:enum(x|y) ?words:text[];
        resonate_route POST /write v3.write body.trackId:uuid! body.n:int(1..9)
            body.t:text(0..20) body.words:text[](0..3) body.j:json
            header.Idempotency-Key:text(1..10);
        resonate_route PUT /mine v3.mine body.n:int(1..9) access=user;
    }',
);

my $id = '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9';
my $huge = 65_536;

sub faults {
    my ($res) = @_;
    return join ' ', sort map { "$_->{location}.$_->{path}:$_->{code}" }
                     @{json($res)->{errors}};
}

sub check {
    my ($name, $res, $expected) = @_;

    if (ref $expected) {
        is $res->{status}, 200, $name or diag $res->{content};
        is_deeply json($res), $expected, 'its arguments';
        return;
    }

    is $res->{status}, 400, $name or diag $res->{content};
    is faults($res), $expected, 'its faults';
}


# path and query, what the function saw or the faults

for (
    ['/say'                      => { o => 'x' }],
    ['/say/'                     => { o => 'x' }],
    ['/say?'                     => { o => 'x' }],
    ['/say?unknown=1&n=7'        => { n => 7, o => 'x' }],
    ['/say?n=007&o=y'            => { n => 7, o => 'y' }],
    ['/say?t=a+b%2Bc%20d'        => { t => 'a b+c d', o => 'x' }],
    ['/say?t=%27%3B%20DROP--'    => { t => "'; DROP--", o => 'x' }],
    ['/say?t=%C3%A4%E2%82%AC'    => { t => "\xe4\x{20ac}", o => 'x' }],
    ['/say?words=a%2Cb&words=%22%5C%7B' =>
                            { words => ['a,b', '"\\{'], o => 'x' }],
    ['/say?words=NULL'           => { words => ['NULL'], o => 'x' }],
    ["/say?ids=\U$id"            => { ids => 1, o => 'x' }],
    ["/say?ids%5B%5D=$id&ids[]=$id" => { ids => 2, o => 'x' }],
    ['/say?b=1&d=2024-02-29'     => { b => JSON::PP::true, d => '2024-02-29',
                                      o => 'x' }],
    ['/say/7/a%20b'              => { n => 7, t => 'a b' }],
    ['/say?' . join('&', ("ids=$id") x 200) => { ids => 200, o => 'x' }],

    ['/say?n=0&b=x&d=1&o=z&ids=1&t=' =>
     'query.b:type query.d:format query.ids:format query.n:minimum '
     . 'query.o:enum query.t:minLength'],
    ['/say/0/abcdef'             => 'path.n:minimum path.t:maxLength'],
    ['/say/x/a?d=1'              => 'path.n:type query.d:format'],
    ['/say?n=1&n=1'              => 'query.n:repeated'],
    ['/say?n'                    => 'query.n:type'],
    ['/say?t=%'                  => 'query.t:format'],
    ['/say?t=%zz'                => 'query.t:format'],
    ['/say?t=a%00b'              => 'query.t:format'],
    ['/say?t=%C0%80'             => 'query.t:format'],
    ['/say?t=%FF'                => 'query.t:format'],
    ["/say?t=\xff"               => 'query.t:format'],
    ['/say/1/%FF'                => 'path.t:format'],
    ['/say?words='               => 'query.words:minLength'],
    ['/say?' . join('&', ("ids=$id") x 201) => 'query.ids:maxItems'],
    ['/say?t=' . 'a' x $huge     => 'query.t:maxLength'],
    ['/say?n=' . '9' x $huge     => 'query.n:maximum'],
    ['/say?o=' . '%00' x 20_000  => 'query.o:enum'],
    ['/say?x=' . 'a' x $huge     => { o => 'x' }],
) {
    my ($path, $expected) = @$_;
    check(substr($path, 0, 60), $edge->get("/api/v3$path"), $expected);
}


my $refused = json($edge->get('/api/v3/say?n=101'));
is_deeply $refused, {
    type => 'tag:resonate.coop,2026:problem/invalid-request',
    title => 'Bad Request', status => 400,
    detail => 'The request has invalid arguments',
    message => 'The request has invalid arguments', data => undef,
    errors => [ { path => 'n', location => 'query', code => 'maximum',
                  message => 'should be <= 100' } ],
}, 'the shape of a refusal';


# body, header, what the function saw or the faults

my $track = qq("trackId":"$id");

for (
    ["{$track}"                         => { track_id => $id }],
    ["{$track,\"n\":9,\"t\":\"\\u00e4\\n\"}" =>
     { track_id => $id, n => 9, t => "\xe4\n" }],
    ["{$track,\"n\":null}"              => { track_id => $id }],
    ["{$track,\"words\":[\"a\\\"\",\"\\\\\"]}" =>
     { track_id => $id, words => ['a"', '\\'] }],
    ["{$track,\"j\":{\"a\":[1,null]}}"  =>
     { track_id => $id, j => { a => [1, undef] } }],
    ["{$track}" => { track_id => $id, key => 'k 1' }, 'k 1'],

    ['{}'                               => 'body.trackId:required'],
    ["{$track,\"x\":1}"                 => 'body.:additionalProperties'],
    ["{$track,\"n\":\"9\"}"             => 'body.n:type'],
    ["{$track,\"n\":1.0}"               => 'body.n:type'],
    ["{$track,\"words\":\"a\"}"         => 'body.words:type'],
    ["{$track,$track}"                  => qr/^body.:json/],
    [''                                 => qr/^body.:json/],
    ['null'                             => qr/^body.:json/],
    ['[1]'                              => qr/^body.:type/],
    ["{$track"                          => qr/^body.:json/],
    ["{$track}{}"                       => qr/^body.:json/],
    ["{$track,\"t\":\"\xff\"}"          => qr/^body.:json/],
    ["{$track,\"t\":\"\\u0000\"}"       => qr/^body.:json/],
    ["{$track,\"t\":\"\\ud800\"}"       => qr/^body.:json/],
    ['[' x 10_000                       => qr/^body.:json/],
    ["{$track,\"n\":0}" => 'body.n:minimum header.Idempotency-Key:maxLength',
     'a' x 11],
    ["{$track}" => 'header.Idempotency-Key:format', "\xff"],
) {
    my ($body, $expected, $key) = @$_;
    my $res = $edge->post('/api/v3/write', $body,
                          headers => { 'Idempotency-Key' => $key });
    my $name = 'body ' . substr $body, 0, 60;

    if (ref $expected eq 'Regexp') {
        is $res->{status}, 400, $name or diag $res->{content};
        like faults($res), $expected, 'its faults';

    } else {
        check($name, $res, $expected);
    }
}

is $edge->post('/api/v3/mine', '{}', headers => { 'X-Method' => 'PUT' })
        ->{status}, 405, 'no method by header';

for my $size (40_000, 70_000) {
    is $edge->post('/api/v3/write', ' ' x $size)->{status}, 413,
        "a body of $size bytes is too large";
}


# nothing that a client said is part of a statement

my %statements;
$statements{$_}++ for $pg->log =~ /(SELECT status, body, tags FROM .*)/g;

is_deeply [ map { /FROM (v3\.\w+)/ } sort keys %statements ],
          [ 'v3.say', 'v3.write' ], 'a statement for each call';
unlike join('', keys %statements), qr/DROP|$id/, 'without a value';

done_testing;
