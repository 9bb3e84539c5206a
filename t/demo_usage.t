# What bin/demo refuses before it starts anything, and in which words.

use lib 't/lib';
use Resonate::Test;

my $root = tempdir() . '/checkout';

mkdir $root;
system('cp', '-a', map({ "$Resonate::Test::ROOT/$_" } qw(bin conf.d)), $root)
    == 0 or die;

my @cases = (
    [ '--help', 0, qr/^usage/ ],
    [ '--music', 2, qr/usage/ ],
    [ '--music /none/at/all', 1, qr/no such folder/ ],
    [ '--port x', 1, qr/not a port/ ],
    [ '--port 70000', 1, qr/not a port/ ],
    [ '--host a/b', 1, qr/not a host name/ ],
    [ '--origin', 2, qr/usage/ ],
    [ '--origin https://a/', 1, qr{ORIGIN https://a/: not an origin} ],
    [ '--origin http://A', 1, qr/not an origin/ ],
    [ '--origin "http://a;b"', 1, qr/not an origin/ ],
    [ '--origin "http://a http://b"', 1, qr/not an origin/ ],
    [ '--origin http://a --origin b', 1, qr/ORIGIN b: not an origin/ ],
    [ '--origin https://a:443', 1, qr/leave the usual port out/ ],
    [ '--origin http://a:80', 1, qr/leave the usual port out/ ],
);

for (@cases) {
    my ($words, $status, $says) = @$_;
    my $output = `$root/bin/demo $words 2>&1`;

    is $? >> 8, $status, "status of \"$words\"";
    like $output, $says, 'and what it says';
}

ok !-e "$root/run", 'nothing was made';

done_testing;
