# The parts of the player page that need no browser, in Node.js.

use lib 't/lib';
use Resonate::Test;

use Resonate::Browser;

plan skip_all => 'needs node' if system('command -v node > /dev/null');

chdir $Resonate::Test::ROOT;
Resonate::Browser::node($_) for sort(glob 't/page/*.test.mjs');

done_testing;
