#!/usr/bin/perl

# Whatever is changed in the database: an answer that is another one then named
# a tag that the change tells.  Every column is changed, of every table that
# answers are made from, and rows are made and deleted.

use lib 't/lib';
use Resonate::Test;

my $id = catalogue(my $pg = Resonate::Pg->new);
my $dbh = $pg->dbh;

# plays, money, tokens, what is kept for tools, for lists and for the chart
my %SILENT = map { $_ => 1 } qw(access_token account band_member change
    change_row chart client client_origin favorite holding idempotency identity
    image listed list_count original play play_day play_fresh posting proof
    purchase rendition revocation schema_version search_word source
    track_artist track_plays transfer upkeep);
$$id{$_} = Resonate::Catalogue::id(0xf, ord) for qw(cover other new guest);
sql(map("INSERT INTO resonate.image
         SELECT '$_', 'cover', encode(sha256('$_'), 'hex'), 1, 1",
        @$id{qw(cover other)}),
    'UPDATE resonate.media_file SET (span_offset, span_bytes, span_crc32) =
     (1, 1, 1), loudness_lufs = -9, true_peak_dbtp = -1',
    "INSERT INTO resonate.person (id) VALUES ('{other}')",
    "INSERT INTO resonate.track (id, creator_id, title, status)
     VALUES ('{guest}', '{band}', 'Guest', 'hidden')",
    map("INSERT INTO resonate.${_}_item VALUES ('{$_}', '{guest}', 9)",
        qw(release playlist)),
    "UPDATE resonate.track SET lyrics = 'La', cover_id = '{cover}'
     WHERE id = '{short}'",
    "UPDATE resonate.creator SET avatar_id = '{cover}' WHERE id = '{label}'",
    "INSERT INTO resonate.track_artist VALUES ('{short}', 1, '{artist}'),
                                              ('{short}', 2, '{band}')",
    "INSERT INTO resonate.release_disc VALUES ('{release}', 1, 'First')",
    "INSERT INTO resonate.membership (person_id, class)
     VALUES ('{owner}', 'music')",
    map "SELECT v3.$_(track_id => '{short}', caller => '{listener}')",
        qw(buy play favorite));

sub sql { $dbh->do(s/(\{(\w+)\})/$id->{$2} || $1/ger) for @_ }

# Answers: of each id, for each caller, and lists.

my @calls = (
    map({ my $f = $_; map "$f(id => '{$_}'", qw(short hidden future new) }
        qw(track stream)),
    map("trackgroup(id => '{$_}'", qw(release private coming band_release)),
    map({ my $f = $_; map "$f(id => '{$_}'", qw(artist band) }
        qw(artist artist_releases artist_tracks)),
    map("$_(id => '{label}'", qw(label label_artists label_releases)),
    qw[tracks( playlists( ]);
@calls = map { my $of = $_; map { "$_, caller => $of" =~ s/\(,/(/r } @calls }
         q('{owner}'), 'NULL';
push @calls, map("$_(caller => '{listener}'", qw(collection favorites
                                  history history_artists user_playlists)),
    map("$_(id => '{short}', caller => '{listener}'", qw(track stream)),
    map("trackgroups($_", q("order" => 'oldest'), "type => 'ep'",
        'featured => true'),
    map("tracks(\"order\" => '$_'", qw(latest oldest)), 'artists(',
    "artists(order_by => 'id'", 'artists_featured(', 'artists_updated(',
    'labels(', 'prices(', map("search('$_'", qw(evening first zo sunrise)),
    "tag('ambient'", "tag('zz'",
    map("resolve('/$_'", 'artist/{artist}/release/first-light',
        map({ my $kind = $_; "$kind/{$kind}" } qw(label artist release
                                                  playlist)),
        'track/{short}'),
    map("$_(id => '{listener}'", qw(person person_playlists)),
    map({ my $of = $_; map "$_(id => '{$of}'", qw(playlist head_playlist) }
        qw(playlist draft)),
    map("head_$_(id => '{$_}'", qw(release artist label)),
    map("profile(caller => '{$_}'", qw(listener owner)),
    "user_trackgroups(caller => '{owner}'",
    map("${_}_resolve(ids => '{{short},{hidden}}', caller => '{listener}'",
        qw(plays favorites));
$_ = s/\{(\w+)\}/$id->{$1} || $1/ger . ')' for @calls;

my $ask = $dbh->prepare(join ' UNION ALL ',
    map "SELECT status || md5(body), tags FROM v3.$_", @calls);

sub answers { $ask->execute; return $ask->fetchall_arrayref }


# What the change tells, and which answers it makes another one of that do not
# have any of it.  Those that tell nothing are looked at together.

my ($before, %seen, @silent) = answers();

sub outlive {
    my ($change, $last) = @_;
    my @changes = ref $change ? @$change : $change;

    $dbh->begin_work;
    sql(@changes);
    my ($told) = $dbh->selectrow_array(
        q{SELECT coalesce(current_setting('resonate.told', true), '')});
    my $after = $told ne '' || $last ? answers() : $before;
    $dbh->rollback;
    push @silent, @changes if $told eq '';
    my %told = map { $_ => 1 } split / /, $told;
    my @changed = grep { $before->[$_][0] ne $after->[$_][0] }
                  0 .. $#calls;
    $seen{$calls[$_]} = 1 for @changed;

    return join "\n", map { "$calls[$_] was @{$before->[$_][1]}, told: $told" }
        grep { !grep { $told{$_} || $told{s/:.*/:/r}
                       || /:$/ && $told =~ /(?:^| )\Q$_\E/ }
                    '*', @{$before->[$_][1]} } @changed;
}


# another value of a column, by name or by type
my %ROW = (
    track => q(id = '{short}'), release => q(id = '{release}'),
    creator => q(id = '{artist}'), release_item => q(track_id = '{short}'),
    playlist => q(id = '{playlist}'), person => q(id = '{listener}'),
    playlist_item => q(playlist_id = '{playlist}' AND track_id = '{free}'),
    media_file => 'duration_ms > 10000', role => 'id = 6',
    creator_type => 'id = 1', search_doc => q(id = '{short}'),
    map({ $_ => 'true' } qw(membership setting release_disc price_rule)),
);
my %VALUE = (
    status => "'hidden'", type => "'ep'", type_id => '2', class => "'worker'",
    creator_id => "'{band}'", owner_id => "'{other}'", label_id => 'NULL',
    cover_id => "'{other}'", avatar_id => "'{other}'",
    banner_id => "'{other}'", release_id => "'{band_release}'",
    person_id => "'{listener}'", artist_ids => "'{{band}}'", year => '1999',
    track_id => "'{short}'", playlist_id => "'{draft}'",
    links => q('[{"uri":"x"}]'), isrc => "'DEABC2100001'", role_id => '1',
    barcode => "'12345678'", email => "'a\@b.c'", since => "'2020-01-01'",
    path => q('audio/00/' || sha256 || '.m4a'), kind => "'band'",
    map({ $_ => "repeat('a', 64)" } qw(source_sha256 sound_sha256)),
    media_sha256 => '(SELECT min(sha256) FROM resonate.media_file m
                      WHERE m.sha256 <> media_sha256)',
    musicbrainz_id => 'gen_random_uuid()', lyrics => 'NULL',
    waveform => q('waveforms/00/' || sha256 || '.json'),
);
my %BY_TYPE = (
    text => "coalesce(%s, '') || 'x'", boolean => 'NOT %s',
    date => "coalesce(%s, '2099-01-01') + 1", 'text[]' => "%s || '{zz}'",
    map({ $_ => 'coalesce(%s, 0) + 1' }
        qw{smallint integer bigint numeric(5,2)}),
    'timestamp with time zone' => "coalesce(%s, now()) - interval '1 day'",
);

my $columns = $dbh->selectall_arrayref(q{
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'resonate'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = '' AND a.attname <> 'id'
    ORDER BY c.relname, a.attnum});
my @changes =
    map { my ($table, $column, $type) = @$_;
          my $value = $VALUE{$column} || sprintf $BY_TYPE{$type}, $column;
          "UPDATE resonate.$table SET $column = $value WHERE $ROW{$table}" }
    grep { !$SILENT{$_->[0]} && $_->[0] ne 'price_rule'
           && "$_->[0].$_->[1]" !~ /^(?:media_file.sha256|setting.name)$/ }
         @$columns;
is join(' ', grep { !$ROW{$_} && !$SILENT{$_} } map { $_->[0] } @$columns), '',
    'no other table';

push @changes,
    map({ "DELETE FROM resonate.$_ WHERE $ROW{$_}" } qw(release release_item
          playlist playlist_item membership search_doc)),
    map("DELETE FROM resonate.$_", qw(release_disc track_artist),
        "track WHERE id = '{band_track}'"),
    'UPDATE resonate.track_artist SET position = 3 WHERE position = 1',
    map("UPDATE resonate.track SET status = 'paid' WHERE id = '{$_}'",
        qw(hidden guest)),
    "UPDATE resonate.release SET private = false WHERE id = '{private}'",
    "UPDATE resonate.release SET release_date = NULL WHERE id = '{coming}'",
    map("UPDATE resonate.$_ = false", 'release SET enabled',
        'playlist SET private'),
    "UPDATE resonate.release SET title = 'First, Light' WHERE id = '{release}'",
    "UPDATE resonate.creator SET display_name = 'X' WHERE id = '{label}'",
    "UPDATE resonate.creator SET owner_id = '{listener}' WHERE id = '{artist}'",
    "UPDATE resonate.creator SET label_id = '{label}' WHERE id = '{band}'",
    'SELECT resonate.price_rule_next(cost_mc => \'{5}\')',
    "SELECT resonate.topup('{listener}', 5, 'k')",
    [ "INSERT INTO resonate.track (id, creator_id, title, tags, media_sha256)
       SELECT '{new}', '{band}', 'Evening', '{zz}', min(sha256)
       FROM resonate.media_file",
      "INSERT INTO resonate.release_item VALUES ('{release}', '{new}', 8)" ],
    "INSERT INTO resonate.release (creator_id, title, tags, featured)
     VALUES ('{artist}', 'First Light', '{zz}', true)",
    "INSERT INTO resonate.playlist (owner_id, title, private)
     VALUES ('{listener}', 'New', false)",
    "INSERT INTO resonate.playlist_item VALUES ('{playlist}', '{short}', 8)",
    "INSERT INTO resonate.release_disc VALUES ('{release}', 2, 'B')",
    "INSERT INTO resonate.setting VALUES ('images_url', 'http://a.example')",
    "INSERT INTO resonate.membership (person_id, class)
     VALUES ('{listener}', 'music')";

is outlive($_), '', ref $_ ? "@$_" : $_ for @changes;
is outlive([ @silent ], 1), '', 'what tells nothing: ' . @silent;
is join(', ', grep { !$seen{$_} } @calls), '', 'each answer has changed';

done_testing;
