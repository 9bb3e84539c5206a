# One's own playlists: made, changed, deleted, and by nobody else.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new;
my $id = $api->id;
my ($true, $false) = (JSON::PP::true, JSON::PP::false);
my $mine = '/user/playlists';

sub titles { return join ', ', map { $_->{title} } @{$api->data(@_)} }


# the shape

my $cover = $api->pg->dbh->selectrow_array(
    "SELECT resonate.ingest_image('cover', repeat('a', 64), 1500, 1500)");
$api->sql('UPDATE resonate.playlist SET cover_id = ? WHERE id = ?', $cover,
          $id->{playlist});

my $list = $api->data('listener', 'GET', "$mine/$id->{playlist}");
my $image = "http://localhost:8080/images/$cover";

is keys_of($list), 'about cover cover_metadata creator creatorId featured id'
    . ' images items private tags title', 'the names';
is_deeply [ @{$list}{qw(id title about creatorId private featured)} ],
    [ $id->{playlist}, 'For the Road', undef, $id->{listener}, $false, $false ],
    'values';
is_deeply $list->{creator},
    { id => $id->{listener}, displayName => 'Listener' }, 'creator';
is $list->{cover}, "$image-x600.jpg", 'cover';
is_deeply $list->{cover_metadata}, { id => $cover }, 'its id';
is $list->{images}{large}{url}, "$image-x1500.jpg", 'images';
is_deeply $list->{tags}, ['road'], 'tags';
is keys_of($list->{items}[0]), 'index track', 'an item';
is_deeply [ map { "$_->{index} $_->{track}{title}" } @{$list->{items}} ],
    [ '1 Morning', '2 Noon', '4 Breath' ], 'items, a gap where one is hidden';
my $track = $api->data('listener', 'GET', "/tracks/$id->{paid}");
delete @$track{qw(lyrics composer isrc copyright)};    # of a track alone
is_deeply $list->{items}[0]{track}, $track, 'a Track';


# made: body, status, what is in it; or why not

for (
    [ { title => 'A' } => 201, [ 'A', undef, 1, [] ] ],
    [ { title => " B\t\n b ", about => " x\ny ", private => $false,
        type => 'playlist', cover => '',
        tags => [ 'Dub', 'DUB ', " Caf\x{e9} noir", '!', 'x' x 49 . ' y',
                  'x' x 49, 'y' x 51 ] } =>
      201, [ 'B b', "x\ny", 0,
             [ 'dub', 'cafe noir', 'x' x 49, 'y' x 50 ] ] ],
    [ { title => 'C', about => '', tags => [] } => 201, [ 'C', undef, 1, [] ] ],
    [ {} => 400, qr/"path":"title"/ ],
    [ { title => '' } => 400, qr/"path":"title"/ ],
    [ { title => "\n" } => 400, qr/"path":"title".*not be empty/ ],
    [ { title => 'x' x 201 } => 400, qr/maxLength/ ],
    [ { title => 'x', about => 'x' x 2001 } => 400, qr/"path":"about"/ ],
    [ { title => 'x', private => 'yes' } => 400, qr/"path":"private"/ ],
    [ { title => 'x', type => 'lp' } => 400, qr/"path":"type"/ ],
    [ { title => 'x', tags => [ ('x') x 21 ] } => 400, qr/"path":"tags"/ ],
    [ { title => 'x', tags => 'x' } => 400, qr/"path":"tags/ ],
    [ { title => 'x', cover => $cover } => 400, qr/"path":"cover"/ ],
    [ { title => 'x', featured => $true } => 400, qr/featured/ ],
    [ { title => 'x', creatorId => $id->{owner} } => 400, qr/creatorId/ ],
) {
    my ($body, $status, $expected) = @$_;
    my $res = $api->call('newcomer', 'POST', $mine, $body);

    is $res->{status}, $status, 'POST ' . substr JSON::PP->new->canonical
                                                 ->ascii->encode($body), 0, 60;
    like $res->{content}, $expected, 'why' if $status == 400;
    next if $status != 201;

    my $made = json($res)->{data};
    is_deeply [ @{$made}{qw(title about)}, $made->{private} ? 1 : 0,
                $made->{tags} ], $expected, 'with what was sent';
    is_deeply $made, $api->data('newcomer', 'GET', "$mine/$made->{id}"),
        'and as GET has it';
    is_deeply $made->{items}, [], 'empty';
}

is titles('newcomer', 'GET', $mine), 'C, B b, A', 'the newest first';
is titles('newcomer', 'GET', "$mine?limit=1&page=2"), 'B b', 'a page';
is titles('newcomer', 'GET', '/user/trackgroups?type=playlist'), 'C, B b, A',
    'by their older address';
is titles('listener', 'GET', $mine), 'For the Road', 'nobody else has them';


# changed

my $path = "$mine/$id->{playlist}";

for (
    [ '', { title => 'Road' } => 200, [ 'Road', undef, 0, ['road'] ] ],
    [ '', { about => 'far' } => 200, [ 'Road', 'far', 0, ['road'] ] ],
    [ '', { cover => $cover, title => 'Away', private => $true,
            tags => ['Sea'], type => 'playlist' } => 200,
      [ 'Away', 'far', 1, ['sea'] ] ],
    [ '', {} => 200, [ 'Away', 'far', 1, ['sea'] ] ],
    [ '', { about => '', tags => [], cover => uc $cover } => 200,
      [ 'Away', undef, 1, [] ] ],
    [ '', { cover => $id->{paid}, title => 'X' } => 400 ],
    [ '', { title => '' } => 400 ],
    [ '', { title => "\t\n" } => 400 ],
    [ '', { owner => $id->{owner} } => 400 ],
    [ '/privacy', { private => $false } => 200, [ 'Away', undef, 0, [] ] ],
    [ '/privacy', { private => $true } => 200, [ 'Away', undef, 1, [] ] ],
    [ '/privacy', {} => 400 ],
    [ '/privacy', { private => undef } => 400 ],
) {
    my ($tail, $body, $status, $expected) = @$_;
    my $res = $api->call('listener', 'PUT', $path . $tail, $body);
    my $now = $api->data('listener', 'GET', $path);

    is $res->{status}, $status, "PUT $tail "
        . JSON::PP->new->canonical->encode($body);
    is_deeply json($res)->{data}, $now, 'it answers what GET does'
        if $status == 200;
    is_deeply [ @{$now}{qw(title about)}, $now->{private} ? 1 : 0,
                $now->{tags} ], $expected || [ 'Away', undef, 1, [] ],
        $expected ? 'changed' : 'not changed';
}


# by somebody else, public or private; and what does not exist

$api->data('listener', 'PUT', "$path/privacy", { private => $false });

for my $which ($id->{playlist}, $id->{draft}, $id->{label}) {
    for (
        [ GET => '' ], [ PUT => '', { title => 'Mine' } ], [ DELETE => '' ],
        [ PUT => '/privacy', { private => $false } ],
        [ PUT => '/items', { tracks => [] } ],
        [ PUT => '/items/add', { tracks => [ { trackId => $id->{paid} } ] } ],
        [ PUT => '/items/remove',
          { tracks => [ { trackId => $id->{paid} } ] } ],
    ) {
        my ($method, $tail, $body) = @$_;
        my $res = $api->call('stranger', $method, "$mine/$which$tail", $body);
        is $res->{status}, 404, "$method $tail of another's";
        is json($res)->{detail}, 'No such playlist.', 'is as if none was there';
    }
}

is $api->data('listener', 'GET', $path)->{title}, 'Away', 'still there';
is scalar @{$api->data('listener', 'GET', $path)->{items}}, 3, 'with all of it';


# deleted, once

my $res = $api->call('listener', 'DELETE', $path);
is "$res->{status} $res->{content}", '200 {"data":null}', 'deleted';
is $api->status('listener', 'DELETE', $path), 404, 'the second time';
is $api->status('listener', 'GET', $path), 404, 'and gone';


# a bound

$api->sql("INSERT INTO resonate.playlist (owner_id, title)
           SELECT ?, n::text FROM generate_series(1, 100) n", $id->{owner});
$res = $api->call('owner', 'POST', $mine, { title => 'x' });
is $res->{status}, 409, 'too many';
like json($res)->{detail}, qr/at most 100/, 'why';

done_testing;
