# Pages of playlists: nothing is skipped or repeated, whatever comes meanwhile.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new;
my $id = $api->id;
my $n = 0;


# of what came at the same moment; each time by another, to whom nothing is kept

$api->sql("INSERT INTO resonate.playlist (title, owner_id, private, created_at)
           SELECT 'P', ?, false, '2024-01-01' FROM generate_series(1, 40)",
          $id->{listener});

for my $what ('/playlists?order=newest', '/playlists?order=oldest',
              '/playlists?order=random', "/users/$id->{listener}/playlists")
{
    my %all = map { $_->{id} => 1 }
              @{$api->data('pager ' . $n++, 'GET', $what)};
    my %seen;

    $seen{$_}++ for in_a_minute {
        page_through($api, 'pager ' . $n++, $what, 7)
    };
    is_deeply \%seen, \%all, "$what: nothing is skipped or repeated";
}


# one shuffle by two names, and not the order of before

my ($random, $word, $newest) = in_a_minute {
    my $who = 'shuffler ' . $n++;

    map { join ' ', map { $_->{id} } @{$api->data($who, 'GET',
                                                  "/playlists?$_")} }
        qw(order=random random=true order=newest);
};

is $word, $random, 'random is order=random';
isnt $word, $newest, 'which is another order';


# while more come: behind the pages nothing moves; before them, what moves on to
# the next page is seen again, and nothing is missed

for my $order (qw(oldest newest)) {
    my $before = $api->pg->dbh->selectcol_arrayref(
        'SELECT id FROM resonate.playlist WHERE NOT private
         ORDER BY created_at, id');
    my @seen;

    for my $page (1 .. 100) {
        my $res = json($api->call("reader $order", 'GET',
            "/playlists?order=$order&limit=7&page=$page"));
        push @seen, map { $_->{id} } @{$res->{data}};
        last if $page >= $res->{pages};

        $api->sql('INSERT INTO resonate.playlist (title, owner_id, private)
                   VALUES (?, ?, false)', "New $page", $id->{owner});
    }

    my %seen = map { $_ => 1 } @seen;
    is_deeply [ grep { !$seen{$_} } @$before ], [], "$order: none is skipped";

    next if $order eq 'newest';
    is scalar(keys %seen), scalar @seen, 'none is repeated';
    cmp_ok scalar @seen, '>', scalar @$before, 'new ones are at the end';
}

done_testing;
