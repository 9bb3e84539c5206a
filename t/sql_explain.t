#!/usr/bin/perl

# What lists read, by their plans: no table from end to end, and no more rows
# than the page and what is before it, however many there are.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my ($TRACKS, $RELEASES, $CREATORS, $PLAYLISTS) = (6000, 3000, 2000, 2000);

# what triggers would derive is written here

$dbh->do('SET session_replication_role = replica');
$dbh->do("INSERT INTO resonate.creator (type_id, display_name, label_id,
                                        featured, released_on)
          SELECT 1 + n % 3, 'A' || n, CASE WHEN n % 50 = 0 THEN ?::uuid END,
                 n % 100 = 0, '2020-01-01'
          FROM generate_series(1, $CREATORS) n", {}, $id->{label});
$dbh->do("INSERT INTO resonate.release (creator_id, title, type, featured, tags)
          SELECT c.id, 'R' || n, (ARRAY['lp', 'ep'])[1 + n % 2], n % 40 = 0,
                 CASE WHEN n % 2 = 0 THEN '{rock}'::text[] ELSE '{}' END
          FROM generate_series(1, $RELEASES) n
          JOIN resonate.creator c
              ON c.display_name = 'A' || 1 + n % $CREATORS");
$dbh->do("INSERT INTO resonate.track (creator_id, title, tags, release_id,
                                      released_on)
          SELECT r.creator_id, 'T' || n, r.tags, r.id, '2020-01-01'
          FROM generate_series(1, $TRACKS) n
          JOIN resonate.release r ON r.title = 'R' || 1 + n % $RELEASES");
$dbh->do("INSERT INTO resonate.release_item (release_id, track_id, index)
          SELECT release_id, id, row_number() OVER (PARTITION BY release_id)
          FROM resonate.track WHERE title ~ '^T[0-9]'");
$dbh->do("INSERT INTO resonate.playlist (owner_id, title, private, featured)
          SELECT ?, 'P' || n, false, n % 30 = 0
          FROM generate_series(1, $PLAYLISTS) n", {}, $id->{listener});
$dbh->do("INSERT INTO resonate.track_plays (track_id, total, recent)
          SELECT id, 9, 9 FROM resonate.track WHERE title ~ '^T[0-9]+7'");
$dbh->do('SET session_replication_role = origin');
$dbh->do('SELECT resonate.recount_lists()');
$dbh->do('VACUUM ANALYZE');

my ($artist) = $dbh->selectrow_array(
    q{SELECT id FROM resonate.creator WHERE display_name = 'A50'});
my ($release) = $dbh->selectrow_array(
    q{SELECT id FROM resonate.release WHERE title = 'R50'});


# the plans of all statements that a call makes, in a session of its own, as
# often as makes them generic

sub plans {
    my ($call) = @_;
    my $session = $pg->connect;
    my @plans;
    local $SIG{__WARN__} = sub { push @plans, $_[0] };

    $session->{PrintWarn} = 1;
    $session->do("LOAD 'auto_explain'");
    $session->do("SET $_") for 'auto_explain.log_analyze = on',
        'auto_explain.log_timing = off', 'auto_explain.log_level = notice',
        'auto_explain.log_nested_statements = on', 'jit = off';
    my $statement = $session->prepare("SELECT status FROM v3.$call");

    for (1 .. 7) {
        $session->do('SET auto_explain.log_min_duration = 0')
            if $_ == 1 || $_ == 7;
        $statement->execute;
        is($statement->fetchall_arrayref->[0][0], 200, $call) if $_ == 1;
        $session->do('SET auto_explain.log_min_duration = -1');
    }

    $session->disconnect;
    return @plans;
}

my %big = map { $_ => 1 } @{ $dbh->selectcol_arrayref(
    q{SELECT relname FROM pg_class
      WHERE relnamespace = 'resonate'::regnamespace AND reltuples > 500}) };

sub whole { return join ' ', grep { $big{$_} } map { /Seq Scan on (\w+)/g } @_ }


# of all scans of one statement, the one that gave most

sub most {
    my $most = 0;

    for (map { /Scan .*\(actual rows=(\d+ loops=\d+)\)/g } @_) {
        my ($rows, $loops) = /^(\d+) loops=(\d+)/;
        $most = $rows * $loops if $rows * $loops > $most;
    }

    return $most;
}

for (
    (map { [ 'tracks(', "\"order\" => '$_', ", 4000 ] }
     qw(newest oldest latest plays random)),
    (map { [ 'trackgroups(', "\"order\" => '$_', ", 2000 ],
           [ 'trackgroups(', "\"order\" => '$_', type => 'ep', ", 1000 ],
           [ 'trackgroups(', "\"order\" => '$_', featured => true, ", 40 ] }
     qw(newest oldest random)),
    (map { [ 'playlists(', "\"order\" => '$_', ", 1000 ],
           [ 'playlists(', "\"order\" => '$_', featured => true, ", 40 ] }
     qw(newest oldest random)),
    (map { my $by = $_;
           map { [ 'artists(', "\"order\" => '$_', order_by => '$by', ",
                   1000 ] } qw(asc desc) } qw(name id)),
    [ 'artists_featured(', '', 0 ],
    [ 'artists_updated(', '', 1000 ],
    [ 'labels(', '', 400 ],
    [ 'label_artists(', "id => '$id->{label}', ", 20 ],
    [ 'artist_tracks(', "id => '$artist', ", 0 ],
    [ 'artist_releases(', "id => '$artist', ", 0 ],
    [ 'tag(', "tag => 'rock', ", 1000 ],
) {
    my ($function, $args, $skip) = @$_;

    for my $page (1, $skip ? $skip / 20 + 1 : ()) {
        my $call = "$function$args\"limit\" => 20, page => $page)";
        my @plans = plans($call);
        my $bound = $function eq 'playlists(' || $page == 1 ? 0 : $skip;
        my $passed = ($page - 1) * 20 * ($function =~ /artists|labels/ ? 4 : 1);

        is(whole(@plans), '', '  reads no table from end to end');
        # two buckets of some 200 are opened for a page of the random order
        $passed += $args =~ /random/ ? 600 : 400;
        cmp_ok(most(@plans), '<=', $passed, '  nor more than its page');
    }
}

for ("track('$id->{paid}')", "trackgroup('$release')", "artist('$artist')",
     "artist_tracks_top('$artist')", "stream('$id->{paid}')")
{
    my @plans = plans($_);
    is(whole(@plans), '', '  reads no table from end to end');
    cmp_ok(most(@plans), '<=', 50, '  but few rows');
}


# what each list calls becomes a part of the expression it is in: Postgres calls
# a SQL function by parsing and planning it, when it is said to be less volatile
# than what it is made of

for ('list(t, b, i, ts)', 'list_name(t, t, f)', 'page(t, b, i, ts)',
     'play_answer(u, i, b, b)', 'until(d)', 'until(z)')
{
    my $plan = join "\n", @{ $dbh->selectcol_arrayref(
        "EXPLAIN (VERBOSE, COSTS off) SELECT resonate.$_
         FROM (SELECT ''::text AS t, 1::bigint AS b, 1 AS i, false AS f,
                      '{}'::text[] AS ts, gen_random_uuid() AS u,
                      now() AS z, current_date AS d OFFSET 0) x") };
    unlike($plan, qr/resonate\.\w+\(/, "$_ is inlined");
}

done_testing();
