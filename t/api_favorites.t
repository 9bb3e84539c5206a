# /user/favorites: the toggle, the list, which of some tracks are favourites.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new(
    http => 'resonate_cache 8m listen=read;
             large_client_header_buffers 4 16k;');
my $id = $api->id;
my $path = '/user/favorites';

sub toggle {
    my ($who, $key) = @_;
    return $api->call($who, 'POST', $path, { trackId => $id->{$key} });
}

sub titles {
    my ($who) = @_;
    return join ', ', map { $_->{title} } @{$api->data($who, 'GET', $path)};
}


# a toggle, for this caller alone

is titles('listener'), '', 'none';

for ([ paid => 1 ], [ band_track => 1 ], [ paid => 0 ], [ short => 1 ],
     [ paid => 1 ])
{
    my ($key, $now) = @$_;
    my $res = toggle('listener', $key);

    is_deeply json($res), { data => {
        trackId => $id->{$key}, userId => $id->{listener},
        type => $now ? JSON::PP::true : JSON::PP::false } }, "toggle $key";
    is $api->data('listener', 'GET', "/tracks/$id->{$key}")->{userFavorited},
        $now, 'the track says so at once';
}

is titles('listener'), 'Morning, Evening, Breath', 'the latest first';
is titles('stranger'), '', 'of nobody else';

my $list = json($api->call('listener', 'GET', "$path?limit=2"));
is keys_of($list), 'count data numberOfPages pages status', 'a list';
is "$list->{count} $list->{numberOfPages}", '3 2', 'its size';
ok $list->{data}[0]{userFavorited}, 'of tracks as the caller sees them';
is_deeply [ page_through($api, 'listener', $path, 1) ],
    [ @{$id}{qw(paid short band_track)} ], 'page by page';

# pages of what came at the same moment

$api->sql("INSERT INTO resonate.track (id, creator_id, title, media_sha256)
           SELECT gen_random_uuid(), ?, 'T' || n, media_sha256
           FROM resonate.track, generate_series(1, 25) n WHERE id = ?",
          $id->{band}, $id->{paid});
$api->sql("INSERT INTO resonate.release_item
           SELECT ?, id, row_number() OVER () + 100 FROM resonate.track
           WHERE title ~ '^T[0-9]'", $id->{band_release});
$api->sql("INSERT INTO resonate.favorite
           SELECT ?, id, '2025-01-01' FROM resonate.track
           WHERE title ~ '^T[0-9]'", $id->{listener});
my %seen;
$seen{$_}++ for page_through($api, 'listener', $path, 4);
is scalar(keys %seen), 28, 'all of them';
is_deeply [ grep { $_ != 1 } values %seen ], [], 'each once';
$api->sql("DELETE FROM resonate.favorite WHERE created_at = '2025-01-01'");


# what cannot be liked

for (
    [ hidden => 404 ], [ deleted => 404 ], [ unpublished => 404 ],
    [ future => 404 ], [ label => 404 ],
) {
    my ($key, $status) = @$_;
    my $res = toggle('listener', $key);
    is $res->{status}, $status, "toggle $key";
    is json($res)->{detail}, 'No such track.', 'why';
}

is toggle('owner', 'hidden')->{status}, 200, 'a hidden one by its owner';
is titles('owner'), 'Night', 'who sees it';
$api->sql("UPDATE resonate.track SET status = 'deleted' WHERE id = ?",
          $id->{hidden});
is titles('owner'), '', 'until it is deleted';

for ([ {}, 'required' ], [ { trackId => 'x' }, 'format' ],
     [ { trackId => $id->{paid}, type => JSON::PP::true },
       'additionalProperties' ])
{
    my ($body, $code) = @$_;
    my $res = $api->call('listener', 'POST', $path, $body);
    is $res->{status}, 400, $code;
    is json($res)->{errors}[0]{code}, $code, 'and says so';
}


# resolve, in the order of the question

my @ids = @{$id}{qw(band_track free hidden paid label)};

for (
    [ 'GET', '?ids=' . join('&ids=', @ids, $ids[0]), undef ],
    [ 'POST', '', { ids => [ @ids, $ids[0] ] } ],
) {
    my ($method, $query, $body) = @$_;
    is_deeply $api->data('listener', $method, "$path/resolve$query", $body),
        [ map { { trackId => $id->{$_} } } qw(band_track paid) ],
        "$method resolve";
    is_deeply $api->data('stranger', $method, "$path/resolve$query", $body),
        [], 'for a stranger';
}

for ([ 'GET', '' ], [ 'GET', '?ids=' ], [ 'POST', '', {} ],
     [ 'POST', '', { ids => [] } ], [ 'POST', '', { ids => undef } ])
{
    my ($method, $query, $body) = @$_;
    my $res = $api->call('listener', $method, "$path/resolve$query", $body);
    is "$res->{status} $res->{content}", '200 {"data":[]}',
        "$method resolve of none";
}

my $many = join '&', map { "ids=$_" } ($id->{paid}) x 200;
is $api->status('listener', 'GET', "$path/resolve?$many&ids=$id->{paid}"), 400,
    'more than 200 ids';


# what is hidden later is not shown, and can be taken back

$api->sql("UPDATE resonate.track SET status = 'hidden' WHERE id = ?",
          $id->{paid});
is titles('listener'), 'Evening, Breath', 'hidden since';
is json($api->call('listener', 'GET', $path))->{count}, 2, 'and not counted';
is_deeply $api->data('listener', 'GET', "$path/resolve?ids=$id->{paid}"), [],
    'nor resolved';
is json(toggle('listener', 'paid'))->{data}{type}, 0, 'taken back';
is toggle('listener', 'paid')->{status}, 404, 'and not given again';


# a bound; the rows need no search

$api->sql('SET session_replication_role = replica');
$api->sql("INSERT INTO resonate.track (creator_id, title, status)
           SELECT ?, 'F', 'hidden' FROM generate_series(1, 9998)",
          $id->{band});
$api->sql("INSERT INTO resonate.favorite
           SELECT ?, id FROM resonate.track WHERE title = 'F'",
          $id->{listener});
$api->sql('RESET session_replication_role');
my $res = toggle('listener', 'free');
is $res->{status}, 409, 'one more than 10000';
like json($res)->{detail}, qr/10000/, 'why';
is toggle('listener', 'short')->{status}, 200, 'one less';
is toggle('listener', 'free')->{status}, 200, 'makes room';

done_testing;
