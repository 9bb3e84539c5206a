# Twenty clients at once edit one playlist, and toggle one favourite: all of
# it is done, in some order, and nothing is left half done.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new(pg_write => 'connections=8');
my $id = $api->id;
my $path = "/user/playlists/$id->{playlist}";

$api->sql("INSERT INTO resonate.track (creator_id, title)
           SELECT ?, 'T' || n FROM generate_series(1, 20) n", $id->{band});
$api->sql("INSERT INTO resonate.release_item
           SELECT ?, id, substr(title, 2)::int + 100 FROM resonate.track
           WHERE title ~ '^T[0-9]'", $id->{band_release});
my @tracks = @{$api->pg->dbh->selectcol_arrayref(
    q{SELECT id FROM resonate.track WHERE title ~ '^T[0-9]'
      ORDER BY substr(title, 2)::int})};

sub edits {
    my ($how, @ids) = @_;
    return [ 'listener', 'PUT', "$path/items$how",
             { tracks => [ map { { trackId => $_ } } @ids ] } ];
}

sub statuses { my %n; $n{$_->{status}}++ for @_;
               return join ' ', map { "$n{$_}x$_" } sort keys %n }

sub items { return $api->data('listener', 'GET', $path)->{items} }

sub whole {
    my ($name) = @_;
    my $indexes = $api->pg->dbh->selectcol_arrayref(
        'SELECT index FROM resonate.playlist_item WHERE playlist_id = ?
         ORDER BY index', {}, $id->{playlist});

    is_deeply $indexes, [ 1 .. @$indexes ], "$name: numbered without a gap";
}


# each adds another one, at the end or at the front

is statuses($api->together(map { edits('/add', $_) } @tracks)), '20x200',
    'twenty tracks added';
is scalar @{items()}, 23, 'none is lost';
whole('added');

# all add the same ones

is statuses($api->together(map { edits('/add', @tracks[0 .. 4], $id->{short}) }
                           1 .. 20)), '20x200', 'the same added';
is scalar @{items()}, 24, 'once';
whole('the same');

# half of them add what the others remove

is statuses($api->together(
    map { (edits('/remove', $tracks[$_]), edits('/add', $tracks[-1 - $_])) }
    0 .. 9)), '20x200', 'added and removed';
is_deeply [ sort map { $_->{track}{id} } @{items()} ],
    [ sort @{$id}{qw(paid free short band_track)}, @tracks[10 .. 19] ],
    'all of it was done';
whole('added and removed');

# each puts another order: one of them holds

my @orders = map { [ @tracks[$_ .. 19, 0 .. $_ - 1] ] } 0 .. 19;
is statuses($api->together(map { edits('', @$_) } @orders)), '20x200',
    'twenty orders';
my $now = join ' ', map { $_->{track}{id} } @{items()};
is scalar(grep { "@$_" eq $now } @orders), 1, 'one of them, whole';
whole('ordered');

# all of it at once, and it is deleted meanwhile

my @answers = $api->together(
    (map { edits('/add', $id->{paid}, $tracks[$_]), edits('', $tracks[$_]) }
     0 .. 8), [ 'listener', 'DELETE', $path ], [ 'listener', 'DELETE', $path ]);
like statuses(@answers), qr/^(?:\d+x200 )?\d+x404$|^20x200$/,
    'edited or not there any more';
is statuses(grep { $_->{content} eq '{"data":null}' } @answers), '1x200',
    'deleted once';
is $api->status('listener', 'GET', $path), 404, 'gone';
is scalar $api->pg->dbh->selectrow_array(
    'SELECT count(*) FROM resonate.playlist_item WHERE playlist_id = ?', {},
    $id->{playlist}), 0, 'with all that was in it';


# more playlists than there may be

is statuses($api->together(map { [ 'owner', 'POST', '/user/playlists',
                                   { title => "L$_" } ] } 1 .. 20)), '20x201',
    'twenty made';
$api->sql("INSERT INTO resonate.playlist (owner_id, title)
           SELECT ?, 'x' FROM generate_series(1, 70)", $id->{owner});
is statuses($api->together(map { [ 'owner', 'POST', '/user/playlists',
                                   { title => "L$_" } ] } 1 .. 20)),
    '9x201 11x409', 'a hundred and no more';


# a toggle is one after the other: what each answers alternates

my $toggle = [ 'listener', 'POST', '/user/favorites',
               { trackId => $id->{paid} } ];
@answers = $api->together(($toggle) x 20);
is statuses(@answers), '20x200', 'twenty toggles';
is scalar(grep { json($_)->{data}{type} } @answers), 10, 'half of them like it';
is_deeply $api->data('listener', 'GET', '/user/favorites'), [],
    'and the last one does not';
is scalar(grep { json($_)->{data}{type} } $api->together(($toggle) x 7)), 4,
    'an odd number';
is scalar @{$api->data('listener', 'GET', '/user/favorites')}, 1, 'leaves it';

done_testing;
