# Every fuzz target, for FUZZ_SECONDS each, or with so many inputs that a busy
# machine tries no fewer.  It begins with t/fuzz/corpus, which reaches what ten
# seconds from nothing do; what it finds interesting stays under build/ and is
# where the next run begins.

use lib 't/lib';
use Resonate::Test;
use File::Path qw(make_path);

my $seconds = $ENV{FUZZ_SECONDS};
my $end = $seconds ? "-max_total_time=$seconds" : '-runs=10000';
my $dir = "$Resonate::Test::ROOT/build/fuzz";

for my $source (sort glob 't/fuzz/fuzz_*.c') {
    my ($name, $short) = $source =~ m{(fuzz_(\w+))\.c$};
    my @seeds = grep { -d } "t/fuzz/corpus/$short";

    make_path("$dir/corpus/$short");

    my $output = `$dir/$name $end -timeout=5 \\
                  -rss_limit_mb=1024 -artifact_prefix=$dir/$short- \\
                  -print_final_stats=1 -verbosity=1 \\
                  $dir/corpus/$short @seeds 2>&1`;
    my ($runs) = $output =~ /number_of_executed_units: (\d+)/;

    ok $? == 0 && $runs, "$name: " . ($runs // 'no') . ' runs'
        or diag "make fuzz-bins?\n", substr $output, -6000;
}

done_testing;
