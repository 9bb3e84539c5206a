#!/usr/bin/perl

# sql/ may be applied at any time, explains itself, and indexes what it refers
# to.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
catalogue($pg);
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

my $named = $all =~ s{^\\ir functions\.sql\n}{}mr;
my $functions = slurp("$Resonate::Test::ROOT/sql/functions.sql");
$named =~ s{^\\ir functions\.sql\n}{$functions}m;
is_deeply([ $named =~ m{^\\ir (\d\S+)\.sql$}mg ], [ there('\d\d_') ],
          'all.sql and functions.sql have every file in order');
is_deeply([ $all =~ /^\\set migration (\S+)$/mg ], [ there('\d{4}_') ],
          'and every migration');


# explained

is(faults(q{
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relnamespace = 'resonate'::regnamespace
      AND c.relkind IN ('r', 'p', 'v')
      AND NOT c.relispartition
      AND obj_description(c.oid) IS NULL}), '', 'each table has a comment');
is(faults(q{
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
      AND obj_description(p.oid) IS NULL}), '', 'each function has a comment');
is(faults(q{
    SELECT a.attrelid::regclass || '.' || a.attname
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'resonate'::regnamespace
      AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition
      AND a.attname ~ '_(uc|mc|ms|micro|cent)$'
      AND col_description(a.attrelid, a.attnum) IS NULL}), '',
   'each amount says its unit');


# indexed: deleting or looking from the other side never scans.  What was
# played is never deleted, nor looked for by its plays.

is(faults(q{
    SELECT f.conrelid::regclass || ' ' || f.conname FROM pg_constraint f
    WHERE f.contype = 'f' AND f.connamespace = 'resonate'::regnamespace
      AND f.confrelid::regclass::text NOT IN ('resonate.role',
          'resonate.creator_type', 'resonate.price_rule', 'resonate.account')
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = f.conrelid
                      AND i.indkey[0] = f.conkey[1])
      AND f.conname NOT IN ('play_transfer_id_fkey',
                            'play_track_id_fkey')}), '',
   'each reference has an index');

done_testing();
