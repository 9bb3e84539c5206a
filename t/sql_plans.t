#!/usr/bin/perl

# Personal routes, playlists and searches are read by index, whatever the
# planner makes of small tables: neither the catalogue nor all months of plays.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

# what a call reads, in a session of its own, as often as makes a plan generic:
# (status, { table => [ sequential scans, index scans, rows by index ] })

sub reads {
    my ($call, $times) = @_;
    my $session = $pg->connect;
    my $status;

    $session->begin_work;
    ($status) = $session->selectrow_array("SELECT status FROM v3.$call")
        for 1 .. $times || 1;
    my $rows = $session->selectall_arrayref(
        q{SELECT relname, seq_scan, idx_scan, idx_tup_fetch
          FROM pg_stat_xact_user_tables
          WHERE schemaname = 'resonate' AND (seq_scan > 0 OR idx_scan > 0)
            AND relname NOT IN ('setting', 'role', 'creator_type',
                                'price_rule')});
    $session->rollback;
    $session->disconnect;

    return ($status, { map { shift @$_ => $_ } @$rows });
}

$dbh->do("SELECT v3.play('$id->{$_}', NULL, '$id->{listener}')")
    for qw(paid short band_track);
$dbh->do("SELECT v3.favorite('$id->{$_}', '$id->{listener}')")
    for qw(paid band_track);
$dbh->do('ANALYZE');

my $caller = "caller => '$id->{listener}'";
my $list = "'$id->{playlist}'";
my $tracks = "'{$id->{paid},$id->{short}}'";

for (
    "profile($caller)", "profile_update('Li', $caller)",
    "plays_resolve($tracks, $caller)", "history($caller)",
    "history_artists($caller)", "play_stats($caller)",
    "favorites($caller)", "favorites_resolve($tracks, $caller)",
    "favorite('$id->{short}', $caller)", "collection($caller)",
    "user_playlists($caller)", "user_playlist($list, $caller)",
    "playlists()", "playlist($list)", "person_playlists('$id->{listener}')",
    "playlist_create('x', $caller)", "playlist_update($list, 'x', $caller)",
    "playlist_privacy($list, true, $caller)",
    "playlist_items($list, $tracks, $caller)",
    "playlist_items_add($list, $tracks, $caller)",
    "playlist_items_remove($list, $tracks, $caller)",
    "playlist_delete($list, $caller)",
    "user_trackgroups(caller => '$id->{owner}')",
    "search('first')", "search('frist')",
) {
    my ($status, $read) = reads($_);
    like $status, qr/^20[01]$/, $_;
    is join(' ', sort grep { $read->{$_}[0] } keys %$read), '',
        'reads no table from end to end';
}


# months that nobody asks for are not opened

my ($month) = $dbh->selectrow_array(
    q{SELECT to_char(now() AT TIME ZONE 'UTC', '"play_"YYYY_MM')});

for ([ "play_stats(resonate.today(), $caller)", $month ],
     [ "history($caller)", '' ], [ "history_artists($caller)", '' ])
{
    my ($call, $expected) = @$_;
    my (undef, $read) = reads($call, 8);
    is join(' ', sort grep { /^play_\d|^play_default/ } keys %$read), $expected,
        "$call opens " . ($expected || 'none');
}


# a catalogue of 3000 tracks, of which the person has 200

$dbh->do('SET session_replication_role = replica');
$dbh->do("INSERT INTO resonate.track (creator_id, title, released_on)
          SELECT ?, 'T' || n, '2020-01-01' FROM generate_series(1, 3000) n",
         {}, $id->{band});
$dbh->do("INSERT INTO resonate.$_ SELECT ?, id, " . {
    favorite => 'now()', holding => '9, now(), now()' }->{$_}
    . ' FROM resonate.track WHERE title ~ \'^T\' ORDER BY id LIMIT 200', {},
    $id->{listener}) for qw(favorite holding);
$dbh->do('RESET session_replication_role');
$dbh->do('VACUUM ANALYZE');

for (qw(history history_artists favorites collection)) {
    my (undef, $read) = reads("$_($caller)");
    cmp_ok $read->{track}[2], '<', 500, "$_ reads the tracks of the person";
}

done_testing();
