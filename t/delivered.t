#!/usr/bin/perl

# What was delivered of a track is known afterwards: to whom, which parts of
# it, and when.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream ();

my $pg = Resonate::Pg->new;
my $media = tempdir();
my $id = '0d6dd7a4-1b2c-4d3e-8f90-a1b2c3d4e5f6';

# a head of 1,000 bytes and ten seconds of 1,000 bytes each

spew("$media/a", 'h' x 1000 . 's' x 10_000);
Resonate::Stream::tone($media, 'b.m4a', 12);

$pg->psql(<<"EOF");
CREATE FUNCTION v3.decide(name text, track uuid DEFAULT NULL,
    caller uuid DEFAULT NULL)
RETURNS resonate.reply LANGUAGE sql VOLATILE SECURITY DEFINER AS \$\$
    SELECT (200, format('{"track":"%s","durationMs":%s,"mode":"%s",'
            '"previewMs":5000,"file":"%s","files":['
            '{"quality":"64","file":"a","bitrate":8000}]}',
            coalesce(track, '$id'),
            CASE name WHEN 'a' THEN 10000 ELSE 12000 END,
            CASE name WHEN 'a' THEN 'full' ELSE 'preview' END,
            CASE name WHEN 'a' THEN 'a' ELSE 'b.m4a' END),
            '{}')::resonate.reply \$\$;
GRANT EXECUTE ON FUNCTION v3.decide(text, uuid, uuid) TO resonate_edge;
EOF

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => $media, workers => 2,
    http => 'sendfile on; resonate_evidence 1m;', server => <<'EOF');
location /x/ {
    resonate_auth optional;
    resonate_route GET /<name:enum(a|b)> v3.decide caller reply=audio
        ?track:uuid;
    resonate_route GET /<name:enum(a|b)>/delivered v3.decide caller
        access=user reply=delivered ?track:uuid;
}
EOF

sub delivered {
    my ($who, $track) = @_;
    my $res = $edge->get('/x/a/delivered' . ($track ? "?track=$track" : ''),
                         token => token(sub => $who));

    is $res->{headers}{'cache-control'}, 'private, no-store', 'for nobody else';
    return json($res)->{data};
}

my $began = time;

for (
    # listener, request, headers, spans that are known then
    [ 'one', 'GET a', { Range => 'bytes=0-5999' }, [ [ 0, 5000 ] ] ],
    [ 'one', 'GET a', { Range => 'bytes=9000-' }, [ [ 0, 5000 ],
                                                    [ 8000, 10_000 ] ] ],
    [ 'one', 'GET a', { Range => 'bytes=-1000' }, [ [ 0, 5000 ],
                                                    [ 8000, 10_000 ] ] ],
    [ 'one', 'HEAD a', {}, [ [ 0, 5000 ], [ 8000, 10_000 ] ] ],
    [ 'one', 'GET a', { Range => 'bytes=6000-6999,7000-7999' },
      [ [ 0, 5000 ], [ 8000, 10_000 ] ] ],
    [ 'one', 'GET a', { Range => 'bytes=20000-' },
      [ [ 0, 5000 ], [ 8000, 10_000 ] ] ],
    [ 'one', 'GET a', { 'If-Match' => '"another"' },
      [ [ 0, 5000 ], [ 8000, 10_000 ] ] ],
    [ 'two', 'GET a', { Range => 'bytes=0-999' }, [] ],
    [ 'two', 'GET a', { Range => 'bytes=2000-2999' }, [ [ 1000, 2000 ] ] ],
    [ 'three', 'GET b', {}, [ [ 0, 5000 ] ] ],
    [ 'one', 'GET a', {}, [ [ 0, 10_000 ] ] ],
) {
    my ($who, $request, $headers, $spans) = @$_;
    my ($method, $path) = split / /, $request;
    my $name = join ' ', $who, $request, %$headers;

    $edge->request($method, "/x/$path", token => token(sub => $who),
                   headers => $headers);

    # a request ends after its client has the answer

    my $got;

    wait_for { $got = delivered($who);
               "@{[ map { @$_ } $got->{spans}->@* ]}"
               eq "@{[ map { @$_ } @$spans ]}" } 10, "$name: spans";

    my $ms = 0;

    $ms += $_->[1] - $_->[0] for @$spans;
    is $got->{heardMs}, $ms, "$name: together";
}

my $got = delivered('one');

is $got->{bytes}, 6000 + 2000 + 1000 + 11_000, 'bytes, those sent again too';
is $got->{requests}, 4, 'requests that sent some';
cmp_ok $got->{first}, '>=', $began * 1000, 'from when';
cmp_ok $got->{last}, '>=', $got->{first}, 'until when';
cmp_ok $got->{last}, '<=', (time + 1) * 1000, '... of this clock';

$edge->get('/x/a');
is_deeply delivered('nobody')->{spans}, [], 'of nobody nothing is kept';
is_deeply delivered('one', '0d6dd7a4-1b2c-4d3e-8f90-a1b2c3d4e5f7')->{spans},
          [], 'nor of another track';

is $edge->get('/x/a/delivered')->{status}, 401, 'and nobody may ask';

# many at once, of both workers: nothing is lost

my @clients = map { $edge->client } 0 .. 39;

for (0 .. 39) {
    my $from = 1000 + $_ * 250;

    $clients[$_]->send($clients[$_]->compose(
        'GET', '/x/a', token => token(sub => 'many'),
        headers => { Range => "bytes=$from-" . ($from + 249) }));
}

$_->response('GET') for @clients;
wait_for { delivered('many')->{requests} == 40 } 10, 'all of them';
is_deeply delivered('many')->{spans}, [ [ 0, 10_000 ] ], 'as one';

$edge->reload(http => 'sendfile on;');
is $edge->get('/x/a/delivered', token => token(sub => 'many'))->{status}, 501,
    'where nothing is kept';

done_testing();
