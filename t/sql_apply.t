#!/usr/bin/perl

# sql/ may be applied at any time, explains itself, indexes what it refers to,
# and lets the edge and the ingester do no more than they have to.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

sub rows { return @{ $dbh->selectcol_arrayref(@_) } }

sub faults { return join "\n", rows(@_) }


# applied again

my $everything = q{
    SELECT 'track', count(*) FROM resonate.track UNION ALL
    SELECT 'posting', count(*) FROM resonate.posting UNION ALL
    SELECT 'rule', count(*) FROM resonate.price_rule UNION ALL
    SELECT 'account', count(*) FROM resonate.account UNION ALL
    SELECT 'function', count(*) FROM pg_proc
    WHERE pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)};
my $before = $dbh->selectall_arrayref($everything);

is($pg->apply, '', 'all of it again, in silence');
is_deeply($dbh->selectall_arrayref($everything), $before,
          'and nothing is there twice');

my $all = slurp("$Resonate::Test::ROOT/sql/all.sql");

sub there { my ($name) = @_;
            return map { m{/($name\w*)\.sql$} } Resonate::Pg::sql_files() }

is_deeply([ $all =~ m{^\\ir (\d\S+)\.sql$}mg ], [ there('\d\d_') ],
          'all.sql has every file in order');
is_deeply([ $all =~ /^\\set migration (\S+)$/mg ], [ there('\d{4}_') ],
          'and every migration');


# explained

is(faults(q{
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relnamespace = 'resonate'::regnamespace AND c.relkind IN ('r', 'v')
      AND obj_description(c.oid) IS NULL}), '', 'each table has a comment');
is(faults(q{
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
      AND obj_description(p.oid) IS NULL}), '', 'each function has a comment');
is(faults(q{
    SELECT a.attrelid::regclass || '.' || a.attname
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'resonate'::regnamespace AND c.relkind = 'r'
      AND a.attname ~ '_(uc|mc|ms|micro|cent)$'
      AND col_description(a.attrelid, a.attnum) IS NULL}), '',
   'each amount says its unit');


# indexed: deleting or looking from the other side never scans

is(faults(q{
    SELECT f.conrelid::regclass || ' ' || f.conname FROM pg_constraint f
    WHERE f.contype = 'f' AND f.connamespace = 'resonate'::regnamespace
      AND f.confrelid::regclass::text NOT IN ('resonate.role',
          'resonate.creator_type', 'resonate.price_rule', 'resonate.account')
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = f.conrelid
                      AND i.indkey[0] = f.conkey[1])
      AND f.conname <> 'play_transfer_id_fkey'}), '',
   'each reference has an index');


# least privilege

my $any = q{
    SELECT r || ' ' || c.oid::regclass || ' ' || p
    FROM pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) p,
         unnest('{resonate_edge,resonate_ingest}'::text[]) r
    WHERE c.relnamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
      AND c.relkind IN ('r', 'v', 'm', 'p')
      AND has_table_privilege(r, c.oid, p)};
my $may = q{
    SELECT p.pronamespace::regnamespace || '.' || p.proname FROM pg_proc p
    WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
      AND has_function_privilege(?, p.oid, 'EXECUTE') ORDER BY 1};

is(faults($any), '', 'edge and ingester have no table');
is_deeply([ grep { !/^v3\./ } rows($may, {}, 'resonate_edge') ],
          [ 'resonate.caller', 'resonate.topup' ],
          'the edge executes v3 and two more');
is_deeply([ grep { !/^resonate\.ingest_/ } rows($may, {}, 'resonate_ingest') ],
          [], 'the ingester executes ingest functions only');
is(faults(q{
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
      AND has_function_privilege('resonate_edge', p.oid, 'EXECUTE')
      AND NOT (p.prosecdef
               AND p.proconfig @> '{"search_path=pg_catalog, pg_temp"}'
               AND p.proowner = 'resonate_owner'::regrole)}), '',
   'what it executes has a fixed search path and an owner who is nobody');
is($dbh->selectrow_array(q{SELECT rolcanlogin OR rolsuper FROM pg_roles
                           WHERE rolname = 'resonate_owner'}), 0,
   'who cannot log in');

my $edge = $pg->dbh(user => 'resonate_edge');

is($edge->selectrow_array('SHOW statement_timeout'), '5s',
   'the edge has a statement timeout');
is($edge->selectrow_array('SELECT status FROM v3.track(id => ?)', {},
                          $id->{paid}), 200, 'the edge calls');

for (
    [ 'SELECT * FROM resonate.person', 'reads no table' ],
    [ 'UPDATE resonate.account SET balance_uc = 1', 'writes no table' ],
    [ 'SELECT * FROM resonate.wallet', 'reads no view' ],
    [ "SELECT resonate.play('$id->{paid}', '$id->{listener}')",
      'calls no internals' ],
    [ "SELECT resonate.credit('$id->{listener}', 1, NULL)", 'makes no money' ],
    [ 'CREATE TABLE public.mine ()', 'creates nothing in public' ],
    [ 'CREATE TABLE v3.mine ()', 'creates nothing in v3' ],
    [ "SELECT resonate.ingest_artist('x')", 'ingests nothing' ],
) {
    my ($sql, $what) = @$_;
    ok(!eval { $edge->do($sql); 1 }, "the edge $what");
    is($edge->state, '42501', 'insufficient privilege');
}

done_testing();
