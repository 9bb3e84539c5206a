# Pages: every list has one total order, its pages neither skip nor repeat,
# and what is entered meanwhile does not make them skip.

use lib 't/lib';
use Resonate::Test;
use POSIX ();

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');

# thirty of everything, of the same moment, the same day, the same name

$dbh->do(q{
    INSERT INTO resonate.creator (id, type_id, label_id, display_name,
                                  featured, created_at, updated_at)
    SELECT format('000000d0-0000-4000-8000-%s', to_char(n, 'FM000000000000'))
               ::uuid, 1 + n % 3, CASE WHEN n % 3 < 2 THEN $1::uuid END,
           'Same', true, '2025-01-01', '2025-01-01'
    FROM generate_series(1, 90) n}, {}, $id->{label});
$dbh->do(q{
    INSERT INTO resonate.release (creator_id, title, release_date, type,
                                  featured, tags, created_at)
    SELECT c.id, 'Same', date '2024-06-01', 'ep', true, '{dub}'::text[],
           timestamptz '2025-01-01'
    FROM resonate.creator c WHERE c.display_name = 'Same'
    UNION ALL
    SELECT $1, 'Same', '2024-06-01', 'lp', false, '{}', '2025-01-01'
    FROM generate_series(1, 30)}, {}, $id->{artist});
enter(30, '2025-01-01');

sub enter {
    my ($n, $time, $on) = @_;
    ($on || $dbh)->do(q{
        WITH t AS (INSERT INTO resonate.track (creator_id, title, tags,
                                               created_at)
                   SELECT $1, 'Same', '{dub}', coalesce($4, now())
                   FROM generate_series(1, $2) RETURNING id)
        INSERT INTO resonate.release_item (release_id, track_id, index)
        SELECT $3, t.id, (SELECT max(i.index) FROM resonate.release_item i
                          WHERE i.release_id = $3) + row_number() OVER ()
        FROM t}, {}, $id->{artist}, $n, $id->{release}, $time);
}

sub call {
    my ($function, %arg) = @_;
    my $args = join ', ', map { "\"$_\" => ?" } sort keys %arg;
    my ($body) = $edge->selectrow_array("SELECT body FROM v3.$function($args)",
                                        {}, @arg{sort keys %arg});
    return JSON::PP->new->decode($body);
}

sub ids {
    my ($data) = @_;
    return map { $_->{id} } ref $data eq 'ARRAY' ? @$data
                            : map { @{$data->{$_}} } qw(tracks trackgroups);
}

# all pages, from the first to the last that the latest one knows of; "then"
# is what happens between two

sub pages {
    my ($function, %arg) = @_;
    my $then = delete $arg{then} || sub {};
    my ($page, $last, @ids) = (0, 1);

    while (++$page <= $last) {
        my $got = call($function, %arg, page => $page);
        push @ids, ids($got->{data});
        $last = $got->{numberOfPages};
        $then->($page);
    }

    return @ids;
}

sub repeated {
    my %times;
    $times{$_}++ for @_;
    return grep { $times{$_} > 1 } keys %times;
}

my @LISTS = (
    map({ [ 'tracks', order => $_ ] } qw(newest oldest latest plays random)),
    map({ [ 'trackgroups', order => $_ ] } qw(newest oldest random)),
    [ 'trackgroups', type => 'ep' ], [ 'trackgroups', featured => 1 ],
    map({ my $order = $_; map { [ 'artists', order => $order,
                                  order_by => $_ ] } qw(name id) }
        qw(asc desc)),
    [ 'artists_featured' ], [ 'artists_updated' ],
    map({ [ 'labels', order => $_ ] } qw(asc desc)),
    map({ [ 'label_artists', id => $id->{label}, order => $_ ] }
        qw(asc desc)),
    map({ my $kind = $_; map { [ "${kind}_releases", id => $id->{$kind},
                                 order => $_ ] } qw(newest oldest random) }
        qw(artist label)),
    [ 'artist_tracks', id => $id->{artist} ], [ 'tag', tag => 'dub' ],
);

for (@LISTS) {
    my ($function, @arg) = @$_;
    my %arg = @arg;
    my $name = join ' ', $function, map { "$_=$arg{$_}" }
               grep { $_ ne 'id' } sort keys %arg;
    my ($whole, $sevens, $elevens) = in_a_minute {
        call($function, %arg, limit => 100),
            map { [ pages($function, %arg, limit => $_) ] } 7, 11;
    };
    my @all = @$sevens;

    cmp_ok $whole->{count}, '>', 28, "$name: many";
    is scalar @all, $whole->{count}, 'as many on all pages as it counts';
    is_deeply [ repeated(@all) ], [], 'each once';
    is_deeply $elevens, \@all, 'in the same order by other pages'
        if $function ne 'tag';

    my $past = call($function, %arg, limit => 7, page => 1_400);
    my $pages = POSIX::ceil($whole->{count} / 7);
    is_deeply $past, { data => $function eq 'tag'
                           ? { tracks => [], trackgroups => [] } : [],
                       count => $whole->{count}, numberOfPages => $pages,
                       pages => $pages, status => 'ok' }, 'nothing past them';
}


# while others enter tracks: one by one, in turns, many at a time

my @writer = map { $pg->dbh(user => 'postgres') } 1 .. 2;

sub writes {
    my ($page) = @_;
    enter($_ % 3 == 0 ? 8 : 1, undef, $writer[$_ % 2])
        for $page < 9 ? ($page) x ($page % 3 + 1) : ();
}

for (
    # what is new comes last, or it moves all the rest
    [ 'last', 'tracks', order => 'oldest' ],
    [ 'first', 'tracks', order => 'newest' ],
    [ 'first', 'tracks', order => 'latest' ],
    [ 'first', 'artist_tracks', id => $id->{artist} ],
) {
    my ($new, $function, %arg) = @$_;
    my $name = join ' ', $function, $arg{order} // ();
    my @had = pages($function, %arg, limit => 100);
    my @got = pages($function, %arg, limit => 5, then => \&writes);
    my %got = map { $_ => 1 } @got;

    is_deeply [ grep { !$got{$_} } @had ], [], "$name: none is skipped";

    if ($new eq 'last') {
        is_deeply [ repeated(@got) ], [], 'none is repeated';
        is_deeply \@got, [ pages($function, %arg, limit => 100) ],
            'all that is new is seen, in order';
    } else {
        cmp_ok scalar repeated(@got), '>', 0, 'what moved on is repeated';
    }
}

done_testing;
