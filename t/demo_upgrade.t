# PostgreSQL is upgraded under the demo: bin/demo starts it anew when only the
# program was replaced, and says what to do when the data cannot be read.

use File::Path qw(make_path);
use lib 't/lib';
use Resonate::Test;
use Resonate::Checkout;

my $there = Resonate::Checkout->new;
my $installed = tempdir();
my $bin = Resonate::Pg::bindir();
my ($version) = $bin =~ m{(\d+)/bin$};

$there->sound('Hum', 'Somebody');
make_path("$installed/$version/bin");
system('cp', map({ "$bin/$_" } qw(postgres initdb pg_ctl)),
       "$installed/$version/bin") == 0 or die;
symlink $bin =~ s/bin$/lib/r, "$installed/$version/lib" or die;
$ENV{RESONATE_PG_VERSIONS} = $installed;

my ($status, $output) = $there->demo('--music', $there->music);

is($status, 0, 'it starts') or diag($output);

my $before = server();

is(readlink("/proc/$before/exe"), "$installed/$version/bin/postgres",
   'this program');

subtest 'another program of the same version' => sub {
    my $program = "$installed/$version/bin/postgres";

    system("cp $program $program.new && mv $program.new $program") == 0 or die;

    my ($status, $output) = $there->demo;

    is($status, 0, 'it starts again');
    like($output, qr/^PostgreSQL was upgraded while it ran/m, 'and says so');
    isnt(server(), $before, 'another server');
    is(readlink('/proc/' . server() . '/exe'), $program, 'of that program');
    like(answer(), qr/"Hum"/, 'plays the same music');

    $before = server();
    unlike(($there->demo)[1], qr/upgraded/, 'once');
    is(server(), $before, 'and stays');
};

subtest 'another version' => sub {
    rename "$installed/$version", "$installed/" . ($version + 1) or die;

    my ($status, $output) = $there->demo;

    is($status, 1, 'is refused');
    like($output, qr/^demo: run.pg is PostgreSQL ${version}'s, and only /m,
         'by its name');
    like($output, qr/install postgresql-$version again; .* "make distclean"/,
         'with what to do');
    is(server(), $before, 'what runs goes on');
    like(answer(), qr/"Hum"/, 'and answers');
    is($there->stop, "nginx stopped.\nPostgres stopped.\n", 'can be stopped');
};

done_testing;


sub server {
    return (split /\n/, slurp($there->root . '/run/pg/postmaster.pid'))[0];
}


sub answer {
    return $there->got('/api/v3/tracks?limit=5');
}
