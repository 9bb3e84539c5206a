package Resonate::Browser;

# The tests of t/browser in Node.js, with Debian's Chromium.
#
#   plan skip_all => $why if my $why = Resonate::Browser::missing();
#   my $edge = Resonate::Browser::site($pg);
#   Resonate::Browser::run('player', RESONATE_URL => $edge->url);
#   Resonate::Browser::node('t/page/queue.test.mjs');
#
# A subtest has a line for each test of t/browser/NAME.test.mjs, or of the
# file.

use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP ();
use Test::More ();

use Resonate::Edge;
use Resonate::Ticket ();
use Resonate::Test ();

sub missing {
    my @packages = ('playwright-core', @_);
    my $modules = "$Resonate::Test::ROOT/t/browser/node_modules";

    return (grep { !-d "$modules/$_" } @packages)
           ? 'needs node_modules: make browser-modules' : undef;
}


# The edge with the page as shipped, or that of "www", and a listener who can
# log in.

sub site {
    my ($pg, %opt) = @_;
    my $root = $Resonate::Test::ROOT;
    my $www = delete $opt{www} // "$root/www";
    my $media = Resonate::Test::media();
    my $login = delete $opt{login} // '/demo/token';
    my $demo = tempdir(CLEANUP => 1);

    Resonate::Test::spew("$demo/token", JSON::PP::encode_json({
        token => Resonate::Test::token(), expires => time + 3600 }));
    chmod 0755, $demo;

    return Resonate::Edge->new(
        pg     => $pg,
        auth   => 1,
        media  => $media,
        http   => 'resonate_cache 1m listen=read; resonate_evidence 1m;
                   resonate_ticket_key ' . Resonate::Ticket::key_file() . ';',
        server => <<EOF,
            set \$resonate_www $www;
            set \$resonate_media $media;
            set \$resonate_login $login;
            include $root/conf.d/api-v3.conf;
            include $root/conf.d/player.conf;
            location = /demo/token {
                alias $demo/token;
                default_type application/json;
                add_header Cache-Control no-store;
            }
EOF
        %opt,
    );
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

        my @failed = $output =~ /^(not ok .*?^  \.\.\.\n)/msg;

        Test::More::is($status, 0, 'exit status')
            or Test::More::diag(@failed ? @failed : $output);
    });
}


1;
