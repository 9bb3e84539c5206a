package Resonate::Schema;

# What is in a database, as lines of text that can be compared.
#
#   catalogue_of($dbh)    everything but rows: [ 'kind name: what it is', ... ]
#   tables_of($dbh)       names of ours
#   rows_of($dbh)         { table => [ row as a hash, ... ] }, sorted
#   first_schema($pg, $name)    a database on the first schema, with rows

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();

our @EXPORT = qw(catalogue_of tables_of rows_of first_schema);

# a list of privileges has no order, and none means those by default
my $ACL = q{(SELECT string_agg(a::text, ' ' ORDER BY a::text)
             FROM unnest(coalesce(%s, acldefault('%s', %s))) a)};
my $OURS = q{IN (SELECT oid FROM pg_namespace
                 WHERE nspname IN ('resonate', 'v3', 'public'))};

# kind => query of (name, what it is, ...)
my %PARTS = (
    relation => qq{
        SELECT c.oid::regclass, c.relkind, c.relowner::regrole,
               c.reloptions::text, pg_get_expr(c.relpartbound, c.oid),
               pg_get_partkeydef(c.oid),
               acl(c.relacl, r, c.relowner), obj_description(c.oid, 'pg_class'),
               CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid)
                              WHEN 'i' THEN pg_get_indexdef(c.oid) END
        FROM pg_class c WHERE c.relnamespace $OURS},
    column => qq{
        SELECT a.attrelid::regclass || ' ' || row_number() OVER (
                   PARTITION BY a.attrelid ORDER BY a.attnum),
               a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, a.attgenerated, a.attcollation::regcollation,
               pg_get_expr(d.adbin, d.adrelid), acl(a.attacl, c, c.relowner),
               col_description(a.attrelid, a.attnum)
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace $OURS AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relkind <> 'i' AND c.relkind <> 'I'},
    constraint => qq{
        SELECT n.conrelid::regclass || ' ' || n.conname,
               pg_get_constraintdef(n.oid, true), n.convalidated, n.conislocal
        FROM pg_constraint n WHERE n.connamespace $OURS},
    function => qq{
        SELECT p.oid::regprocedure, pg_get_functiondef(p.oid),
               p.proowner::regrole, acl(p.proacl, f, p.proowner),
               obj_description(p.oid)
        FROM pg_proc p WHERE p.pronamespace $OURS AND p.prokind = 'f'},
    trigger => q{
        SELECT t.tgrelid::regclass || ' ' || t.tgname, t.tgenabled,
               pg_get_triggerdef(t.oid)
        FROM pg_trigger t WHERE NOT t.tgisinternal},
    type => qq{
        SELECT t.oid::regtype, t.typtype, t.typowner::regrole,
               acl(t.typacl, T, t.typowner), obj_description(t.oid, 'pg_type')
        FROM pg_type t WHERE t.typnamespace $OURS},
    schema => q{
        SELECT n.nspname, n.nspowner::regrole, acl(n.nspacl, n, n.nspowner),
               obj_description(n.oid, 'pg_namespace')
        FROM pg_namespace n WHERE n.nspname !~ '^pg_(toast|temp)'},
    default => q{
        SELECT d.defaclrole::regrole, d.defaclnamespace, d.defaclobjtype,
               d.defaclacl::text FROM pg_default_acl d},
    granted => q{
        SELECT p.oid::regprocedure, acl(p.proacl, f, p.proowner) FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
          AND p.proname ~ '^(lo_|loread|lowrite)'},
    database => q{
        SELECT 'this', acl(d.datacl, d, d.datdba), d.encoding, d.datcollate,
               d.datctype
        FROM pg_database d WHERE d.datname = current_database()},
    extension => 'SELECT extname, extversion, extnamespace FROM pg_extension',
    migration => 'SELECT number, name FROM resonate.schema_version',
);


sub catalogue_of {
    my ($dbh) = @_;
    my @lines;

    for my $kind (sort keys %PARTS) {
        my $sql = $PARTS{$kind} =~
            s/acl\(([\w.]+), (\w), ([\w.]+)\)/sprintf $ACL, $1, $2, $3/ger;

        for (@{ $dbh->selectall_arrayref($sql) }) {
            my ($name, @what) = map { $_ // '-' } @$_;
            push @lines, "$kind $name: " . join ' | ', @what;
        }
    }

    return [ sort @lines ];
}


sub tables_of {
    my ($dbh) = @_;

    return @{ $dbh->selectcol_arrayref(q{
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'resonate'::regnamespace
          AND c.relkind IN ('r', 'p') AND NOT c.relispartition}) };
}


sub rows_of {
    my ($dbh) = @_;
    my $json = JSON::PP->new;
    my %rows;

    for my $table (tables_of($dbh)) {
        $rows{$table} = [ map { $json->decode($_) } @{ $dbh->selectcol_arrayref(
            "SELECT to_jsonb(t)::text FROM resonate.$table t ORDER BY 1") } ];
    }

    return \%rows;
}


sub first_schema {
    my ($pg, $name) = @_;

    $pg->psql("CREATE DATABASE $name", 'postgres');
    $pg->feed($_, dbname => $name)
        for glob "$Resonate::Test::ROOT/t/first_schema/*.sql";

    return $pg->dbh(dbname => $name);
}


1;
