# What a person has heard and owns: plays/resolve, history, its artists,
# stats, collection.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new;
my $id = $api->id;
my $dbh = $api->pg->dbh;

sub titles { return join ', ', map { $_->{title} }
                               @{$api->data(shift, 'GET', shift)} }

# a play of before, without its money: a preview, or of what is free

sub heard {
    my ($who, $key, $when, $kind) = @_;

    $api->sql("INSERT INTO resonate.play (played_at, person_id, track_id, kind,
                                          count, cost_mc, total_mc)
               VALUES (?, ?, ?, ?, 0, 0, 0)", $when, $id->{$who}, $id->{$key},
              $kind || 'free');
    $api->sql("INSERT INTO resonate.holding AS h (person_id, track_id,
                                                  last_played_at)
               VALUES (?, ?, ?) ON CONFLICT (person_id, track_id) DO UPDATE
               SET last_played_at = greatest(h.last_played_at,
                                             excluded.last_played_at)",
              $id->{$who}, $id->{$key}, $when);
}


# each track once, by its last play

heard(listener => @$_) for
    [ short => '2024-02-28 23:59:59.999Z' ], [ free => '2024-02-29 00:00Z' ],
    [ short => '2024-02-29 12:00Z' ], [ band_track => '2024-02-29 12:30Z' ],
    [ free => '2024-02-29 23:59:59.999Z' ], [ hidden => '2024-03-01 00:00Z' ],
    [ paid => '2024-03-02 01:00Z', 'preview' ];
heard(owner => hidden => '2024-03-05 00:00Z', 'own');

my $history = '/user/plays/history';

is titles('listener', $history), 'Morning, Noon, Breath, Evening',
    'the last played first, what is hidden left out';
is titles('owner', $history), 'Night', 'its owner sees it';
is titles('stranger', $history), '', 'nobody else has any';
is json($api->call('listener', 'GET', "$history?limit=3"))->{count}, 4,
    'count of tracks, not plays';
is_deeply [ page_through($api, 'listener', $history, 3) ],
    [ @{$id}{qw(paid free band_track short)} ], 'page by page';
is titles('listener', "$history?page=99"), '', 'past its end';

$api->data('listener', 'POST', '/user/plays', { trackId => $id->{short} });
is titles('listener', $history), 'Evening, Morning, Noon, Breath',
    'a play brings it to the front at once';


# artists

my $artists = $api->data('listener', 'GET', "$history/artists");
is_deeply $artists, [
    { id => $id->{artist}, creatorId => $id->{artist}, uid => $id->{artist},
      displayName => "Zo\x{eb} & the Testers",
      meta_value => "Zo\x{eb} & the Testers", count => 1 },
    { id => $id->{band}, creatorId => $id->{band}, uid => $id->{band},
      displayName => 'The Assertions', meta_value => 'The Assertions',
      count => 0 } ], 'artists, the last heard first, with counted plays';
is scalar @{$api->data('listener', 'GET', "$history/artists?limit=1")}, 1,
    'not more than asked for';

$api->data('listener', 'POST', '/user/plays', { trackId => $id->{band_track} });
is_deeply [ map { "$_->{displayName} $_->{count}" }
            @{$api->data('listener', 'GET', "$history/artists")} ],
    [ 'The Assertions 1', "Zo\x{eb} & the Testers 1" ], 'after another play';
$api->sql("UPDATE resonate.track SET status = 'hidden' WHERE id = ?",
          $id->{band_track});
is_deeply [ map { $_->{id} }
            @{$api->data('listener', 'GET', "$history/artists")} ],
    [ $id->{artist} ], 'who has nothing to be seen is left out';
$api->sql("UPDATE resonate.track SET status = 'paid' WHERE id = ?",
          $id->{band_track});


# counts, of what the caller may see

my @ids = @{$id}{qw(band_track hidden short free label)};

for (
    [ 'GET', '?ids=' . join('&ids=', @ids, $ids[2]), undef ],
    [ 'POST', '', { ids => [ @ids, $ids[2] ] } ],
) {
    my ($method, $query, $body) = @$_;
    is join(' ', map { "$_->{trackId}=$_->{count}" }
            @{$api->data('listener', $method, "/user/plays/resolve$query",
                         $body)}),
        "$id->{band_track}=1 $id->{short}=1 $id->{free}=0", "$method resolve";
}

for ([ 'GET', '' ], [ 'GET', '?ids=' ], [ 'POST', '', {} ],
     [ 'POST', '', { ids => [] } ])
{
    my ($method, $query, $body) = @$_;
    my $res = $api->call('listener', $method, "/user/plays/resolve$query",
                         $body);
    is "$res->{status} $res->{content}", '200 {"data":[]}',
        "$method resolve of none";
}


# stats: days are UTC, previews are no plays

sub stats { return join ' ', map { "$_->{date}=$_->{count}" }
                   @{$api->data('listener', 'GET', "/user/plays/stats?@_")} }

my $today = $dbh->selectrow_array('SELECT resonate.today()');

for (
    [ 'from=2024-02-28&to=2024-03-02',
      '2024-02-28=1 2024-02-29=4 2024-03-01=1' ],
    [ 'from=2024-02-29&to=2024-02-29', '2024-02-29=4' ],
    [ 'to=2024-02-28', '2024-02-28=1' ],
    [ 'to=2024-03-29', '2024-02-29=4 2024-03-01=1' ],
    [ 'from=2023-03-02&to=2024-03-01',
      '2024-02-28=1 2024-02-29=4 2024-03-01=1' ],
    [ '', "$today=2" ],
) {
    my ($query, $expected) = @$_;
    is stats($query), $expected, "stats $query";
}

for (
    [ 'from=2023-03-01&to=2024-03-01', qr/"path":"from".*"minimum"/ ],
    [ 'from=2024-03-02&to=2024-03-01', qr/"path":"from".*"maximum"/ ],
    [ 'from=2024-02-30', qr/"path":"from"/ ],
    [ 'from=x&to=y', qr/"path":"from".*"path":"to"/ ],
) {
    my ($query, $why) = @$_;
    my $res = $api->call('listener', 'GET', "/user/plays/stats?$query");
    is $res->{status}, 400, "stats $query";
    like $res->{content}, $why, 'why';
}


# the collection: owned, and still there

is titles('listener', '/user/collection'), '', 'nothing is owned';
$api->data('listener', 'POST', '/user/plays/buy', { trackId => $id->{$_} })
    for qw(short band_track);
is titles('listener', '/user/collection'), 'Breath, Evening', 'bought';
is titles('stranger', '/user/collection'), '', 'by this one';
$api->sql('INSERT INTO resonate.holding (person_id, track_id, count, owned_at)
           VALUES (?, ?, 9, now())', $id->{owner}, $id->{paid});
is titles('owner', '/user/collection'), 'Morning', 'owned';
is titles('owner', $history), 'Night', 'but never heard';
$api->sql("UPDATE resonate.track SET status = 'deleted' WHERE id = ?",
          $id->{short});
is titles('listener', '/user/collection'), 'Breath', 'what is there still';
is json($api->call('listener', 'GET', '/user/collection'))->{count}, 1,
    'and counted';


# bounds

for (
    [ $history, 'limit=0' ], [ $history, 'limit=101' ], [ $history, 'page=0' ],
    [ "$history/artists", 'limit=51' ], [ "$history/artists", 'limit=0' ],
    [ '/user/collection', 'limit=101' ], [ '/user/favorites', 'page=x' ],
) {
    my ($path, $query) = @$_;
    is $api->status('listener', 'GET', "$path?$query"), 400, "$path?$query";
}


# months of plays that nobody asked for are not opened

my $plan = join "\n", @{$dbh->selectcol_arrayref(
    "EXPLAIN SELECT count(*) FROM resonate.play y
     WHERE y.person_id = '$id->{listener}' AND y.kind <> 'preview'
       AND y.played_at >= '2024-02-01' AND y.played_at < '2024-02-11'")};
unlike $plan, qr/Seq Scan/, 'plays of a person are looked up by index';

done_testing;
