# The player page in Chromium, against the edge: see t/browser/*.test.mjs.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();

my $root = $Resonate::Test::ROOT;

plan skip_all => 'needs node_modules: make browser-modules'
    if !-d "$root/t/browser/node_modules/playwright-core";

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

# the page is told the same mark, see MARK in player.test.mjs
$pg->psql('SELECT resonate.price_rule_next(play_mark_ms => 2000)');

my $demo = tempdir();
spew("$demo/token", JSON::PP::encode_json({ token => token(),
                                            expires => time + 3600 }));

# as shipped; there, "root" is below the checkout
(my $player = slurp("$root/conf.d/player.conf"))
    =~ s{root (\S+;)}{root $root/$1}g;

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    media  => media(),
    http   => "include /etc/nginx/mime.types;\nresonate_cache 1m;",
    server => <<EOF2,
        include $root/conf.d/api-v3.conf;
        $player
        location = /demo/token {
            alias $demo/token;
            default_type application/json;
            add_header Cache-Control no-store;
        }
EOF2
);

local $ENV{RESONATE_URL} = $edge->url;
local $ENV{RESONATE_LONG_S}
    = Resonate::Media::files()->{long}{duration_ms} / 1000;

for my $file (sort glob "$root/t/browser/*.test.mjs") {
    my ($name) = $file =~ m{([^/]+)\.test\.mjs$};

    subtest $name => sub {
        my $output = `node --test-reporter=tap $file 2>&1`;
        my $status = $?;

        while ($output =~ /^(ok|not ok) \d+ - (.*)$/mg) {
            ok $1 eq 'ok', $2;
        }

        is $status, 0, 'exit status' or diag $output;
    };
}

# what the page said is what was booked

is $pg->psql(qq(SELECT track_id, count, cost_mc FROM resonate.play
                ORDER BY played_at)),
   "$id->{short}|1|2\n$id->{band_track}|1|2",
   'two plays were counted, each once';

is json($edge->get('/api/v3/user/profile', token => token()))
       ->{data}{credit}{total}, 4084, 'and paid for';

done_testing;
