# The page without a network, in Chromium; it is a copy, since a test changes
# a file of it.

use lib 't/lib';
use Resonate::Test;

use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $www = tempdir() . '/www';

catalogue($pg);
system('cp', '-r', "$Resonate::Test::ROOT/www", $www) == 0 or die 'cp';

my $edge = Resonate::Browser::site($pg, www => $www);

Resonate::Browser::run($_, RESONATE_URL => $edge->url, RESONATE_WWW => $www)
    for qw(offline keys);

done_testing;
