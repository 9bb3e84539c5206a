#!/usr/bin/perl

# A kind's own arguments: checked, not passed on, and no part of what is kept.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $pg = Resonate::Pg->new;
my $dir = $pg->dir . '/media';

mkdir $dir or die "$dir: $!";
spew("$dir/$_", $_ x 100) for qw(a b);

my $edge = stream_edge(pg => $pg, media => $dir, auth => 1,
                       http => 'resonate_cache 1m;', server => <<'EOF');
location /kept/ {
    resonate_auth optional;
    resonate_route GET /track/<id:int> v3.kept reply=audio caller cache=1m
        ?quality:enum(low|high);
    resonate_route GET /of/<quality:enum(low|high)>.mp4/<id:int> v3.kept
        reply=audio caller cache=1m;
}
EOF

$pg->psql(<<'EOF');
CREATE SEQUENCE public.asked;
CREATE FUNCTION v3.kept(id integer, caller uuid DEFAULT NULL)
RETURNS resonate.reply LANGUAGE sql VOLATILE SECURITY DEFINER AS $$
    SELECT (200, '{"file":"a","mode":"full","files":['
            '{"quality":"high","file":"b"}],"asked":'
            || nextval('public.asked') || '}', '{}')::resonate.reply $$;
GRANT EXECUTE ON FUNCTION v3.kept(integer, uuid) TO resonate_edge;
EOF

for (
    # path, status, what is sent, queries made until then
    [ 'track/7', 200, 'a', 1 ],
    [ 'track/7?quality=high', 200, 'b', 1 ],
    [ 'track/7?quality=low', 404, undef, 1 ],
    [ 'track/7?quality=lossless', 400, undef, 1 ],
    [ 'of/high.mp4/7', 200, 'b', 1 ],
    [ 'of/high.mp4/8', 200, 'b', 2 ],
    [ 'track/8', 200, 'a', 2 ],
    [ 'of/low.mp4/8', 404, undef, 2 ],
    [ 'of/none.mp4/8', 400, undef, 2 ],
    [ 'of/high.mp3/8', 404, undef, 2 ],
    [ 'of/.mp4/8', 404, undef, 2 ],
) {
    my ($path, $status, $sent, $asked) = @$_;
    my $res = $edge->get("/kept/$path");

    is $res->{status}, $status, $path;
    is $res->{content}, $sent x 100, "$path: the file" if $sent;
    is $pg->psql('SELECT last_value FROM public.asked'), $asked,
        "$path: queries";
}

# of one size and date, and still no parts of two are put together

utime 1, 1, map { "$dir/$_" } qw(a b) or die "utime: $!";

my %etag = map { $_ => $edge->get("/kept/$_")->{headers}{etag} }
           'track/7', 'track/7?quality=high';

isnt $etag{'track/7'}, $etag{'track/7?quality=high'},
    'each quality has an ETag of its own';

for my $path (sort keys %etag) {
    for (sort keys %etag) {
        my $res = $edge->get("/kept/$path", headers => {
            Range => 'bytes=0-9', 'If-Range' => $etag{$_} });

        is $res->{status}, $_ eq $path ? 206 : 200, "$path, If-Range of $_";
    }
}

my $res = audio($edge, '{"file":"a","mode":"all"}');

is $res->{status}, 500, 'a decision of no use';
like $edge->log, qr/bad stream decision .*: unknown mode/,
    'is logged';
like $edge->log, qr/"v3.test_audio" answered what "reply=audio" can/,
    'with its function';

done_testing();
