#!/usr/bin/perl

# Least privilege: what each role may execute, and that it can do nothing else.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

sub rows { return @{ $dbh->selectcol_arrayref(@_) } }

my %may = (
    resonate_edge   => [ qr/^v3\./, map { "resonate.$_" }
                         qw(caller caller_as first_proof logout maintained
                            revocations token_claims) ],
    resonate_identity => [ qr/^-/, map { "resonate.$_" }
                           qw(revoke token_delete token_store) ],
    resonate_topup  => [ qr/^-/, qw(resonate.topup) ],
    resonate_ingest => [ qr/^resonate\.ingest_/ ],
    resonate_upkeep => [ qr/^-/, qw(resonate.ledger_check resonate.maintain
                                    resonate.sweep) ],
    resonate_manage => [ qr/^resonate\.manage_/ ],
);


# what there is to be granted

for my $role (sort keys %may) {
    my ($many, @few) = @{ $may{$role} };
    my @all = rows(q{
        SELECT p.pronamespace::regnamespace || '.' || p.proname FROM pg_proc p
        WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
          AND has_function_privilege(?, p.oid, 'EXECUTE') ORDER BY 1},
        {}, $role);

    is_deeply([ grep { !/$many/ } @all ], \@few, "$role executes its own");
    is_deeply([ rows(q{
        SELECT c.oid::regclass || ' ' || p
        FROM pg_class c,
             unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) p
        WHERE c.relnamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
          AND c.relkind IN ('r', 'v', 'm', 'p', 'S')
          AND has_table_privilege(?, c.oid, p)}, {}, $role) ], [],
        'and has no table');
    is_deeply([ rows(q{
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
          AND has_function_privilege(?, p.oid, 'EXECUTE')
          AND NOT (p.prosecdef
                   AND p.proconfig @> '{"search_path=pg_catalog, pg_temp"}'
                   AND p.proowner = 'resonate_owner'::regrole)}, {}, $role) ],
        [], 'all with a fixed search path and an owner who is nobody');
}

is($dbh->selectrow_array(q{SELECT rolcanlogin OR rolsuper FROM pg_roles
                           WHERE rolname = 'resonate_owner'}), 0,
   'who cannot log in');


# what it does itself

my %own = (
    resonate_edge   => 'v3.tracks()',
    resonate_identity => "resonate.revoke('jti', 'a', 'b')",
    resonate_topup  => "resonate.topup('listener', 1, 'one')",
    resonate_ingest => "resonate.ingest_artist('New')",
    resonate_upkeep => '(SELECT 1 + resonate.sweep()) s',
    resonate_manage => "resonate.manage_list('track')",
);

for my $role (sort keys %may) {
    my $db = $pg->dbh(user => $role);

    ok($db->selectrow_array("SELECT * FROM $own{$role}"), "$role calls");
    is($db->selectrow_array('SHOW jit'), 'off', 'compiles nothing')
        if $role ne 'resonate_upkeep';
    is($db->selectrow_array('SHOW statement_timeout'), '5s', 'has deadlines')
        if $role =~ /edge|topup|identity/;

    for (
        [ 'SELECT * FROM resonate.person', 'reads no table' ],
        [ 'UPDATE resonate.account SET balance_uc = 1', 'writes no table' ],
        [ 'SELECT * FROM resonate.wallet', 'reads no view' ],
        [ "SELECT resonate.play('$id->{paid}', '$id->{listener}')",
          'calls no internals' ],
        [ "SELECT resonate.credit('$id->{listener}', 1, NULL)",
          'makes no money' ],
        [ "INSERT INTO resonate.change (who, command) VALUES ('a', 'b')",
          'writes no journal' ],
        [ 'CREATE TABLE public.mine ()', 'creates nothing in public' ],
        [ 'CREATE TABLE v3.mine ()', 'creates nothing in v3' ],
        [ 'CREATE TEMP TABLE mine (x text)', 'has no temporary table' ],
        [ 'SELECT 1 AS x INTO TEMP mine', 'in no way' ],
        [ 'CREATE SCHEMA mine', 'has no schema' ],
        [ 'SELECT lo_create(0)', 'has no large object' ],
        [ 'SELECT lo_creat(-1)', 'has none' ],
        [ "SELECT lo_from_bytea(0, 'x')", 'makes none of bytes' ],
        [ "SELECT lo_put(1, 0, 'x')", 'writes none' ],
        [ 'SELECT lo_open(1, 131072)', 'opens none' ],
        [ "SELECT lowrite(0, 'x')", 'writes to none' ],
        [ 'SELECT lo_unlink(1)', 'removes none' ],
        [ "SELECT lo_import('/etc/passwd')", 'imports no file' ],
        [ "SELECT lo_export(1, '/dev/null')", 'exports to no file' ],
        [ "COPY (SELECT 1) TO PROGRAM 'true'", 'starts no program' ],
        [ "COPY (SELECT 1) TO '/dev/null'", 'writes no file' ],
        [ "SELECT pg_read_file('/etc/passwd')", 'reads no file' ],
        [ 'SET ROLE resonate_owner', 'is not the owner' ],
        [ 'SET SESSION AUTHORIZATION postgres', 'is nobody else' ],
        [ 'CREATE EXTENSION hstore', 'adds no extension' ],
    ) {
        my ($sql, $what) = @$_;

        eval { $db->do($sql) };
        is($db->state, '42501', "$role $what");
    }

    # by function call message, without SQL
    $db->begin_work;
    is(eval { $db->pg_lo_creat($db->{pg_INV_WRITE}) }, undef,
       "$role makes no large object");
    $db->rollback;
}

is($dbh->selectrow_array('SELECT count(*) FROM pg_largeobject_metadata'), 0,
   'no large object came to be');

my $manage = $pg->dbh(user => 'resonate_manage');

for my $kind (qw(person identity creator account), '', undef) {
    ok(!eval {
        $manage->selectrow_array('SELECT resonate.manage_show(?, ?)', {},
                                 $kind, $id->{listener});
    }, 'is shown: ' . ($kind // 'null'));
    is($manage->state, 'RM400', 'what is no kind of the catalogue');
}

my $edge = $pg->dbh(user => 'resonate_edge');
ok(!eval { $edge->do("SELECT resonate.ingest_artist('x')"); 1 },
   'the edge ingests nothing');

done_testing();
