#!/usr/bin/perl

# sql/ over a database that has other functions, triggers, grants, or is newer;
# and two at the same time.

use lib 't/lib';
use Resonate::Test;
use Resonate::Process;
use Resonate::Schema;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $owner = $pg->dbh(user => 'postgres');
my $today = catalogue_of($dbh);

$owner->do('SET ROLE resonate_owner');


# whatever was there is as it should be afterwards

for (
    [ 'an overload', q{CREATE FUNCTION v3.track(id uuid, caller uuid, x text)
        RETURNS resonate.reply LANGUAGE sql
        RETURN NULL::resonate.reply} ],
    [ 'a function that is no more', q{CREATE FUNCTION v3.gone()
        RETURNS resonate.reply LANGUAGE sql
        RETURN NULL::resonate.reply} ],
    [ 'a procedure that is no more', q{CREATE PROCEDURE resonate.gone()
        LANGUAGE sql AS ''} ],
    [ 'functions made with each other', q{
        CREATE FUNCTION resonate.one() RETURNS integer LANGUAGE sql RETURN 1;
        CREATE FUNCTION resonate.two() RETURNS integer LANGUAGE sql
            RETURN resonate.one();
        CREATE VIEW resonate.three AS SELECT resonate.two()} ],
    [ 'other names of parameters', q{DROP FUNCTION v3.track(uuid, uuid);
        CREATE FUNCTION v3.track(track uuid, who uuid DEFAULT NULL)
        RETURNS resonate.reply LANGUAGE sql
        RETURN NULL::resonate.reply} ],
    [ 'other defaults', q{DROP FUNCTION v3.track(uuid, uuid);
        CREATE FUNCTION v3.track(id uuid DEFAULT NULL, caller uuid DEFAULT NULL)
        RETURNS resonate.reply LANGUAGE sql
        RETURN NULL::resonate.reply} ],
    [ 'another result', q{DROP FUNCTION v3.track(uuid, uuid);
        CREATE FUNCTION v3.track(id uuid, caller uuid DEFAULT NULL)
        RETURNS text LANGUAGE sql RETURN NULL::text} ],
    [ 'another view', q{DROP VIEW resonate.site;
        CREATE VIEW resonate.site AS SELECT 1 AS public_url} ],
    [ 'a function that columns are made with', q{
        CREATE OR REPLACE FUNCTION resonate.fold(value text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN value} ],
    [ 'a trigger that does nothing', q{
        CREATE OR REPLACE FUNCTION resonate.append_only() RETURNS trigger
        LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'} ],
    [ 'no trigger', 'DROP TRIGGER posting_settle ON resonate.posting' ],
    [ 'another trigger', q{CREATE OR REPLACE TRIGGER append_only
        BEFORE DELETE ON resonate.transfer
        FOR EACH ROW EXECUTE FUNCTION resonate.append_only()} ],
    [ 'a trigger that is off', q{ALTER TABLE resonate.transfer
        DISABLE TRIGGER append_only} ],
    [ 'a trigger of a partition that is off', q{
        ALTER TABLE resonate.play_default DISABLE TRIGGER append_only} ],
    [ 'a trigger that is no more', q{CREATE TRIGGER gone
        BEFORE DELETE ON resonate.track
        FOR EACH ROW EXECUTE FUNCTION resonate.append_only()} ],
    [ 'more grants', q{GRANT ALL ON ALL TABLES IN SCHEMA resonate
        TO resonate_edge; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA resonate
        TO PUBLIC, resonate_ingest} ],
    [ 'fewer grants', q{REVOKE ALL ON ALL FUNCTIONS IN SCHEMA v3
        FROM resonate_edge} ],
) {
    my ($what, $sql) = @$_;

    $owner->do($sql);
    $pg->apply;
    is_deeply(catalogue_of($dbh), $today, "$what: as new");
}


# what is not ours stays

$dbh->do(q{CREATE SCHEMA other;
    CREATE FUNCTION other.mine() RETURNS bigint LANGUAGE sql
        RETURN resonate.shuffle();
    CREATE VIEW other.site AS SELECT * FROM resonate.site;
    CREATE FUNCTION v3.mine() RETURNS integer LANGUAGE sql RETURN 7});
ok(eval { $pg->apply; 1 }, 'functions and views of others do not hinder');
is($dbh->selectrow_array('SELECT v3.mine() FROM other.site'), 7,
   'and are there still');
$dbh->do('SET client_min_messages = warning; DROP SCHEMA other CASCADE;
          DROP FUNCTION v3.mine()');


# without a superuser

$pg->psql('CREATE ROLE boss LOGIN CREATEROLE', 'postgres');
$pg->psql('CREATE DATABASE theirs OWNER boss', 'postgres');
my @said = grep { !/WARNING:  everybody may execute lo\w+\(/ } split /\n/,
           $pg->apply(dbname => 'theirs', user => 'boss');
is_deeply(\@said, [], 'the owner of a database applies it to it');
is_deeply([ grep { /^(?:function|trigger|relation)/ }
            @{ catalogue_of($pg->dbh(dbname => 'theirs')) } ],
          [ grep { /^(?:function|trigger|relation)/ } @$today ],
          'to the same effect');


# newer than the files

sub refused {
    my ($what, $like) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $before = catalogue_of($dbh);

    ok(!eval { $pg->apply; 1 }, "$what is refused");
    like($@, $like, 'with the reason');
    is_deeply(catalogue_of($dbh), $before, 'and nothing is changed');
}

$owner->do(q{INSERT INTO resonate.schema_version (number, name)
             VALUES (9001, 'morrow'), (9002, 'after');
             CREATE FUNCTION v3.morrow() RETURNS resonate.reply
             LANGUAGE sql RETURN NULL::resonate.reply});
refused('a newer database',
        qr/newer than these files, which know no migration 9001_morrow, 9002/);
$owner->do('DELETE FROM resonate.schema_version WHERE number > 9000;
            DROP FUNCTION v3.morrow()');


# two at the same time take turns

my $hold = $pg->dbh(user => 'postgres');
$hold->begin_work;
$hold->do(q{SELECT pg_advisory_xact_lock(hashtextextended('resonate schema',
                                                          0))});
$pg->psql('CREATE DATABASE empty', 'postgres');

my ($same, $other) = map { Resonate::Process->spawn(
    command => [ Resonate::Pg::tool('psql'), qw(-Xqd),
                 $pg->conninfo(dbname => $_), '-f',
                 "$Resonate::Test::ROOT/sql/all.sql" ],
    output => $pg->dir . "/$_.out") } 'resonate', 'empty';

ok($other->ended(20), 'another database does not wait');
is($other->{status}, 0, 'and is made');
wait_for { $dbh->selectrow_array(q{SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted}) } 10, 'the second to wait';
$hold->commit;
ok($same->ended(20), 'the second goes on when the first is done');
is($same->{status}, 0, 'and succeeds');
is_deeply(catalogue_of($dbh), $today, 'to the same effect');

done_testing();
