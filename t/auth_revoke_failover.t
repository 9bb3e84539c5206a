# A standby becomes the primary: its next revocations have numbers that the
# edge has seen with the one of before, and are read all the same.

use lib 't/lib';
use Resonate::Test;

my $iss = 'https://demo.resonate.example';
my $pg = Resonate::Pg->new;
my $dir = tempdir();
my $place = "$dir/now";
my %token = map { $_ => token(sub => $_, iat => time - 100) }
            qw(before lost after never);

sub revoke { $_[0]->dbh->do('SELECT resonate.revoke(?, ?, ?)', {},
                            'subject', $_[1], $iss) }

# the address of the database, which moves with a failover

sub lead_to {
    my ($server) = @_;

    symlink $server->dir, "$dir/next" or die "symlink: $!\n";
    rename "$dir/next", $place or die "rename: $!\n";
}

chmod 0755, $dir or die "chmod: $!\n";
revoke($pg, 'before');

my $standby = $pg->standby;

lead_to($pg);

my $edge = Resonate::Edge->new(
    auth => 1, modules => [qw(core auth)],
    http => <<"END",
resonate_pg read "host=$place dbname=resonate user=resonate_edge";
resonate_revocation read poll=50ms;
END
    server => 'location / { resonate_auth required; empty_gif; }');

sub status { return $edge->get('/', token => $token{$_[0]})->{status} }

sub refused {
    my ($sub) = @_;

    return eval { wait_for { status($sub) == 401 } 10, 'it'; 1 };
}

ok refused('before'), 'revoked before there was a standby';

# numbers of transactions that the standby does not hear of

$pg->dbh->do('SELECT pg_current_xact_id()') for 1 .. 50;
revoke($pg, 'lost');
ok refused('lost'), 'revoked where the standby does not see it';
is status('after'), 200, 'not revoked';

$pg->kill;
$standby->promote;

revoke($standby, 'after');
lead_to($standby);

ok refused('after'), 'revoked in the new primary';
is status($_), 401, "$_ is refused still" for qw(before lost);
is status('never'), 200, 'another is not';

done_testing;
