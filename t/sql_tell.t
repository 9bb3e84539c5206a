#!/usr/bin/perl

# What each change in the catalogue tells the edges that listen, exactly: which
# tags, when, and that it is nothing for what moves money or plays.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my ($dbh, $listener) = ($pg->dbh, $pg->connect);
$id->{new} = Resonate::Catalogue::id(0xf, 1);
my %name = reverse %$id;
$listener->do('LISTEN resonate_tags');
$dbh->do(q{SET resonate.told = 'track: artist: playlist: list:tracks *'});


# what came until now: the end is a tag of our own

sub heard {
    my @heard;

    $dbh->do("NOTIFY resonate_tags, 'end'");
    wait_for {
        while (my $told = $listener->pg_notifies) {
            push @heard, $told->[2];
        }
        @heard && $heard[-1] eq 'end';
    } 10, 'a notification';
    pop @heard;

    return join ' ', sort map { s/([0-9a-f-]{36})/$name{$1} || 'other'/er }
                              @heard;
}

sub run  { $dbh->do($_) for map { s/(\{(\w+)\})/$id->{$2} || $1/ger } @_ }
sub told { run(@_); return heard() }

my $short = Resonate::Media::files()->{short}{sha256};
my $TRACK = 'UPDATE resonate.track SET %s WHERE id = \'{short}\'';
my $RELEASE = 'UPDATE resonate.release SET %s WHERE id = \'{release}\'';
my $CREATOR = 'UPDATE resonate.creator SET %s WHERE id = \'{artist}\'';
my $PLAYLIST = 'UPDATE resonate.playlist SET %s WHERE id = \'{playlist}\'';
my $PERSON = 'UPDATE resonate.person SET %s WHERE id = \'{listener}\'';
my $LEAVES = 'artist:artist list:search list:tracks playlist:draft'
             . ' track:short trackgroup:release';
my $ALL = 'artist:artist artist:label list:artists list:releases list:search'
          . ' list:tracks list:updated playlist:draft playlist:playlist'
          . ' track:free track:paid track:short trackgroup:release';

for (
    # tags, statement
    [ 'list:search track:short', $TRACK, "title = 'Dusk'" ],
    [ '', $TRACK, "title = 'Dusk', updated_at = now()" ],
    [ 'track:short', $TRACK, "lyrics = 'La', year = 1999" ],
    [ '', $TRACK, "source_sha256 = repeat('a', 64), edited = '{title}'" ],
    [ 'list:tracks track:short', $TRACK, "tags = '{dub}'" ],
    [ 'artist:artist list:tracks track:short', $TRACK, "created_at = now()" ],
    [ $LEAVES, $TRACK, "status = 'hidden'" ],
    [ 'track:short', $TRACK, "title = 'Dusk' || ' 2'" ],
    [ $LEAVES, $TRACK, "status = 'paid'" ],
    [ 'track:short', $TRACK, 'media_sha256 = NULL' ],

    [ 'artist:artist list:search trackgroup:release', $RELEASE,
      "title = 'Dawn'" ],
    [ '', $RELEASE, "title = 'Dawn', updated_at = now()" ],
    [ 'trackgroup:release', $RELEASE, "about = 'x', copyright = 'y'" ],
    [ 'artist:artist artist:label list:releases trackgroup:release', $RELEASE,
      'featured = true' ],
    [ $ALL, $RELEASE, 'private = true' ],
    [ 'artist:artist trackgroup:release', $RELEASE, "type = 'ep'" ],
    [ $ALL, $RELEASE, 'private = false' ],

    [ 'artist:artist', $CREATOR, "short_bio = 'x'" ],
    [ 'artist:artist list:updated', $CREATOR, 'updated_at = now()' ],
    [ 'artist:artist artist:label list:artists list:search', $CREATOR,
      "display_name = 'Zo'" ],
    [ 'artist:artist person:listener person:owner', $CREATOR,
      "owner_id = '{listener}'" ],
    [ '', $CREATOR, "edited = '{country}', links = '[]'" ],
    [ 'artist:artist artist:label list:artists list:search list:updated',
      $CREATOR, 'label_id = NULL' ],
    [ 'artist:', q(UPDATE resonate.creator_type SET name = 'solo'
                   WHERE id = 1) ],

    [ 'trackgroup:release', 'UPDATE resonate.release_item SET number = 7
                             WHERE track_id = \'{short}\'' ],
    [ '', 'UPDATE resonate.release_item SET disc = 1' ],
    [ 'trackgroup:coming', q(INSERT INTO resonate.release_disc
                             VALUES ('{coming}', 1, 'One')) ],
    [ 'artist:artist artist:band list:search list:tracks track:paid',
      q(INSERT INTO resonate.track_artist VALUES ('{paid}', 1, '{band}')) ],
    [ 'track:short', $TRACK, "media_sha256 = '$short'" ],
    [ 'track:short', 'UPDATE resonate.media_file
          SET duration_ms = duration_ms + 1 WHERE sha256 = \'%s\'', $short ],
    [ '', 'UPDATE resonate.media_file SET bytes = bytes + 1' ],
    [ 'track:new', q(INSERT INTO resonate.track (id, creator_id, title)
                     VALUES ('{new}', '{band}', 'New')) ],
    [ 'artist:band list:search list:tracks track:new trackgroup:release',
      q(INSERT INTO resonate.release_item VALUES ('{release}', '{new}', 90)) ],
    [ 'artist:band list:search list:tracks track:new trackgroup:release',
      q(DELETE FROM resonate.track WHERE id = '{new}') ],
    [ 'artist:band list:artists list:releases list:search list:tracks'
      . ' list:updated playlist:playlist track:band_track'
      . ' trackgroup:band_release',
      q(DELETE FROM resonate.release WHERE id = '{band_release}') ],

    [ 'playlist:playlist', $PLAYLIST, "about = 'x'" ],
    [ '', $PLAYLIST, "about = 'x', updated_at = now()" ],
    [ 'list:playlists person:listener playlist:playlist', $PLAYLIST,
      'private = true' ],
    [ 'person:listener playlist:playlist', $PLAYLIST, 'featured = true' ],
    [ 'playlist:playlist', q(DELETE FROM resonate.playlist_item
          WHERE playlist_id = '{playlist}' AND track_id = '{free}') ],
    [ 'person:listener', $PERSON, "display_name = 'Li'" ],
    [ '', $PERSON, 'updated_at = now()' ],
    [ 'person:owner', q(INSERT INTO resonate.membership (person_id, class)
                        VALUES ('{owner}', 'music')) ],
    [ 'prices', 'SELECT resonate.price_rule_next(cost_mc => \'{5}\')' ],
    [ '*', q(INSERT INTO resonate.setting
             VALUES ('images_url', 'http://a.example')) ],
    [ 'person:listener', q(SELECT resonate.topup('{listener}', 5, 'k')) ],
    [ '', q(SELECT resonate.topup('{listener}', 5, 'k')) ],
    [ 'list:playlists person:owner playlist:new',
      q(INSERT INTO resonate.playlist (id, owner_id, title, private)
        VALUES ('{new}', '{owner}', 'New', false)) ],
    [ 'person:owner playlist:draft',
      q(DELETE FROM resonate.playlist WHERE id = '{draft}') ],
    [ 'playlist:', 'TRUNCATE resonate.playlist_item' ],

    # what must not take the lock of those who tell
    map([ '', "SELECT status FROM v3.$_" ],
        q{play('{paid}', NULL, '{listener}')},
        q{play('{paid}', 'k', '{listener}')},
        q{buy('{paid}', NULL, '{listener}')},
        q{favorite('{free}', '{listener}')}, q{profile('{listener}')}),
    [ '', q(SELECT resonate.caller('i', 'somebody')) ],
    [ '', 'SELECT resonate.sweep()' ],
) {
    my ($expected, $sql, @values) = @$_;
    my $done = @values ? sprintf $sql, @values : $sql;
    is told($done), $expected, $done;
}


# what sets things to what they are tells nothing, in any table that tells

for (@{ $dbh->selectall_arrayref(q{
    SELECT g.tgrelid::regclass, min(a.attname)
    FROM pg_trigger g JOIN pg_attribute a ON a.attrelid = g.tgrelid
    WHERE g.tgname = 'tell_update' AND a.attnum > 0 AND a.attgenerated = ''
      AND NOT a.attisdropped
    GROUP BY 1 ORDER BY 1}) })
{
    my ($table, $column) = @$_;
    is told("UPDATE $table SET $column = $column"), '', "$table: no change";
    is told("DELETE FROM $table WHERE false"), '', "$table: none is gone";
}


# each once in a transaction, nothing of what is rolled back

$dbh->begin_work;
run(map({ sprintf $RELEASE, "about = '$_'" } 1 .. 3), 'SAVEPOINT s',
    sprintf($PLAYLIST, "about = 'undone'"), 'ROLLBACK TO s',
    sprintf($CREATOR, "short_bio = 'done'"));
$dbh->commit;
is heard(), 'artist:artist trackgroup:release', 'a transaction';

$dbh->begin_work;
run(sprintf $TRACK, 'year = 1');
$dbh->rollback;
is heard(), '', 'a transaction that is rolled back';


# many: in one statement, and in one transaction

my $MANY = q(INSERT INTO resonate.playlist (owner_id, title)
             SELECT '{owner}', 'P' FROM generate_series(1, %d));

is told(sprintf $MANY, 257), 'list:playlists person: playlist:',
    'a statement of 257 rows';
is told("UPDATE resonate.playlist SET updated_at = now()"), '',
    'of as many that change nothing';
is told("UPDATE resonate.playlist SET about = 'x'"),
    'list:playlists person: playlist:', 'of as many changes';

is told(sprintf($MANY, 255)), join(' ', 'person:owner',
                                   ('playlist:other') x 255), '256 tags';
$dbh->begin_work;
run(sprintf($MANY, 254), map({ sprintf $PLAYLIST, "about = 'of $_'" } 1 .. 9),
    sprintf($RELEASE, "tags = '{many}'"), sprintf($RELEASE, "about = 'many'"),
    "DELETE FROM resonate.playlist WHERE owner_id = '{owner}'");
$dbh->commit;
is heard(), join(' ', 'artist: list:playlists list:releases person:',
                 'person:owner playlist:', ('playlist:other') x 254,
                 'playlist:playlist trackgroup:'), 'a transaction of more';

done_testing;
