#!/usr/bin/perl

# Revocations: what may be asked for, what the edge reads of it, and for how
# long.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $service = $pg->dbh(user => 'resonate_identity');
my ($iss, $hash) = ('https://id.example', 'ab' x 32);
my $after = q(now() + interval '1 day');


# what may be revoked

for (
    # kind, value, issuer, before, expires_at; SQLSTATE
    [ "'token', '$hash'" ],
    [ "'token', '$hash', NULL" ],
    [ "'jti', 'one', '$iss'" ],
    [ "'subject', 'ann', '$iss'" ],
    [ "'subject', 'ann', '$iss', now() - interval '1 year', $after" ],
    [ "'client', 'player', '$iss', now() + interval '4 minutes'" ],
    [ "'session', 's1', '$iss', NULL, $after" ],

    [ "'token', upper('$hash')", '22023' ],
    [ "'token', 'eyJ.eyJ.sig'", '22023' ],
    [ "'token', NULL", '22023' ],
    [ "'token', '$hash', '$iss'", '22023' ],
    [ "'jti', 'one'", '22023' ],
    [ "'subject', 'ann', ''", '22023' ],
    [ "'subject', 'ann', '$iss', now() + interval '6 minutes'", '22023' ],
    [ "'subject', 'ann', '$iss', 'infinity'", '22023' ],
    [ "'subject', 'ann', '$iss', '-infinity'", '23514' ],
    [ "'session', 's1', '$iss', now()", '22023' ],
    [ "'jti', 'one', '$iss', NULL, now() - interval '1 s'", '22023' ],
    [ "'jti', 'one', '$iss', NULL, NULL", '22023' ],
    [ "'jti', '', '$iss'", '23514' ],
    [ "'jti', NULL, '$iss'", '23502' ],
    [ "'jti', repeat('x', 1001), '$iss'", '23514' ],
    [ "'word', 'one', '$iss'", '22023' ],
    [ "NULL, 'one', '$iss'", '22023' ],
) {
    my ($args, $state) = @$_;

    eval { $service->do("SELECT resonate.revoke($args)") };
    is $service->state, $state // '', "revoke($args)";
}

unlike $pg->log, qr/ERROR:.*eyJ/, 'a token is in no message of the server';


# what the edge reads of it

sub rows {
    my ($since) = @_;

    return @{ $edge->selectall_arrayref(
        'SELECT * FROM resonate.revocations(?)', { Slice => {} }, $since) };
}

my @rows = rows();
is_deeply [ map { "$_->{kind} $_->{issuer} " . substr $_->{value}, 0, 6 }
            @rows ],
    [ ('token  ababab') x 2, "jti $iss one", ("subject $iss ann") x 2,
      "client $iss player", "session $iss s1" ], 'all kinds';
is $rows[2]{before}, 253402214400, 'a token whenever it was issued';
is $rows[2]{expires}, 253402214400, 'and never forgotten by itself';
cmp_ok abs($rows[3]{before} - time), '<', 60, 'a subject until now';
cmp_ok $rows[4]{before}, '<', time - 364 * 86400, 'or until before';
cmp_ok abs($rows[6]{expires} - time - 86400), '<', 60, 'when it expires';

# logout tokens

my $since = $rows[0]{next};

sub logout {
    my (@args) = @_;

    return $edge->selectrow_array(
        'SELECT resonate.logout(?, ?, ?, ?, ?)', {}, $iss, @args);
}

is logout('l1', 'ann', 's1', time), 1, 'a logout of a session';
is logout('l1', 'ann', 's1', time), 0, 'counts once';
is logout('l2', 'ann', undef, 1_700_000_000), 1, 'one of a subject';
is logout('l3', 'bob', undef, time + 9000), 1, 'one of times to come';
@rows = rows($since);
is_deeply [ map { "$_->{kind} $_->{issuer} $_->{value}" } @rows ],
    [ "session $iss s1", "subject $iss ann", "subject $iss bob" ], 'revoke it';
is $rows[1]{before}, 1_700_000_001, 'all of that second too';
cmp_ok $rows[2]{before}, '<=', time + 302, 'but not all times';
cmp_ok abs($rows[0]{expires} - time - 90 * 86400), '<', 60, 'for a while';


# it is said when it is committed, and forgotten when it has expired

my $listener = $pg->connect;
$listener->do('LISTEN resonate_tags');
$service->begin_work;
$service->do("SELECT resonate.revoke('jti', 'heard', '$iss')");
is $listener->pg_notifies, undef, 'nothing before the commit';
$service->commit;
ok((wait_for { $listener->pg_notifies } 10, 'it'), 'a notification');

$dbh->do(q{UPDATE resonate.revocation SET expires_at = now() - interval '1 s'
           WHERE value = 'heard'});
ok !(grep { $_->{value} eq 'heard' } rows()),
    'what has expired is not read';
$dbh->do('SELECT resonate.maintain()');
is $dbh->selectrow_array(q{SELECT count(*) FILTER (WHERE value = 'heard')
       || ' ' || count(*) FROM resonate.revocation}), '0 10', 'and forgotten';

done_testing;
