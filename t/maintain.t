#!/usr/bin/perl

# bin/resonate-maintain, which timers call, and the loop of the demo, which
# has none.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $bin = "$Resonate::Test::ROOT/bin";

$ENV{RESONATE_DB} = $pg->conninfo(user => 'resonate_upkeep');

sub maintain {
    my ($options) = @_;
    my $output = `$bin/resonate-maintain $options 2>&1`;

    return ($? >> 8) . ": $output";
}

my $fine = qr/^0: \d+ plays rolled up, \d+ counts folded/;

like(maintain(''), qr/$fine.*, \d+ idempotency keys forgotten\n\z/,
     'what is due');
like(maintain(''), qr/$fine\n\z/, 'and again, without what is daily');
like(maintain('--audit'), qr/$fine\nthe books are without fault\n\z/,
     'with the audit');

$dbh->do('UPDATE resonate.account SET balance_uc = balance_uc + 1
          WHERE person_id = ?', {}, $id->{listener});
like(maintain('--audit'), qr/^1: .*the books have faults .*:\n.*\d/s,
     'a fault');
like(maintain(''), $fine, 'is for the audit only');
like(maintain('--all'), qr/^2: usage: /, 'an unknown option');


# the loop goes on while the database is away

my $run = tempdir();
my $loop = Resonate::Process->spawn(
    command => [ "$bin/lib/maintain-loop", $run ], output => "$run/output");

wait_for { (eval { slurp("$run/maintain.log") } // '') =~ /^\d+ plays/ } 20,
    'it to be done';
is(slurp("$run/maintain.pid"), $loop->pid . "\n", 'its number');
$loop->signal('TERM');
ok($loop->ended(10), 'it ends at once');

$pg->stop;
$loop = Resonate::Process->spawn(
    command => [ "$bin/lib/maintain-loop", $run ], output => "$run/output");
wait_for { slurp("$run/maintain.log") =~ /^psql: error: / } 20, 'a failure';
ok($loop->alive, 'after which it goes on');
wait_for { !$loop->children } 10, 'it to wait by itself';
$loop->signal('TERM');
ok($loop->ended(10), 'until it is stopped');

done_testing();
