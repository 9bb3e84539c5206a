# Personal routes look by index, whatever the planner makes of small tables.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

# tables that a call reads from end to end, in a session of its own

sub scans {
    my ($call) = @_;
    my $session = $pg->connect;

    $session->begin_work;
    my ($status) = $session->selectrow_array("SELECT status FROM v3.$call");
    my $scanned = $session->selectcol_arrayref(
        q{SELECT relname FROM pg_stat_xact_user_tables
          WHERE seq_scan > 0 AND schemaname = 'resonate'
            AND relname NOT IN ('setting', 'role', 'creator_type',
                                'price_rule')
          ORDER BY relname});
    $session->rollback;
    $session->disconnect;

    return "$status @$scanned";
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
    "playlist($list)", "person_playlists('$id->{listener}')",
    "playlist_create('x', $caller)", "playlist_update($list, 'x', $caller)",
    "playlist_privacy($list, true, $caller)",
    "playlist_items($list, $tracks, $caller)",
    "playlist_items_add($list, $tracks, $caller)",
    "playlist_items_remove($list, $tracks, $caller)",
    "playlist_delete($list, $caller)",
    "user_trackgroups(caller => '$id->{owner}')",
) {
    like scans($_), qr/^20[01] $/, $_;
}

done_testing;
