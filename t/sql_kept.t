#!/usr/bin/perl

# What is kept for lists is what counting would find, whatever is written; a
# page is where it should be, and none begins behind ten thousand items.

use lib 't/lib';
use Resonate::Test;

use DBD::Pg qw(:async);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my ($dbh, $other) = ($pg->dbh, $pg->connect);

sub faults {
    return join "\n", map { join ' ', map { $_ // '-' } @$_ }
        @{ $dbh->selectall_arrayref('SELECT * FROM resonate.lists_check()') };
}

sub list {
    my ($call) = @_;
    my ($status, $body) = $dbh->selectrow_array(
        "SELECT status, body FROM v3.$call");
    return ($status, JSON::PP->new->decode($body));
}

sub count { return (list(@_))[1]{count} }


# a day of writing: one row, many, and rows that go

$dbh->do('SET session_replication_role = replica');
$dbh->do("INSERT INTO resonate.person (display_name)
          SELECT 'p' || n FROM generate_series(1, 50) n");
$dbh->do('RESET session_replication_role');

for (
    [ 'many releases' => "
        INSERT INTO resonate.release (creator_id, title, type, featured, tags,
                                      release_date)
        SELECT '$id->{artist}', 'R' || n,
               (ARRAY['lp', 'ep', 'single'])[1 + n % 3], n % 2 = 0,
               CASE WHEN n % 4 = 0 THEN '{jazz,slow,jazz}'::text[]
                    ELSE '{}' END,
               resonate.today() + n - 20
        FROM generate_series(1, 40) n" ],
    [ 'and tracks' => "
        WITH t AS (
            INSERT INTO resonate.track (creator_id, title, tags)
            SELECT creator_id, 'T' || title, tags FROM resonate.release
            WHERE title ~ '^R' RETURNING id, title)
        INSERT INTO resonate.release_item (release_id, track_id, index)
        SELECT r.id, t.id, 1 FROM t JOIN resonate.release r
            ON 'T' || r.title = t.title" ],
    [ 'tags' => "UPDATE resonate.track SET tags = '{jazz,new}'
                 WHERE title ~ '^TR1'" ],
    [ 'a status' => "UPDATE resonate.track SET status = 'hidden'
                     WHERE title = 'TR12'" ],
    [ 'a status and tags at once' => "UPDATE resonate.track
          SET status = 'hidden', tags = '{once}' WHERE title = 'TR11'" ],
    [ 'a date' => "UPDATE resonate.release SET release_date = '2126-01-01'
                   WHERE title = 'R14'" ],
    [ 'no date' => "UPDATE resonate.release SET release_date = NULL
                    WHERE title = 'R15'" ],
    [ 'types' => "UPDATE resonate.release SET type = 'lp', featured = true
                  WHERE title ~ '^R3'" ],
    [ 'moments' => "UPDATE resonate.release
                    SET created_at = created_at + interval '1 day'" ],
    [ 'nothing' => 'UPDATE resonate.track SET title = title' ],
    [ 'private ones' => "UPDATE resonate.release SET private = true
                         WHERE title ~ '^R2'" ],
    [ 'kinds of artists' => "UPDATE resonate.creator
                             SET type_id = 2, featured = true
                             WHERE id = '$id->{artist}'" ],
    [ 'playlists' => "INSERT INTO resonate.playlist (owner_id, title, private,
                                                     featured)
                      SELECT id, display_name, display_name ~ '3',
                             display_name ~ '4'
                      FROM resonate.person WHERE display_name ~ '^p'" ],
    [ 'their privacy' => "UPDATE resonate.playlist
                          SET private = NOT private, featured = title ~ '5'" ],
    [ 'items that go' => "DELETE FROM resonate.release_item USING resonate.track
                          WHERE track_id = id AND title = 'TR7'" ],
    [ 'tracks that go' => "DELETE FROM resonate.track WHERE title ~ '^TR4'" ],
    [ 'releases that go' => "DELETE FROM resonate.release
                             WHERE title ~ '^R4'" ],
    [ 'playlists that go' => "DELETE FROM resonate.playlist WHERE featured" ],
    [ 'all of them' => 'TRUNCATE resonate.playlist, resonate.playlist_item;
                        INSERT INTO resonate.playlist (owner_id, title, private)
                        SELECT id, display_name, false
                        FROM resonate.person LIMIT 3' ],
    [ 'folding' => 'SELECT resonate.maintain()' ],
) {
    $dbh->do($_->[1]);
    is(faults(), '', "$_->[0]: lists are right");
}

is($dbh->selectrow_array('SELECT max(n) FROM (SELECT count(*) AS n FROM
       resonate.list_count WHERE day <= resonate.today() GROUP BY list) c'),
   1, 'each list has one number of today');


# what is checked is all there is to be wrong

for (
    [ 'number of a list', "INSERT INTO resonate.list_count
                           VALUES ('tracks', '2020-01-01', 1)" ],
    [ 'row of a list', "DELETE FROM resonate.listed WHERE list = 'playlists'" ],
    [ 'row of a list', "UPDATE resonate.listed SET day = day + 1
                        WHERE list = 'tracks'" ],
    [ 'track of the chart', 'DELETE FROM resonate.chart' ],
    [ 'plays of a track', "INSERT INTO resonate.play_fresh
                           VALUES (gen_random_uuid(), '2020-01-01', 1)" ],
    [ 'plays of 30 days', "INSERT INTO resonate.track_plays
                           VALUES (gen_random_uuid(), 0, 1)" ],
) {
    $dbh->begin_work;
    $dbh->do($_->[1]);
    like(faults(), qr/^\Q$_->[0]\E /m, "a wrong $_->[0] is found");
    $dbh->do('SELECT resonate.recount_lists()');
    $dbh->do('SELECT resonate.recount_plays()');
    is(faults(), '', 'and mended by counting anew');
    $dbh->rollback;
}


# what comes out later is counted from its day on

my $before = count('trackgroups()');
$dbh->do("INSERT INTO resonate.release (creator_id, title, release_date)
          VALUES (?, 'Soon', resonate.today() + 1)", {}, $id->{band});
is(count('trackgroups()'), $before, 'not today');
$dbh->do("UPDATE resonate.list_count SET day = day - 1
          WHERE day = resonate.today() + 1");
cmp_ok(count('trackgroups()'), '>', $before, 'but tomorrow');
$dbh->do('SELECT resonate.recount_lists()');


# nobody waits: not who writes, not who folds

$other->begin_work;
$other->do("UPDATE resonate.track SET status = 'hidden' WHERE id = ?", {},
           $id->{free});
$before = count('tracks()');
$dbh->do(q{SET lock_timeout = '2s'});
$dbh->do("UPDATE resonate.track SET status = 'hidden' WHERE id = ?", {},
         $id->{short});
$dbh->do('SELECT resonate.list_fold()');
is(count('tracks()'), $before - 1, 'one was hidden');
$other->commit;
is(count('tracks()'), $before - 2, 'and another');
$dbh->do('SELECT resonate.list_fold()');
is(faults(), '', 'all of it counted once');


# how deep pages go

$dbh->do("INSERT INTO resonate.list_count
          VALUES ('tracks', '-infinity', 20000)");

for ([ 1, 10000 ], [ 90, 112 ], [ 100, 100 ]) {
    my ($limit, $last) = @$_;
    my ($status, $page) = list(qq{tracks("limit" => $limit, page => $last)});
    is($status, 200, "page $last of $limit each");
    is($page->{numberOfPages}, $last, 'is the last one');
    cmp_ok($page->{count}, '>', 20000, 'of all that are counted');
    ($status, my $errors) =
        list(qq{tracks("limit" => $limit, page => $last + 1)});
    is_deeply([ $status, @$errors ], [ 400, {
        path => 'page', location => 'query', code => 'maximum',
        message => "should be <= $last" } ], 'there is no page behind it');
}

my $caller = "caller => '$id->{listener}'";
my $artist = "id => '$id->{artist}'";

for ('trackgroups(', 'artists(', 'artists_featured(', 'artists_updated(',
     'labels(', 'playlists(', "tag('jazz', ", "artist_tracks($artist, ",
     "artist_releases($artist, ", "label_artists(id => '$id->{label}', ",
     "label_releases(id => '$id->{label}', ", "history($caller, ",
     "person_playlists(id => '$id->{listener}', ", "favorites($caller, ",
     "collection($caller, ", "user_playlists($caller, ",
     "user_trackgroups(caller => '$id->{owner}', ")
{
    my ($status, $errors) = list(qq{$_"limit" => 100, page => 101)});
    is("$status $errors->[0]{message}", '400 should be <= 100',
       "$_...) has no page 101");
}

done_testing();
