# What a shared address of the player says of itself: the head of the page.

use lib 't/lib';
use Resonate::Test;
use Resonate::Browser;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Browser::site($pg);
my $none = '00000000-0000-4000-8000-00000000dead';

sub head {
    my ($path, %opt) = @_;
    my $res = $edge->get($path, %opt);

    is($res->{status}, 200, "$path: the page");
    unlike($res->{content}, qr/problem|errors/, "$path: and no problem in it");

    return [ map { $res->{content} =~ $_ ? $1 : undef }
             qr{<title>(.*?)</title>.*?</head>}s,
             qr{property="og:type" content="(.*?)"},
             qr{property="og:url" content="http://localhost:8080(.*?)"} ];
}

my $default = [ 'Resonate', undef, undef ];

for (
    [ "/release/$id->{release}",
      "First Light by Zo\xc3\xab &amp; the Testers \xc2\xb7 Resonate",
      'music.album' ],
    [ "/artist/$id->{band}", "The Assertions \xc2\xb7 Resonate", 'profile' ],
    [ "/label/$id->{label}", "Sunrise Records \xc2\xb7 Resonate", 'profile' ],
    [ "/playlist/$id->{playlist}", qr/^For the Road /, 'music.playlist' ],
) {
    my ($path, $title, $type) = @$_;
    my $head = head($path);

    like($head->[0], ref $title ? $title : qr/^\Q$title\E$/, "$path: title");
    is_deeply([ @$head[1, 2] ], [ $type, $path ], "$path: Open Graph");
}

my $track = "/release/$id->{release}?track=$id->{paid}";

like(head($track)->[0], qr/^Morning by /, 'a track of it');
is(head($track)->[1], 'music.song', 'is a song');

# what nobody may see, and what is not there, say nothing

is_deeply(head($_), $default, $_)
    for '/', '/tracks', "/release/$none", "/release/$id->{private}",
        "/release/$id->{coming}", "/playlist/$id->{draft}",
        "/artist/$none", '/release/' . '-' x 36,
        "/release/$id->{release}?track=1";
is_deeply(head("/release/$id->{private}", token => token(sub => 'owner')),
          $default, 'whoever asks');

# nothing else that is asked for gets into the page

for ('utm_source=x', 'x=%00', '..%2f../', 'x=%0d%0aX-A:%20b', '$uri', '%zz',
     "%3C!--%23%20echo%20var='uri'%20--%3E", q(<!--#echo,var='uri'-->))
{
    my $res = $edge->get("/release/$id->{release}?$_");

    like($res->{content}, qr/<title>First Light/, "?$_: the same head");
    unlike($res->{content}, qr/<!--#|\Q$_\E|X-A/, '... and no more');
    is($res->{headers}{'x-a'}, undef, '... anywhere');
}

# from outside there are no heads

for ("/head/release/$id->{release}", '/head/', '/release/1', '/nothing') {
    my $res = $edge->get($_);

    is($res->{status}, 404, "$_: is not found");
    unlike($res->{content}, qr/og:|First Light/, "$_: and has no head");
}

# the page is there without a database

$pg->stop;
is_deeply(head("/artist/$none"), $default, 'no database');
is(head("/release/$id->{release}")->[1], 'music.album',
   'no database, but kept');

done_testing;
