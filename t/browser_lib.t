# The page's libraries are what npm has by the versions of the lock file.

use lib 't/lib';
use Resonate::Test;

use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

Resonate::Browser::run('lib');

done_testing;
