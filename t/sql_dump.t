#!/usr/bin/perl

# A dump, restored on a server that has nothing, as the manual says: the same
# catalogue, grants and rows, and an edge runs on it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Schema;

my ($from, $to) = map { Resonate::Pg->new } 1, 2;

sub tool {
    my ($name, $pg, @options) = @_;
    return Resonate::Pg::run(Resonate::Pg::tool($name), @options, '-d',
                             $pg->conninfo(dbname => 'postgres'));
}

# all that was ever there

$from->psql('DROP DATABASE resonate', 'postgres');
first_schema($from, 'resonate')->disconnect;
$from->apply;

# nothing

my @roles = qw(resonate_edge resonate_topup resonate_ingest resonate_upkeep
               resonate_manage resonate_identity resonate_owner);
$to->psql("DROP DATABASE resonate;
           DROP ROLE @{[ join ', ', @roles ]};", 'postgres');


# dumped and restored, roles first

my $dir = tempdir();
spew("$dir/roles.sql", tool('pg_dumpall', $from, '--roles-only'));
Resonate::Pg::run(Resonate::Pg::tool('pg_dump'), '-Fc', '-f', "$dir/dump",
                  '-d', $from->conninfo);

tool('psql', $to, '-Xq', '-f', "$dir/roles.sql");
is(tool('pg_restore', $to, '--create', '--exit-on-error', "$dir/dump"), '',
   'restored, in silence');

my ($was, $is) = map { $_->dbh } $from, $to;

is_deeply(catalogue_of($is), catalogue_of($was), 'the same catalogue');
is_deeply(rows_of($is), rows_of($was), 'the same rows');
is_deeply($is->selectall_arrayref('SELECT * FROM resonate.ledger_check()'), [],
          'the books are right');

my $roles = q{
    SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreatedb,
           r.rolcreaterole, s.setconfig::text,
           shobj_description(r.oid, 'pg_authid')
    FROM pg_roles r LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid
    WHERE r.rolname LIKE 'resonate%' ORDER BY 1};
is_deeply($is->selectall_arrayref($roles), $was->selectall_arrayref($roles),
          'the same roles');


# it lives on

my ($listener, $track) = $is->selectrow_array(q{
    SELECT i.subject, t.id
    FROM resonate.identity i
    JOIN resonate.wallet w USING (person_id), resonate.track t
    WHERE t.status = 'paid' LIMIT 1});
my $edge = Resonate::Edge->new(pg => $to, auth => 1, media => media(),
                               http => 'resonate_cache 1m;', routes => 1);

is($edge->get("/api/v3/tracks/$track")->{status}, 200, 'an edge answers');
is($edge->post('/api/v3/user/plays', qq({"trackId":"$track"}),
               token => token(sub => $listener))->{status}, 200, 'and plays');

my $edge_role = $to->dbh(user => 'resonate_edge');
for ('CREATE TEMP TABLE mine ()', 'SELECT lo_create(0)',
     'SELECT * FROM resonate.person', "SELECT resonate.topup('a', 1, 'b')")
{
    eval { $edge_role->do($_) };
    is($edge_role->state, '42501', "no more than before: $_");
}

my $restored = catalogue_of($is);
is($to->apply, '', 'sql/ is applied to it, in silence');
is_deeply(catalogue_of($is), $restored, 'which changes nothing');

done_testing();
