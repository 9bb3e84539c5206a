# /playlists and /users/{id}/playlists: which ones, in which order, and what of
# them is shown to whom.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new;
my $id = $api->id;
my $users = "/users/$id->{listener}/playlists";
my $n = 0;

# a name of its own asks the database, not the cache

sub fresh { my ($path) = @_;
            return $path . ($path =~ /\?/ ? '&' : '?') . 'page=1&limit='
                   . (90 - $n++ % 60) }

sub titles { my ($who, $path) = @_;
             return join ', ', map { $_->{title} }
                               @{$api->data($who, 'GET', fresh($path))} }

sub tracks { my ($who, $path) = @_;
             my $list = $api->data($who, 'GET', $path);
             return join ', ', map { $_->{track}{title} }
                               @{(ref $list eq 'ARRAY' ? $list->[0] : $list)
                                 ->{items}} }


# which ones, in which order

for (
    [ 'Oldest', 'listener', 0, 0, '2023-01-01' ],
    [ 'Featured', 'owner', 0, 1, '2024-06-01' ],
    [ 'Secret', 'listener', 1, 1, '2024-06-02' ],
    [ 'Newest', 'owner', 0, 0, '2024-06-03' ],
) {
    my ($title, $owner, @values) = @$_;
    $api->sql('INSERT INTO resonate.playlist (title, owner_id, private,
                                              featured, created_at)
               VALUES (?, ?, ?, ?, ?)', $title, $id->{$owner}, @values);
}

for (
    [ '/playlists', 'Newest, Featured, For the Road, Oldest' ],
    [ '/playlists?order=oldest', 'Oldest, For the Road, Featured, Newest' ],
    [ '/playlists?featured=true', 'Featured' ],
    [ '/playlists?featured=false&order=oldest',
      'Oldest, For the Road, Newest' ],
    [ '/playlists?type=playlist&x=y',
      'Newest, Featured, For the Road, Oldest' ],
    [ $users, 'For the Road, Oldest' ],
    [ "/users/$id->{owner}/playlists", 'Newest, Featured' ],
) {
    my ($path, $expected) = @$_;

    for my $who (undef, qw(listener owner stranger)) {
        is titles($who, $path), $expected, "$path by " . ($who // 'nobody');
    }

    is json($api->call(undef, 'GET', fresh($path)))->{count},
        scalar(my @titles = split /, /, $expected), 'its count';
}

for my $path ('/playlists?order=random', '/playlists?random=true',
              '/playlists?random=1&order=oldest')
{
    is join(', ', sort split /, /, titles(undef, $path)),
        'Featured, For the Road, Newest, Oldest', $path;
}

for (
    [ '/playlists?limit=0' ], [ '/playlists?limit=101' ],
    [ '/playlists?order=asc' ], [ '/playlists?featured=maybe' ],
    [ '/playlists?random=x' ], [ '/playlists?page=0' ], [ "$users?limit=101" ],
    [ '/playlists/x' ], [ '/users/x/playlists' ],
    [ "/users/$id->{paid}/playlists", 404 ], [ "/playlists/$id->{paid}", 404 ],
) {
    my ($path, $status) = @$_;
    is $api->status(undef, 'GET', $path), $status || 400, $path;
}


# the shape is that of one's own

my $path = "/playlists/$id->{playlist}";
my $anonymous = $api->data(undef, 'GET', $path);

is keys_of($anonymous), keys_of($api->data('listener', 'GET', "/user$path")),
    'the names';
ok !exists $anonymous->{items}[0]{track}{userPlays}, 'for nobody, no plays';
is $api->data('stranger', 'GET', $path)->{items}[0]{track}{userPlays}, 0,
    'for somebody, their plays';
is keys_of($api->data(undef, 'GET', '/playlists')->[0]), keys_of($anonymous),
    'the names in a list';
is keys_of(json($api->call(undef, 'GET', '/playlists'))),
    'count data numberOfPages pages status', 'which is one';


# private: there for its owner alone

my $draft = "/playlists/$id->{draft}";

is $api->status($_, 'GET', $draft), 404, 'private, for ' . ($_ // 'nobody')
    for undef, qw(listener stranger);
is $api->status('owner', 'GET', $draft), 200, 'for its owner';
is $api->data('owner', 'PUT', "/user$draft/privacy",
              { private => JSON::PP::false })->{private}, 0, 'published';
is $api->status('newcomer', 'GET', $draft), 200, 'there for others';
is titles('newcomer', '/playlists'),
    'Newest, Featured, Not Yet, For the Road, Oldest', 'and in lists';


# tracks: each sees in it what they see elsewhere

is tracks(undef, $path), 'Morning, Noon, Breath', 'hidden ones are left out';
is tracks('owner', $path), 'Morning, Noon, Night, Breath',
    'but not for their artist';
is tracks('newcomer', $draft), 'Evening', "of an artist's own list, too";

for (
    [ "UPDATE resonate.track SET status = 'deleted'
       WHERE id = '$id->{paid}'", 'Noon, Breath', 'deleted' ],
    [ "UPDATE resonate.release SET release_date = '2126-01-01'
       WHERE id = '$id->{band_release}'", 'Noon', 'not yet released' ],
    [ "UPDATE resonate.release SET private = true
       WHERE id = '$id->{release}'", '', 'private' ],
) {
    my ($sql, $expected, $name) = @$_;

    $api->sql($sql);
    is tracks("reader $n", $path), $expected, "$name: in detail";
    is tracks("reader $n", fresh($users)), $expected, 'in a list';
    is tracks('listener', "/user$path"), $expected, 'for the list\'s owner';
}


# a list has the first 10 of each

$api->sql("INSERT INTO resonate.track (creator_id, title)
           SELECT ?, 'T' || n FROM generate_series(1, 30) n", $id->{band});
$api->sql("UPDATE resonate.release SET release_date = '2020-01-01'
           WHERE id = ?", $id->{band_release});
$api->sql("INSERT INTO resonate.release_item
           SELECT ?, id, substr(title, 2)::int + 100 FROM resonate.track
           WHERE title ~ '^T[0-9]'", $id->{band_release});
$api->sql("INSERT INTO resonate.playlist_item
           SELECT ?, id, substr(title, 2)::int + 100 FROM resonate.track
           WHERE title ~ '^T[0-9]'", $id->{playlist});

is join(' ', sort map { scalar @{$_->{items}} }
                  @{$api->data(undef, 'GET', fresh($_))}), $_ eq $users
   ? '0 10' : '0 0 0 0 10', "$_ has 10 at most" for $users, '/playlists';
is tracks(undef, fresh($users)), join(', ', 'Breath', map { "T$_" } 1 .. 9),
    'the first ones of those that are shown';
is scalar(split /, /, tracks('reader', $path)), 31, 'the playlist has all';
is join(' ', sort { $a <=> $b } map { scalar @{$_->{items}} }
                 @{$api->data('listener', 'GET', '/user/playlists')}),
    '0 0 31', "and so has the list of one's own";

done_testing;
