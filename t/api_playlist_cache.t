# Playlists that are kept: an edit drops them for everybody at once, and what
# is refused drops nothing.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new(http => 'resonate_cache 8m;');
my $id = $api->id;
my $detail = "/playlists/$id->{playlist}";
my $own = "/user$detail";
my @lists = ('/playlists', "/users/$id->{listener}/playlists");

sub title  { my $list = json($api->call(undef, 'GET', $detail))->{data};
             return $list ? $list->{title} : 'none' }

sub titles { my ($path) = @_;
             return join ', ', map { $_->{title} }
                               @{$api->data(undef, 'GET', $path)} }

# of a page that shows none of them
sub total  { return json($api->call(undef, 'GET', '/playlists?page=2'))
                    ->{count} }

sub counts { return join ' ', map { scalar @{$_->{items}} }
                              @{$api->data(undef, 'GET', shift)} }


# kept: what is changed beside an edge that does not listen is not seen

is title(), 'For the Road', 'asked once';
is titles($_), 'For the Road', $_ for @lists;
is total(), 1, 'of all';
is $api->data(undef, 'GET', "/users/$id->{listener}")->{displayName},
    'Listener', 'its owner';
$api->sql("UPDATE resonate.playlist SET title = 'Beside' WHERE id = ?",
          $id->{playlist});
is title(), 'For the Road', 'kept';
is titles($_), 'For the Road', "$_ is kept" for @lists;


# what others try changes nothing

for (
    [ PUT => '', { title => 'Mine' } ], [ DELETE => '' ],
    [ PUT => '/privacy', { private => JSON::PP::true } ],
    [ PUT => '/items', { tracks => [] } ],
) {
    my ($method, $tail, $body) = @$_;
    is $api->status('stranger', $method, $own . $tail, $body), 404,
        "$method $tail by a stranger";
    is title(), 'For the Road', 'it is kept';
}

is $api->status('stranger', 'PUT', '/user/profile', { country => 'NL' }), 200,
    'a stranger changes a profile';
is $api->status('listener', 'PUT', '/user/profile', { country => 'NL' }), 200,
    'and the owner what nobody sees';
is $api->status('owner', 'POST', '/user/playlists', { title => 'Private' }),
    201, 'a private one is made';
is $api->status('listener', 'POST', '/user/favorites',
                { trackId => $id->{paid} }), 200, 'a track is liked';
is title(), 'For the Road', 'still it is kept';
is titles($_), 'For the Road', "and $_" for @lists;


# what the owner does is seen at once

my $tracks = { tracks => [ { trackId => $id->{short} } ] };

for (
    [ PUT => '', { about => 'x' }, 'Beside', 3 ],
    [ PUT => '', { title => 'New' }, 'New', 3 ],
    [ PUT => '/items/add', $tracks, 'New', 4 ],
    [ PUT => '/items/remove', $tracks, 'New', 3 ],
    [ PUT => '/items', $tracks, 'New', 1 ],
    [ PUT => '/privacy', { private => JSON::PP::true }, 'none', '' ],
    [ PUT => '', { title => 'Back', private => JSON::PP::false }, 'Back', 1 ],
) {
    my ($method, $tail, $body, $title, $count) = @$_;

    is $api->status('listener', $method, $own . $tail, $body), 200,
        "$method $tail";
    is title(), $title, 'in detail';
    is total(), $title eq 'none' ? 0 : 1, 'of all';

    for my $list (@lists) {
        is titles($list), $title =~ s/^none$//r, "in $list";
        is counts($list), $count, 'with so many tracks';
    }
}

is $api->status('listener', 'PUT', '/user/profile', { displayName => 'Li' }),
    200, 'another name';
is $api->data(undef, 'GET', $detail)->{creator}{displayName}, 'Li',
    'in detail';
is $api->data(undef, 'GET', $_)->[0]{creator}{displayName}, 'Li', "in $_"
    for @lists;
is $api->data(undef, 'GET', "/users/$id->{listener}")->{displayName}, 'Li',
    'and by itself';

is $api->status('listener', 'POST', '/user/playlists',
                { title => 'More', private => JSON::PP::false }), 201,
    'another';
is titles($_), 'More, Back', "in $_" for @lists;
is $api->status('listener', 'DELETE', $own), 200, 'deleted';
is title(), 'none', 'in detail';
is titles($_), 'More', "in $_" for @lists;

done_testing;
