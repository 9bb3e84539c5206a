# What a listener keeps, in Chromium: favourites, playlists, and their order.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Browser::site($pg);

Resonate::Browser::run($_, RESONATE_URL => $edge->url,
                       RESONATE_IDS => JSON::PP::encode_json($id))
    for grep { !@ARGV || $_ eq $ARGV[0] } qw(favourites playlists order leave);

done_testing;
