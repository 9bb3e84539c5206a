# Every answer names what it was made from, refusals too, and when it ends: the
# tags by which the cache knows that it is not true any more.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my %key = reverse map { $_ => $id->{$_} } keys %$id;

# "coming" is released in a hundred years; what is shown in lists
my $COMING = 'until:4922899200';
my $FIRST = 'track:paid track:free track:short artist:artist trackgroup:release'
            . " prices $COMING";
my $ALL = "$FIRST track:band_track artist:band trackgroup:band_release";
my $PLAYLIST = 'playlist:playlist person:listener '
               . $ALL =~ s/ track:short//r;

$id->{nothing} = Resonate::Catalogue::id(8, 8);
$key{$id->{nothing}} = 'nothing';

sub tags {
    my ($function, %arg) = @_;
    my @name = sort keys %arg;
    my $args = join ', ', map { "\"$_\" => ?" } @name;
    my ($status, $tags) = $edge->selectrow_array(
        "SELECT status, tags FROM v3.$function($args)", {},
        map { s/\{(\w+)\}/$id->{$1}/r } @arg{@name});

    my $minute = 60 * (1 + int time / 60);
    return join ' ', $status, sort
        map { s/([0-9a-f-]{36})/$key{$1} || 'another'/er }
        map { s/^until:(\d+)$/abs($1 - $minute) <= 60 ? 'minute' : $&/er }
        @$tags;
}

sub sorted { return join ' ', sort split / /, $_[0] }

for (
    # status, tags; kind: stands for all of it; function, arguments
    [ '200 artist:artist prices track:paid trackgroup:release',
      'track', id => '{paid}' ],
    [ '200 artist:artist person:listener prices track:paid trackgroup:release',
      'track', id => '{paid}', caller => '{listener}' ],
    [ '404 artist:artist track:hidden trackgroup:release',
      'track', id => '{hidden}' ],
    [ "404 artist:artist track:future trackgroup:coming $COMING",
      'track', id => '{future}' ],
    [ '404 track:nothing', 'track', id => '{nothing}' ],
    [ '200 artist:artist prices track:paid', 'stream', id => '{paid}' ],
    [ '200 artist:artist prices track:paid person:listener',
      'stream', id => '{paid}', caller => '{listener}' ],
    [ "404 artist:artist track:future trackgroup:coming $COMING",
      'stream', id => '{future}', caller => '{listener}' ],
    [ '404 track:nothing', 'stream', id => '{nothing}' ],
    [ '200 artist:artist artist:label prices track:free track:paid track:short'
      . ' trackgroup:release', 'trackgroup', id => '{release}' ],
    [ '200 artist:artist artist:label prices track:free track:hidden track:paid'
      . ' track:short trackgroup:release person:owner', 'trackgroup',
      id => '{release}', caller => '{owner}' ],
    [ '404 artist:artist artist:label trackgroup:private', 'trackgroup',
      id => '{private}' ],
    [ "404 artist:artist artist:label trackgroup:coming $COMING", 'trackgroup',
      id => '{coming}' ],
    [ '404 trackgroup:nothing', 'trackgroup', id => '{nothing}' ],
    [ '200 artist:artist artist:label', 'artist', id => '{artist}' ],
    [ "404 artist:nothing $COMING", 'artist', id => '{nothing}' ],
    [ '200 artist:label', 'label', id => '{label}' ],
    [ "404 artist:artist $COMING", 'label', id => '{artist}' ],
    map({ [ "200 list:tracks $ALL", 'tracks', order => $_ ] }
        qw(newest oldest latest)),
    map({ [ "200 list:tracks minute $ALL", 'tracks', order => $_ ] }
        qw(random plays)),
    [ "200 list:tracks person:listener $ALL", 'tracks',
      caller => '{listener}' ],
    [ "200 list:tracks $COMING", 'tracks', page => 2 ],
    [ "200 list:search $COMING", 'search', q => 'x' ],
    [ "200 list:search $COMING artist:band track:band_track prices"
      . ' trackgroup:band_release', 'search', q => 'assertions' ],
    [ "200 list:tracks list:releases $COMING", 'tag', tag => 'x' ],
    [ "200 list:releases trackgroup:release trackgroup:band_release $COMING"
      . ' artist:artist artist:label artist:band', 'trackgroups' ],
    [ "200 list:releases minute $COMING trackgroup:release artist:artist"
      . ' artist:label trackgroup:band_release artist:band', 'trackgroups',
      order => 'random' ],
    [ "200 list:artists artist:artist artist:label artist:band $COMING",
      'artists' ],
    [ "200 list:artists $COMING", 'artists_featured' ],
    [ "200 list:artists list:updated artist:artist artist:label artist:band"
      . " $COMING", 'artists_updated' ],
    [ "200 list:artists artist:label $COMING", 'labels' ],
    [ "200 artist:label artist:artist $COMING", 'label_artists',
      id => '{label}' ],
    [ "200 $FIRST artist:label", 'artist_releases', id => '{artist}' ],
    [ "200 minute $FIRST artist:label", 'artist_releases', id => '{artist}',
      order => 'random' ],
    [ "200 $FIRST", 'artist_tracks', id => '{artist}' ],
    [ "200 minute $FIRST", 'artist_tracks_top', id => '{artist}' ],
    map({ [ "404 artist:nothing $COMING", $_, id => '{nothing}' ] }
        qw(artist_releases artist_tracks artist_tracks_top label_artists)),
    [ "200 artist:label $FIRST", 'label_releases', id => '{label}' ],
    [ "404 artist:artist $COMING", 'label_releases', id => '{artist}' ],
    [ '200 prices', 'prices' ],
    [ '200 person:owner', 'person', id => '{owner}' ],
    [ '404 person:nothing', 'person', id => '{nothing}' ],
    [ "200 $PLAYLIST",
      'playlist', id => '{playlist}' ],
    [ "200 list:playlists $PLAYLIST",
      'playlists' ],
    [ "200 list:playlists minute $PLAYLIST",
      'playlists', random => 'true' ],
    [ "200 $PLAYLIST", 'person_playlists',
      id => '{listener}' ],
    [ "200 track:paid $COMING", 'resolve', url => '/track/{paid}' ],
    [ "404 trackgroup:private $COMING", 'resolve',
      url => '/release/{private}' ],
    [ "200 artist:label $COMING", 'resolve', url => '/label/{label}' ],
    [ "200 artist:artist trackgroup:release $COMING", 'resolve',
      url => '/artist/{artist}/release/first-light' ],
    [ "404 artist:artist $COMING", 'resolve',
      url => '/artist/{artist}/release/x' ],
    [ "404 $COMING", 'resolve', url => '/nowhere' ],
    [ "200 person:listener list:tracks $COMING", 'favorites',
      caller => '{listener}' ],
    [ "200 person:owner $FIRST artist:label track:unpublished track:future"
      . ' trackgroup:private trackgroup:coming', 'user_trackgroups',
      caller => '{owner}' ],
) {
    my ($expected, @call) = @$_;
    is tags(@call), sorted($expected), "@call";
}


# A compilation depends on all its artists; of a release of many tracks, the
# kind stands for them: a kept answer has 320 tags at most.

$dbh->do('INSERT INTO resonate.release_item VALUES (?, ?, 50)', {},
         @$id{qw(release band_track)});
is tags('trackgroup', id => '{release}'), sorted('200 artist:artist artist:band'
        . ' artist:label prices track:band_track track:free track:paid'
        . ' track:short trackgroup:release'),
    'a track by somebody else';

for ([ 290, qr/^200 artist:artist .*(?: track:another){290} track:b/ ],
     [ 40, qr/^200 artist:artist artist:band artist:label prices track: tr/ ])
{
    my ($more, $expected) = @$_;

    $dbh->do("WITH t AS (INSERT INTO resonate.track (creator_id, title)
                         SELECT ?, 'Many' FROM generate_series(1, ?)
                         RETURNING id)
              INSERT INTO resonate.release_item (release_id, track_id, index)
              SELECT ?, t.id, 100 * ? + row_number() OVER () FROM t", {},
             $id->{artist}, $more, $id->{release}, $more);
    like tags('trackgroup', id => '{release}'), $expected, "$more more tracks";
}


# prices end with their rule, what is to come with its day

$dbh->do("INSERT INTO resonate.price_rule (valid_from, cost_mc, holder_percent,
              floor_eur_micro, credit_mc, credit_eur_micro, play_mark_ms,
              preview_ms, coop_account_id, subsidy_account_id)
          SELECT u.at, cost_mc, holder_percent, floor_eur_micro, credit_mc,
                 credit_eur_micro, play_mark_ms, preview_ms, coop_account_id,
                 subsidy_account_id
          FROM resonate.price_rule,
               (VALUES ('2101-01-01 00:00:00.5Z'::timestamptz),
                       ('2100-01-01 00:00:00.5Z')) u (at)");
like tags(@$_), qr/ until:4102444800\b/, "$_->[0]: until the next rule"
    for [ 'prices' ], [ track => id => '{paid}' ], [ 'tracks' ],
        [ stream => id => '{paid}' ];

$dbh->do("UPDATE resonate.release SET release_date = 'infinity' WHERE id = ?",
         {}, $id->{coming});
unlike tags('trackgroups'), qr/until/, 'nothing is to come';

done_testing;
