# "reply=html": a fragment for a page, which goes without when it fails.

use IO::Uncompress::Gunzip qw(gunzip);

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $dir = tempdir();
my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(http => 'resonate_cache 1m;', pg_read =>
                         'connections=2 timeout=2s connect_timeout=1s',
                         routes => <<"END", server => <<"END2");
    resonate_route GET /part/<id:int> v3.thing reply=html cache=1s stale=0
        ?other:int;
    resonate_route GET /kept/<id:int> v3.thing reply=html cache=1h;
    resonate_route GET /json/<id:int> v3.thing cache=1h;
END
    location ~ "^/page/(part|kept|json)/(\\d+)\$" {
        root $dir;
        set \$part /\$1/\$2?\$args;
        ssi on;
        gzip on;
        try_files /page.html =404;
    }
END2

spew("$dir/page.html",
     '<title><!--# block name="else" -->none<!--# endblock -->'
     . '<!--# include virtual="$part" stub="else" --></title>');

my $long = 'x' x 2000;

$things->set(1, body => '<b>&amp; here</b>');
$things->set(2, body => 'no', status => 404);
$things->set(3, raise => 'P0001');
$things->set(4, body => $long);

# by itself: HTML with what every reply has

my $res = $edge->get('/kept/4');

is($res->{headers}{'content-type'}, 'text/html; charset=utf-8',
   'Content-Type of HTML');
is($res->{content}, $long, 'body as the function made it');
like($res->{headers}{etag}, qr/^"[0-9a-f]{32}"$/, 'ETag');
is($edge->get('/kept/4', headers => { 'If-None-Match' =>
                                      $res->{headers}{etag} })->{status},
   304, 'not modified');
is($edge->get('/part/2')->{headers}{'content-type'},
   'application/problem+json', 'asked for by itself, a failure is a problem');

# in a page; a part that fails leaves nothing, so that the stub takes its place

for (
    [ 'part/1', '<b>&amp; here</b>', 'a fragment' ],
    [ 'part/2', 'none', 'a function that refuses' ],
    [ 'part/3', 'none', 'a function that fails' ],
    [ 'part/1?other=x', 'none', 'an argument that is refused' ],
    [ 'kept/4', $long, 'a fragment that is kept' ],
    [ 'kept/4', $long, 'the same again' ],
) {
    my ($path, $part, $name) = @$_;

    $res = $edge->get("/page/$path");
    is($res->{status}, 200, "$name: the page is there");
    is($res->{content}, "<title>$part</title>", "$name: its part");
}

like($edge->get('/page/json/2')->{content}, qr/^<title>\{"type"/,
     'of another kind, a failure is included as it is');

# what is kept has a gzip form, which does not belong into a page

$res = $edge->get('/kept/4', headers => { 'Accept-Encoding' => 'gzip' });
is($res->{headers}{'content-encoding'}, 'gzip', 'gzip form by itself');

$res = $edge->get('/page/kept/4', headers => { 'Accept-Encoding' => 'gzip' });
gunzip(\$res->{content}, \my $text);
is($text, "<title>$long</title>", 'a page is zipped once');

# without a database

$pg->stop;

is($edge->get('/page/kept/4')->{content}, "<title>$long</title>",
   'away: what is kept');
is($edge->get('/page/part/5')->{content}, '<title>none</title>',
   'away: the stub');

done_testing;
