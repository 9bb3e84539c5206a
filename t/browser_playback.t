# What plays, what comes next and what a reload keeps, in Chromium.

use lib 't/lib';
use Resonate::Test;

use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;

catalogue($pg);

my $edge = Resonate::Browser::site($pg);

Resonate::Browser::run($_, RESONATE_URL => $edge->url)
    for qw(playback kept queue);

done_testing;
