# One Vary, whoever has a word to say in it, and what a caching proxy in front
# makes of it: nginx before 1.23.0 heeds the last line only.

use lib 't/lib';
use Resonate::Test;

my ($one, $two) = ('https://one.example', 'https://two.example');
my $dir = tempdir();
my $port2 = Resonate::Edge->free_port;
my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

spew("$dir/page.txt", 'text ' x 100);

# the edge behind, and in front of it the proxy

my $edge = Resonate::Edge->new(
    pg     => $pg,
    media  => media(),
    auth   => 1,
    http   => <<"EOF",
resonate_cache 1m;
proxy_cache_path $dir/cache keys_zone=front:1m;

server {
    listen 127.0.0.1:$port2;
    resonate_cors $one $two;
    resonate_cache_control "public, max-age=60";
    include $Resonate::Test::ROOT/conf.d/api-v3.conf;

    root $dir;
    gzip on;
    gzip_types text/plain;
    gzip_http_version 1.0;
    gzip_proxied any;

    location = /page.txt {
        gzip_vary on;
        add_header Vary X-Kind;
        add_header Cache-Control "public, max-age=60";
    }
    location = /same.txt { gzip_vary on; add_header Vary accept-encoding;
                           add_header Vary "ORIGIN, Accept";
                           alias $dir/page.txt; }
    location = /any.txt  { gzip_vary on; add_header Vary "X, *";
                           alias $dir/page.txt; }
    location = /none.txt { resonate_cors off; alias $dir/page.txt; }
    location = /gzip.txt { resonate_cors off; gzip_vary on;
                           alias $dir/page.txt; }
    location = /two.txt  { resonate_cors off; gzip_vary on;
                           add_header Vary Cookie; alias $dir/page.txt; }
}
EOF
    server => <<"EOF");
location / {
    proxy_pass http://127.0.0.1:$port2;
    proxy_cache front;
    add_header X-Front \$upstream_cache_status always;
}
EOF


sub behind {
    return Resonate::Http->new(port => $port2)->request('GET', $_[0],
        headers => $_[1], close => 1)->{headers}{vary};
}

for (
    # path, Vary
    [ '/page.txt', 'X-Kind, Accept-Encoding, Origin' ],
    [ '/same.txt', 'accept-encoding, ORIGIN, Accept' ],
    [ '/any.txt',  '*' ],
    [ '/none.txt', undef ],
    [ '/gzip.txt', 'Accept-Encoding' ],
    [ '/two.txt',  'Cookie, Accept-Encoding' ],
    [ '/missing',  'Origin' ],
    [ '/api/v3/artists', 'Accept-Encoding, Origin' ],
    [ '/api/v3/tracks',  'Authorization, Accept-Encoding, Origin' ],
    [ "/api/v3/stream/$id->{paid}", 'Authorization, Origin' ],
) {
    my ($path, $vary) = @$_;

    is_deeply behind($path, {}), $vary, "Vary of $path";
    is_deeply behind($path, { 'Accept-Encoding' => 'gzip' }), $vary,
        "Vary of $path, for gzip";
}

my %token = map { $_ => token(sub => $_) } qw(u1 u2);
my $track = "/api/v3/tracks/$id->{paid}";

for (
    # path, Origin, token, Accept-Encoding, what the proxy did
    [ $track, $one,  undef, undef,  'MISS' ],
    [ $track, $one,  undef, undef,  'HIT' ],
    [ $track, $two,  undef, undef,  'MISS' ],
    [ $track, $two,  undef, undef,  'HIT' ],
    [ $track, undef, undef, undef,  'MISS' ],
    [ $track, undef, undef, undef,  'HIT' ],
    [ $track, $one,  'u1',  undef,  'MISS' ],
    [ $track, $one,  'u1',  undef,  'MISS' ],
    [ $track, $one,  'u2',  undef,  'MISS' ],
    [ $track, $two,  'u1',  'gzip', 'MISS' ],
    [ $track, $one,  undef, 'gzip', 'MISS' ],
    [ $track, $one,  undef, 'gzip', 'HIT' ],
    [ $track, $one,  undef, undef,  'HIT' ],
    [ $track, $two,  undef, undef,  'HIT' ],
    [ '/page.txt', $one, undef, 'gzip', 'MISS' ],
    [ '/page.txt', $one, undef, undef,  'MISS' ],
    [ '/page.txt', $two, undef, 'gzip', 'MISS' ],
    [ '/page.txt', $one, undef, 'gzip', 'HIT' ],
    [ '/page.txt', $one, undef, undef,  'HIT' ],
    [ '/page.txt', $two, undef, 'gzip', 'HIT' ],
) {
    my ($path, $origin, $who, $encoding, $did) = @$_;
    my $name = join ' ', $path =~ s/-.*//r, $origin // 'no origin',
                         $who // 'anonymous', $encoding // 'identity';
    my $res = $edge->get($path, $who ? (token => $token{$who}) : (),
        headers => { Origin => $origin, 'Accept-Encoding' => $encoding });
    my $headers = $res->{headers};

    is $res->{status}, 200, $name;
    is $headers->{'x-front'}, $did, "$name: $did";
    is $headers->{'access-control-allow-origin'}, $origin, 'its origin';
    is $headers->{'content-encoding'},
        $path eq '/page.txt' ? $encoding : $headers->{'content-encoding'},
        'its encoding';

    if ($path eq $track && !$headers->{'content-encoding'}) {
        is exists json($res)->{data}{userPlays}, !!$who,
            'plays of a caller are for that caller';
    }
}

done_testing;
