# doc/BACKUP.md, as it is printed: a dump is restored on a server that has
# nothing, and a server goes back to a moment.

use File::Path qw(make_path);
use lib 't/lib';
use Resonate::Test;

my $dir = tempdir();
my $page = slurp('doc/BACKUP.md');
my ($names, @blocks) = $page =~ /^```sh\n(.*?)^```$/gms;
my ($settings) = $page =~ /^```ini\n(.*?)^```$/ms;

my ($backup) = $names =~ /^BACKUP=(\S+)/;
my %setting = map { s{\Q$backup\E}{$dir/backup}gr }
              $settings =~ /^(\w+) = '?(.*?)'?$/gm;
my ($night, $restore, $check, $base, $moment) = @blocks;

Resonate::Pg::give_away($dir);

my $from = Resonate::Pg->new(settings => \%setting);
my @track = @{ catalogue($from) }{qw(paid short band_track)};
my $dbh = $from->dbh;
my $caller = $dbh->selectrow_array(
    'SELECT resonate.demo_listener(?, ?, ?, ?)', {}, 'i', 'ada', 'Ada', 4088);

is(scalar @blocks, 5, 'blocks of commands');
play(1);


# the night

Resonate::Pg::copy(media(), "$dir/media");
run($night, $from, MEDIA => "$dir/media");

my $to = Resonate::Pg->new;
my $roles = $to->psql(q{SELECT string_agg(oid::regrole::text, ', ')
                        FROM pg_roles WHERE rolname LIKE 'resonate%'});
$to->psql("DROP DATABASE resonate; DROP ROLE $roles", 'postgres');

run($restore, $to, MEDIA => "$dir/other");
like(run($check, $to, MEDIA => "$dir/other"), qr/^\(0 rows\)\n\n\z/m,
     'the books balance, every file is there');
is(plays($to), 1, 'the play is there');

spew((glob "$dir/other/audio/*/*.m4a")[0], 'rotten');
like(run($check, $to, MEDIA => "$dir/other"), qr/m4a: FAILED$/m,
     'a file with other content is found');
unlink glob "$dir/other/audio/*/*.m4a";
like(run($check, $to, MEDIA => "$dir/other"), qr/No such file/,
     'a file that is gone is found');


# a moment

run($base, $from);
play(2);
my ($time) = $dbh->selectrow_array('SELECT clock_timestamp()');
play(3);
$dbh->do('SELECT pg_switch_wal()');
wait_for {
    !$dbh->selectrow_array(q{SELECT count(*) FROM pg_ls_archive_statusdir()
                             WHERE name LIKE '%.ready'})
} 60, 'the log to be archived';

$to->stop;
system('rm', '-rf', "$to->{data}") == 0 or die;
run($moment, $to, DATA => $to->{data}, MOMENT => $time);
$to->start;
wait_for { !$to->dbh->selectrow_array('SELECT pg_is_in_recovery()') } 60,
    'the server to be there';

is(plays($to), 2, 'what was then, and not what came after');
is_deeply($to->dbh->selectall_arrayref('SELECT * FROM resonate.ledger_check()'),
          [], 'the books balance');

done_testing;


sub play {
    my ($count) = @_;

    is($dbh->selectrow_array(
        q{SELECT (v3.play(track_id => ?, caller => ?,
                          idempotency_key => ?)).status}, {},
        $track[$count - 1], $caller, "play $count"), 200, "play $count");
}


sub plays {
    my ($pg) = @_;

    return $pg->dbh->selectrow_array('SELECT count(*) FROM resonate.play');
}


# the commands, with these names instead of the page's

sub run {
    my ($commands, $pg, %name) = @_;

    %name = (BACKUP => "$dir/backup", PGHOST => $pg->socket_dir,
             PGUSER => 'postgres', %name);
    spew("$dir/commands", join '',
         map({ "export $_='$name{$_}'\n" } sort keys %name),
         "PATH=@{[ Resonate::Pg::bindir() ]}:\$PATH\n", $commands);

    open my $out, '-|', 'sh', '-c', 'cd / && exec "$@" 2>&1', 'sh',
        Resonate::Pg::command('bash', "$dir/commands") or die "bash: $!\n";
    my $output = do { local $/; <$out> };

    close $out;
    return $output;
}
