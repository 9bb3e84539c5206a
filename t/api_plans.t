# Tracks and items are looked up by indexes, never by reading their tables, in a
# session's first calls and in its later ones.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

# a label with a hundred releases among a thousand; what triggers would derive
# is written here

$dbh->do('SET session_replication_role = replica');
$dbh->do("INSERT INTO resonate.creator (type_id, display_name, label_id,
                                        released_on)
          SELECT 1, 'A', CASE WHEN n % 10 = 0 THEN ?::uuid END, '2020-01-01'
          FROM generate_series(1, 1000) n", {}, $id->{label});
$dbh->do("INSERT INTO resonate.release (creator_id, title)
          SELECT c.id, 'R' FROM resonate.creator c
          WHERE c.display_name = 'A'");
$dbh->do("WITH t AS (INSERT INTO resonate.track (creator_id, title, release_id,
                                                 released_on)
                     SELECT r.creator_id, 'T' || n, r.id, '2020-01-01'
                     FROM resonate.release r, generate_series(1, 10) n
                     WHERE r.title = 'R' RETURNING id, release_id, title)
          INSERT INTO resonate.release_item (release_id, track_id, index)
          SELECT t.release_id, t.id, substr(t.title, 2)::integer FROM t");
$dbh->do('SET session_replication_role = origin');
$dbh->do('VACUUM ANALYZE resonate.track, resonate.release, resonate.creator,
                         resonate.release_item');

# what a session counted is seen by others now

sub flush { $_[0]->do('SELECT pg_stat_force_next_flush()') }

sub reads {
    flush($dbh);
    return $dbh->selectrow_array(
        "SELECT string_agg(relname || ' ' || seq_scan, ', ' ORDER BY relname)
         FROM pg_stat_user_tables
         WHERE schemaname = 'resonate'
           AND relname IN ('track', 'release_item')");
}

for (
    [ track => 'paid' ], [ trackgroup => 'release' ], [ artist => 'artist' ],
    [ label => 'label' ], map({ [ "artist_$_" => 'artist' ] }
                              qw(releases tracks tracks_top)),
    map({ [ "label_$_" => 'label' ] } qw(releases artists)),
) {
    my ($function, $key) = @$_;
    my $edge = $pg->dbh(user => 'resonate_edge');
    my $call = $edge->prepare("SELECT status, body FROM v3.$function(id => ?)");
    my $before = reads();

    for (1 .. 8) {
        $call->execute($id->{$key});
        is $call->fetchall_arrayref->[0][0], 200, $function if $_ == 1;
    }

    flush($edge);
    is reads(), $before, "$function reads no table";
}

done_testing;
