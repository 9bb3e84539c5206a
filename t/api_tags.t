# Every answer names what it was made from, refusals too: the tags by which
# the cache will know that it is not true any more.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my %key = reverse map { $_ => $id->{$_} } keys %$id;
my $LISTED = 'artist: prices track: trackgroup:';

$id->{nothing} = Resonate::Catalogue::id(8, 8);
$key{$id->{nothing}} = 'nothing';

sub tags {
    my ($function, %arg) = @_;
    my @name = sort keys %arg;
    my $args = join ', ', map { "\"$_\" => ?" } @name;
    my ($status, $tags) = $edge->selectrow_array(
        "SELECT status, tags FROM v3.$function($args)", {},
        map { s/\{(\w+)\}/$id->{$1}/r } @arg{@name});

    return join ' ', $status, sort map { s/([0-9a-f-]{36})/$key{$1}/r } @$tags;
}

sub sorted { return join ' ', sort split / /, $_[0] }

for (
    # status, tags; kind: stands for all of it; function, arguments
    [ '200 artist:artist prices track:paid trackgroup:release',
      'track', id => '{paid}' ],
    [ '404 artist:artist track:hidden trackgroup:release',
      'track', id => '{hidden}' ],
    [ '404 track:nothing', 'track', id => '{nothing}' ],
    [ '200 artist:artist prices track:free track:paid track:short'
      . ' trackgroup:release', 'trackgroup', id => '{release}' ],
    [ '200 artist:artist prices track:free track:hidden track:paid track:short'
      . ' trackgroup:release', 'trackgroup', id => '{release}',
      caller => '{owner}' ],
    [ '404 artist:artist trackgroup:private', 'trackgroup',
      id => '{private}' ],
    [ '404 trackgroup:nothing', 'trackgroup', id => '{nothing}' ],
    [ '200 artist:artist artist:label', 'artist', id => '{artist}' ],
    [ '404 artist:nothing', 'artist', id => '{nothing}' ],
    [ '200 artist:label', 'label', id => '{label}' ],
    [ '404 artist:artist', 'label', id => '{artist}' ],
    [ "200 $LISTED", 'tracks' ], [ "200 $LISTED", 'search', q => 'x' ],
    [ "200 $LISTED", 'tag', tag => 'x' ],
    [ '200 artist: trackgroup:', 'trackgroups' ],
    map({ [ '200 artist:', $_ ] } qw(artists artists_featured artists_updated
                                     labels)),
    [ '200 artist:', 'label_artists', id => '{label}' ],
    map({ ([ "200 artist:artist $LISTED", $_, id => '{artist}' ],
           [ '404 artist:nothing', $_, id => '{nothing}' ]) }
        qw(artist_releases artist_tracks artist_tracks_top)),
    [ "200 artist:label $LISTED", 'label_releases', id => '{label}' ],
    [ '404 artist:artist', 'label_releases', id => '{artist}' ],
    [ '404 artist:nothing', 'label_artists', id => '{nothing}' ],
    [ '200 prices', 'prices' ],
    [ '200 person:owner', 'person', id => '{owner}' ],
    [ '404 person:nothing', 'person', id => '{nothing}' ],
    [ '200 track:paid', 'resolve', url => '/track/{paid}' ],
    [ '404 trackgroup:private', 'resolve', url => '/release/{private}' ],
    [ '200 artist:label', 'resolve', url => '/label/{label}' ],
    [ '404 artist:artist trackgroup:', 'resolve',
      url => '/artist/{artist}/release/x' ],
    [ '404', 'resolve', url => '/nowhere' ],
) {
    my ($expected, @call) = @$_;
    is tags(@call), sorted($expected), "@call";
}


# A compilation depends on all its artists; so does a release of many tracks,
# by the coarse tags: the cache keeps no answer with more than 64.

$dbh->do('INSERT INTO resonate.release_item VALUES (?, ?, 50)', {},
         @$id{qw(release band_track)});
like tags('trackgroup', id => '{release}'),
    qr/^200 artist:artist artist:band prices track:band_track /,
    'a track by somebody else';

$dbh->do("WITH t AS (INSERT INTO resonate.track (creator_id, title)
                     SELECT ?, 'Many' FROM generate_series(1, 80) RETURNING id)
          INSERT INTO resonate.release_item (release_id, track_id, index)
          SELECT ?, t.id, 100 + row_number() OVER () FROM t", {},
         @$id{qw(artist release)});
is tags('trackgroup', id => '{release}'),
    sorted("200 artist:artist $LISTED trackgroup:release"),
    'many tracks';

done_testing;
