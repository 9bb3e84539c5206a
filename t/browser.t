# The player page in Chromium, against the edge.

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

# of this mark the page hears from GET /prices
$pg->psql('SELECT resonate.price_rule_next(play_mark_ms => 2000)');

my $demo = tempdir();
spew("$demo/token", JSON::PP::encode_json({ token => token(),
                                            expires => time + 3600 }));

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    media  => media(),
    http   => 'resonate_cache 1m;',
    server => <<EOF2,
        set \$resonate_www $root/www;
        set \$resonate_media @{[ media() ]};
        include $root/conf.d/api-v3.conf;
        include $root/conf.d/player.conf;
        location = /demo/token {
            alias $demo/token;
            default_type application/json;
            add_header Cache-Control no-store;
        }
EOF2
);

my $long = Resonate::Media::files()->{long}{duration_ms} / 1000;

Resonate::Browser::run($_, RESONATE_URL => $edge->url,
                       RESONATE_LONG_S => $long) for qw(access player);

# what the page said is what was booked

is $pg->psql(qq(SELECT track_id, count, cost_mc FROM resonate.play
                ORDER BY played_at)),
   "$id->{short}|1|2\n$id->{band_track}|1|2",
   'two plays were counted, each once';

is json($edge->get('/api/v3/user/profile', token => token()))
       ->{data}{credit}{total}, 4084, 'and paid for';

done_testing;
