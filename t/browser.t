# The player page in Chromium, against the edge.

use lib 't/lib';
use Resonate::Test;

use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

# of this mark the page hears from GET /prices
$pg->psql('SELECT resonate.price_rule_next(play_mark_ms => 2000)');

my $edge = Resonate::Browser::site($pg);
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
