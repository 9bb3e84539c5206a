# /user/trackgroups: one's own releases, published or not, with items.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new;
my $id = $api->id;
my $path = '/user/trackgroups';

sub titles { return join ', ', map { $_->{title} }
                               @{$api->data(shift, 'GET', $path . shift)} }

for (
    [ 'owner', '', 'Next Century, Drafts, First Light' ],
    [ 'owner', '?type=lp', 'First Light' ],
    [ 'owner', '?type=ep', 'Drafts' ],
    [ 'owner', '?type=podcast', '' ],
    [ 'owner', '?type=playlist', 'Not Yet' ],
    [ 'owner', '?limit=2&page=2', 'First Light' ],
    [ 'owner', '?page=9', '' ],
    [ 'listener', '', '' ],
    [ 'listener', '?type=playlist', 'For the Road' ],
    [ 'stranger', '?type=playlist', '' ],
) {
    my ($who, $query, $expected) = @$_;
    is titles($who, $query), $expected, "$who $query";
    is ref $api->data($who, 'GET', $path . $query), 'ARRAY', 'an array';
}

is $api->status('owner', 'GET', "$path?$_"), 400, $_
    for 'type=album', 'limit=0', 'limit=101', 'page=0';

my $list = json($api->call('owner', 'GET', $path));
is "$list->{count} $list->{pages} $list->{status}", '3 1 ok', 'a list';
is_deeply { %{$list->{data}[2]}, items => [] },
    { %{$api->data('owner', 'GET', "/trackgroups/$id->{release}")},
      items => [] }, 'a Trackgroup as in detail';
is_deeply [ map { "$_->{index} $_->{track}{title}" }
            @{$list->{data}[2]{items}} ],
    [ '1 Morning', '2 Noon', '3 Evening' ], 'items without hidden ones';
is $list->{data}[1]{items}[0]{track}{title}, 'Sketch', 'of a private one, too';
ok $list->{data}[1]{private}, 'which says so';

$api->sql('UPDATE resonate.release SET deleted_at = now() WHERE id = ?',
          $id->{private});
is titles('owner', ''), 'Next Century, First Light', 'a deleted one is gone';
is json($api->call('owner', 'GET', $path))->{count}, 2, 'and not counted';

$api->sql('UPDATE resonate.creator SET owner_id = ? WHERE id = ?',
          $id->{listener}, $id->{band});
is titles('listener', ''), 'Second Wind', 'of a band that got an owner';
is titles('owner', ''), 'Next Century, First Light', 'and of no other';

done_testing;
