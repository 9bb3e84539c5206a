# What is in a playlist and in which order: items, items/add, items/remove.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new;
my $id = $api->id;
my $list = $api->data('listener', 'POST', '/user/playlists', { title => 'L' });
my $path = "/user/playlists/$list->{id}/items";

# twelve tracks, A to L

$api->sql("INSERT INTO resonate.track (creator_id, title, created_at)
           SELECT ?, chr(64 + n), '2024-05-01' FROM generate_series(1, 12) n",
          $id->{band});
$api->sql("INSERT INTO resonate.release_item
           SELECT ?, id, ascii(title) FROM resonate.track
           WHERE length(title) = 1", $id->{band_release});
my %track = map { @$_ } @{$api->pg->dbh->selectall_arrayref(
    'SELECT title, id FROM resonate.track WHERE length(title) = 1')};

# "A B@1" is [{trackId: A}, {trackId: B, index: 1}]

sub tracks {
    return { tracks => [ map {
        my ($title, $index) = split /@/;
        { trackId => $track{$title} // $title,
          defined $index ? (index => 0 + $index) : () };
    } split ' ', shift ] };
}

sub put { return $api->call('listener', 'PUT', $path . shift, tracks(shift)) }

sub order {
    my ($items) = json(shift)->{data}{items};
    return join ' ', map { "$_->{track}{title}" } @$items;
}


# what was there, what is done, what is there then; done twice, it is the same

for (
    [ '', '', 'A B C', 'A B C' ],
    [ 'A B C', '', 'C A B', 'C A B' ],
    [ 'A B C', '', 'A@2 C@3 B@1', 'B A C' ],
    [ 'A B C', '', 'B@7 A', 'A B' ],
    [ 'A B C', '', 'A B@1 C', 'B A C' ],
    [ 'A B C', '', 'A@1 B@1 C@1', 'A B C' ],
    [ 'A B C', '', 'A@0 B@0', 'A B' ],
    [ 'A B C', '', 'B A B A@1', 'B A' ],
    [ 'A B C', '', '', '' ],
    [ '', '/add', 'A', 'A' ],
    [ 'A B', '/add', 'C D', 'A B C D' ],
    [ 'A B', '/add', 'C B D A C', 'A B C D' ],
    [ 'A B C', '/add', 'D@1', 'D A B C' ],
    [ 'A B C', '/add', 'D@2 E@3', 'A D E B C' ],
    [ 'A B C', '/add', 'E@3 D@2', 'A D E B C' ],
    [ 'A B C', '/add', 'D@2 E@2', 'A D E B C' ],
    [ 'A B C', '/add', 'D@4 E@99', 'A B C D E' ],
    [ 'A B C', '/add', 'F D@1 E@2', 'D E A B C F' ],
    [ 'A B C', '/add', 'C@1', 'A B C' ],
    [ 'A B C', '/add', '', 'A B C' ],
    [ 'A B C', '/remove', 'B', 'A C' ],
    [ 'A B C', '/remove', 'C A@7 A', 'B' ],
    [ 'A B C', '/remove', 'A B C', '' ],
    [ 'A B C', '/remove', "D $id->{label} $id->{hidden} A", 'B C' ],
    [ 'A B C', '/remove', '', 'A B C' ],
) {
    my ($before, $how, $what, $after) = @$_;

    put('', $before);
    my $res = put($how, $what);

    is $res->{status}, 200, "$before: items$how $what";
    is order($res), $after, 'its order';
    is_deeply [ map { $_->{index} } @{json($res)->{data}{items}} ],
        [ 1 .. scalar(my @n = split ' ', $after) ], 'numbered from 1';
    is put($how, $what)->{content}, $res->{content}, 'twice is once';
    is $api->call('listener', 'GET', "/user/playlists/$list->{id}")->{content},
        $res->{content}, 'as GET has it';
}


# nothing is changed by what is refused

put('', 'A B C');

for (
    [ '', "A $id->{label}", 404 ], [ '/add', "D $id->{label}", 404 ],
    [ '', "D $id->{hidden}", 404 ], [ '/add', "D $id->{deleted}", 404 ],
    [ '/add', $id->{unpublished}, 404 ], [ '/add', $id->{future}, 404 ],
    [ '', 'D x', 400, qr/"path":"tracks\[1\].trackId"/ ],
    [ '/add', 'D@-1', 400, qr/"path":"tracks\[0\].index"/ ],
    [ '/remove', 'x', 400, qr/"path":"tracks\[0\].trackId"/ ],
) {
    my ($how, $what, $status, $why) = @$_;
    my $res = put($how, $what);
    is $res->{status}, $status, "items$how $what";
    like $res->{content}, $why || qr/No such track/, 'why';
}

for (
    [ {}, qr/"path":"tracks"/ ], [ { tracks => 'A' }, qr/"path":"tracks"/ ],
    [ { tracks => [ $track{A} ] }, qr/"path":"tracks\[0\]/ ],
    [ { tracks => [ {} ] }, qr/"path":"tracks\[0\].trackId".*required/ ],
    [ { tracks => [ { trackId => $track{A}, title => 'A' } ] },
      qr/additionalProperties/ ],
    [ { tracks => [ { trackId => $track{A} } ], id => 1 },
      qr/additionalProperties/ ],
    [ { tracks => [ map { { trackId => $track{A} } } 1 .. 501 ] },
      qr/maxItems/ ],
) {
    my ($body, $why) = @$_;

    for my $how ('', '/add', '/remove') {
        my $res = $api->call('listener', 'PUT', $path . $how, $body);
        is $res->{status}, 400, "items$how";
        like $res->{content}, $why, 'why';
    }
}

is order($api->call('listener', 'GET', "/user/playlists/$list->{id}")),
    'A B C', 'it is as it was';


# who may see a track may have it; what is hidden later stays, unseen

is $api->status('owner', 'PUT', "/user/playlists/$id->{draft}/items/add",
                tracks("$id->{hidden} A")), 200, "an artist's own hidden one";
$api->sql("UPDATE resonate.track SET status = 'hidden' WHERE title = 'B'");
is order(put('/add', 'D')), 'A C D', 'hidden since';
is order(put('', 'D B A')), 'D A', 'and still in it';
is order(put('', 'A D')), 'A D', 'whatever is put in order';
is order(put('', '')), '', 'or taken out';
is order(put('', 'D A')), 'D A', 'beside it';
$api->sql("UPDATE resonate.track SET status = 'paid' WHERE title = 'B'");
is order(put('/remove', '')), 'D A B', 'as one sees when it comes back';


# bounds: 500 in a playlist, 5000 in all of a person's

$api->sql('SET session_replication_role = replica');
$api->sql("INSERT INTO resonate.track (creator_id, title, status)
           SELECT ?, 'many', 'hidden' FROM generate_series(1, 500)",
          $id->{band});
$api->sql("INSERT INTO resonate.playlist_item
           SELECT ?, id, 9 + row_number() OVER () FROM resonate.track
           WHERE title = 'many' LIMIT 496", $list->{id});
$api->sql('RESET session_replication_role');

is put('/add', 'C E')->{status}, 409, 'one more than 500';
like put('/add', 'C E')->{content}, qr/at most 500/, 'why';
is put('/add', 'C D')->{status}, 200, '500 of them';

$api->sql("INSERT INTO resonate.playlist (owner_id, title)
           SELECT ?, 'full' FROM generate_series(1, 9)", $id->{listener});
$api->sql("INSERT INTO resonate.playlist_item
           SELECT p.id, t.id, row_number() OVER (PARTITION BY p.id)
           FROM resonate.playlist p, resonate.track t
           WHERE p.title = 'full' AND t.title = 'many'");

my $other = "/user/playlists/$id->{playlist}/items";

$api->sql('DELETE FROM resonate.playlist_item WHERE playlist_id = ?',
          $id->{playlist});

for ([ "$other/add", 'A', 'one more than 5000', 409 ],
     [ "$path/remove", 'A', 'one less', 200 ],
     [ "$other/add", 'A', 'makes room for one', 200 ],
     [ "$other/add", 'A B', 'not for two', 409 ],
     [ "$other/add", 'A', 'what is there is no more', 200 ])
{
    my ($where, $what, $name, $status) = @$_;
    my $res = $api->call('listener', 'PUT', $where, tracks($what));

    is $res->{status}, $status, $name;
    like $res->{content}, qr/at most 5000/, 'why' if $status == 409;
}

done_testing;
