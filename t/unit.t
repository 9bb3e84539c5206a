# The unit tests of the pure code: one subtest each, their cases one by one.

use lib 't/lib';
use Resonate::Test;

$ENV{CMOCKA_MESSAGE_OUTPUT} = 'TAP';
$ENV{ASAN_OPTIONS} = 'detect_leaks=1';
$ENV{UBSAN_OPTIONS} = 'print_stacktrace=1';

for my $source (sort glob 't/unit/test_*.c') {
    my ($name) = $source =~ m{([^/]+)\.c$};

    subtest $name => sub {
        my $output = `$Resonate::Test::BUILD/unit/$name 2>&1`;
        my $status = $?;

        while ($output =~ /^(ok|not ok) \d+ - (.*)$/mg) {
            ok $1 eq 'ok', $2;
        }

        is $status, 0, 'exit status' or diag "make unit-bins?\n$output";
    };
}

done_testing;
