# HLS, and the URL of a ticket, from a page of another origin, in Chromium.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;
use Resonate::Hls;
use Resonate::Stream qw(tone);
use Resonate::Ticket;

my $root = $Resonate::Test::ROOT;

if (my $why = Resonate::Browser::missing('hls.js')) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $there = Resonate::Edge::free_port();
my $key = key_file();
my $ladder = tempdir();

tone($ladder, "$_.m4a", 12, '-b:a', "${_}k", qw(-movflags +faststart))
    for 64, 128, 256;

# a whole track comes slower than it takes to seek in it

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    media  => media(),
    routes => 1,
    http   => <<EOF,
        include /etc/nginx/mime.types;
        resonate_cache 1m;
        resonate_ticket_key $key;

        map \$uri \$rate {
            ~/segments/ 0;
            default 300k;
        }

        limit_rate \$rate;

        server {
            listen 127.0.0.1:$there;
            root $root/t/browser/other;
            limit_rate 0;
        }
EOF
    server => "resonate_cors http://localhost:$there;"
              . hls_routes($pg, "resonate_media $ladder;
                                 resonate_hls_segment 1s;"),
);

decide($edge, $ID, {
    file => '128.m4a', mode => 'full',
    files => [ map { { quality => "$_", file => "$_.m4a",
                       codec => 'mp4a.40.2' } } 128, 64, 256 ],
});

Resonate::Browser::run(
    'hls',
    RESONATE_URL    => $edge->url,
    RESONATE_OTHER  => "http://localhost:$there",
    RESONATE_IDS    => JSON::PP::encode_json($id),
    RESONATE_TOKEN  => token(),
    RESONATE_LADDER => $edge->url . "/hls/$ID",
    RESONATE_LONG_S => Resonate::Media::files()->{long}{duration_ms} / 1000,
);

unlike $edge->log, qr/\[(?:error|crit)\]/, 'nothing went wrong';

done_testing;
