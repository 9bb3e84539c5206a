# The page's code: its types, lint, and the libraries that are served with it.

use lib 't/lib';
use Resonate::Test;

use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $root = $Resonate::Test::ROOT;
my $bin = "$root/t/browser/node_modules/.bin";

for ([ 'types'    => "$bin/tsc -p t/browser" ],
     [ 'worker'   => "$bin/tsc -p t/browser/tsconfig.worker.json" ],
     [ 'lint'     => "$bin/eslint -c t/browser/eslint.config.js www sdk t" ])
{
    my ($what, $command) = @$_;
    my $output = `cd $root && $command 2>&1`;

    is $?, 0, $what or diag $output;
}

Resonate::Browser::run('lib');

done_testing;
