# The API from a page of another origin, in Chromium.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;

my $root = $Resonate::Test::ROOT;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $there = Resonate::Edge::free_port();
my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    media  => media(),
    routes => 1,
    http   => <<EOF2,
        include /etc/nginx/mime.types;
        resonate_cache 1m;
        large_client_header_buffers 4 16k;

        server {
            listen 127.0.0.1:$there;
            root $root/t/browser/other;
        }
EOF2
    server => "resonate_cors http://localhost:$there;",
);

Resonate::Browser::run(
    $_,
    RESONATE_URL      => $edge->url,
    RESONATE_OTHER    => "http://localhost:$there",
    RESONATE_STRANGER => "http://127.0.0.1:$there",
    RESONATE_IDS      => JSON::PP::encode_json($id),
    RESONATE_TOKEN    => token(),
    RESONATE_LONG_S   => Resonate::Media::files()->{long}{duration_ms} / 1000,
) for qw(coop origin);

done_testing;
