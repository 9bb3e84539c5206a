package Resonate::Browser;

# The tests of t/browser in Node.js, with Debian's Chromium.
#
#   plan skip_all => $why if my $why = Resonate::Browser::missing();
#   Resonate::Browser::run('player', RESONATE_URL => $edge->url);
#   Resonate::Browser::node('t/page/queue.test.mjs');
#
# A subtest has a line for each test of t/browser/NAME.test.mjs, or of the
# file.

use strict;
use warnings;

use Test::More ();

sub missing {
    return -d "$Resonate::Test::ROOT/t/browser/node_modules/playwright-core"
           ? undef : 'needs node_modules: make browser-modules';
}


sub run {
    my ($name, %env) = @_;
    local @ENV{keys %env} = values %env;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    node("t/browser/$name.test.mjs");
}


sub node {
    my ($file) = @_;
    my ($name) = $file =~ m{([^/]+)\.test\.mjs$};
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    Test::More::subtest($name => sub {
        my $output =
            `node --test-reporter=tap $Resonate::Test::ROOT/$file 2>&1`;
        my $status = $?;

        while ($output =~ /^(ok|not ok) \d+ - (.*)$/mg) {
            Test::More::ok($1 eq 'ok', $2);
        }

        Test::More::is($status, 0, 'exit status')
            or Test::More::diag($output);
    });
}


1;
