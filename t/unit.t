# The unit tests of the pure code: one subtest each, their cases one by one;
# some of them as 32 bits too, where the compiler can.

use lib 't/lib';
use Resonate::Test;

$ENV{CMOCKA_MESSAGE_OUTPUT} = 'TAP';
$ENV{ASAN_OPTIONS} = 'detect_leaks=1';
$ENV{UBSAN_OPTIONS} = 'print_stacktrace=1';

my $bins = "$Resonate::Test::BUILD/unit";

sub run_tests {
    my ($name) = @_;

    subtest $name => sub {
        my $output = `$bins/$name 2>&1`;
        my $status = $?;

        while ($output =~ /^(ok|not ok) \d+ - (.*)$/mg) {
            ok $1 eq 'ok', $2;
        }

        is $status, 0, 'exit status' or diag "make unit-bins?\n$output";
    };
}

run_tests(m{([^/]+)\.c$}) for sort glob 't/unit/test_*.c';

my @m32 = sort glob "$bins/m32/test_*";

run_tests(m{(m32/[^/]+)$}) for @m32;

SKIP: {
    skip '32 bits: no gcc-multilib when they were built', 1 unless @m32;
    pass '32 bits: ' . @m32;
}

done_testing;
