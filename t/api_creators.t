# Artists, bands and labels: who is one, what they have, in which order.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, routes => 1,
                               http => 'resonate_cache 8m listen=read;');
my $n = 0;

sub creator {
    my ($key, $type, %more) = @_;
    $id->{$key} = Resonate::Catalogue::id(0xd, ++$n);
    $dbh->do('INSERT INTO resonate.creator (id, type_id, display_name,
                  label_id, featured, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
             {}, $id->{$key}, $type, $key, $more{label},
             $more{featured} // 0, $more{updated} // '2025-01-01');
}

sub release {
    my ($key, $creator, $date, @tracks) = @_;
    $id->{$key} = Resonate::Catalogue::id(0xe, ++$n);
    $dbh->do('INSERT INTO resonate.release (id, creator_id, title,
                  release_date) VALUES (?, ?, ?, ?)', {}, $id->{$key},
             $id->{$creator}, $key, $date);
    $dbh->do('INSERT INTO resonate.release_item VALUES (?, ?, ?)', {},
             $id->{$key}, $id->{$_}, 100 - ++$n) for @tracks;
}

sub track {
    my ($key, $creator) = @_;
    $id->{$key} = Resonate::Catalogue::id(0xf, ++$n);
    $dbh->do('INSERT INTO resonate.track (id, creator_id, title)
              VALUES (?, ?, ?)', {}, $id->{$key}, $id->{$creator}, $key);
}

# a label with a release of its own and two members; somebody whose only
# track is on its compilation, whose label has nothing else; nobody at all

creator('Big Label', 3, updated => '2025-03-01');
creator('Ann', 1, label => $id->{'Big Label'}, updated => '2025-04-01');
creator("\x{c4}nne", 2, label => $id->{'Big Label'}, featured => 1);
creator('Mute', 1, label => $id->{'Big Label'}, featured => 1);
creator('Small Label', 3);
creator('Guest', 1, label => $id->{'Small Label'}, featured => 1);

track('By Ann', 'Ann');
track('By Guest', 'Guest');
release('Sampler', 'Big Label', '2024-05-01', 'By Guest', 'By Ann');
release('First', 'Ann', '2023-05-01', 'By Ann');
release('Undated', 'Ann', undef);
release('Second', "\x{c4}nne", '2025-05-01');
release('Next', 'Ann', '2126-01-01');

sub titles {
    my ($path) = @_;
    my $res = $edge->get("/api/v3$path" =~ s/\{(.*?)\}/$id->{$1}/gr);
    my $data = json($res)->{data} // return $res->{status};

    return join ', ', map { $_->{title} // $_->{displayName} }
           ref $data eq 'ARRAY' ? @$data : $data;
}

my $zoe = "Zo\x{eb} & the Testers";

for (
    # lists: whoever has a released release
    [ '/artists' => "Ann, \x{c4}nne, The Assertions, $zoe" ],
    [ '/artists?order=desc' => "$zoe, The Assertions, \x{c4}nne, Ann" ],
    [ '/artists?orderBy=id' => "$zoe, The Assertions, Ann, \x{c4}nne" ],
    [ '/artists/featured' => "\x{c4}nne" ],
    [ '/artists/updated?limit=1' => "The Assertions" ],
    [ '/labels' => 'Big Label, Sunrise Records' ],
    [ '/labels?order=desc' => 'Sunrise Records, Big Label' ],
    [ '/labels/{Big Label}/artists' => "Ann, \x{c4}nne" ],
    [ '/labels/{Big Label}/artists?order=desc' => "\x{c4}nne, Ann" ],
    [ '/labels/{label}/artists' => $zoe ],
    # one: also who has but a track, and the label of such
    [ '/artists/{Guest}' => 'Guest' ], [ '/artists/{Mute}' => 404 ],
    [ '/artists/{Big Label}' => 'Big Label' ],
    [ '/labels/{Big Label}' => 'Big Label' ],
    [ '/labels/{Small Label}' => 'Small Label' ],
    [ '/labels/{Small Label}/artists' => '' ],
    map({ ([ "/labels/{Ann}$_" => 404 ], [ "/labels/{First}$_" => 404 ]) }
        '', '/artists', '/releases'),
    map({ [ "/artists/{Mute}$_" => 404 ] } qw(/releases /tracks /tracks/top)),
    # releases: by date, those of no date last; of a label all its artists'
    [ '/artists/{Ann}/releases' => 'First, Undated' ],
    [ '/artists/{Ann}/releases?order=oldest' => 'Undated, First' ],
    [ '/artists/{Guest}/releases' => '' ],
    [ '/artists/{Big Label}/releases' => 'Sampler' ],
    [ '/labels/{Big Label}/releases' => 'Second, Sampler, First, Undated' ],
    [ '/labels/{Big Label}/releases?order=oldest' =>
      'Undated, First, Sampler, Second' ],
    [ '/labels/{Big Label}/releases?limit=1&page=3' => 'First' ],
    [ '/labels/{Small Label}/releases' => '' ],
    # tracks
    [ '/artists/{Ann}/tracks' => 'By Ann' ],
    [ '/artists/{Guest}/tracks' => 'By Guest' ],
    [ '/artists/{Big Label}/tracks' => '' ],
) {
    my ($path, $expected) = @$_;
    is titles($path), $expected, $path;
}

like titles('/artists/updated'), qr/, Ann, \x{c4}nne$/, 'the last changed';


# items of a list: of each release its own, by index, with their tracks

my $releases = json($edge->get("/api/v3/labels/$id->{'Big Label'}/releases"))
               ->{data};
is_deeply [ map { my $r = $_; map { "$r->{title}: $_->{track}{title}"
                                    . " of $_->{track}{album}" }
                  @{$r->{items}} } @$releases ],
          [ 'Sampler: By Ann of First', 'Sampler: By Guest of Sampler',
            'First: By Ann of First' ], 'items of releases';
my ($sampler) = grep { $_->{title} eq 'Sampler' } @$releases;
my @index = map { $_->{index} } @{$sampler->{items}};
cmp_ok $index[0], '<', $index[1], 'by index';
is_deeply [ map { $_->{trackId} } @{$sampler->{items}} ],
          [ map { $_->{track}{id} } @{$sampler->{items}} ], 'trackId';
is_deeply [ map { $_->{items} } grep { $_->{title} eq 'Undated' } @$releases ],
          [ [] ], 'no items are an empty list';
is_deeply json($edge->get("/api/v3/trackgroups/$sampler->{id}"))->{data},
          $sampler, 'the same as by its id';
ok !exists json($edge->get('/api/v3/trackgroups'))->{data}[0]{items},
    'the list of all releases has none';


# the most often played

for (qw(short short free paid paid paid)) {
    $dbh->do("INSERT INTO resonate.play (person_id, track_id, kind, count,
                  cost_mc, total_mc) VALUES (?, ?, 'free', 0, 0, 0)", {},
             @$id{'listener', $_});
}

# what does not count
$dbh->do("INSERT INTO resonate.play (person_id, track_id, kind, count, cost_mc,
              total_mc) SELECT ?, ?, k, 0, 0, 0
          FROM generate_series(1, 9), unnest('{own,preview}'::text[]) k", {},
         @$id{qw(listener free)});
$dbh->do('SELECT resonate.roll_up()');
is titles('/artists/{artist}/tracks/top'), 'Morning, Evening, Noon', 'top';
is titles('/artists/{artist}/tracks/top?limit=1'), 'Morning', 'the top one';
is titles('/tracks?order=plays&limit=3'), 'Morning, Evening, Noon', 'of all';

done_testing;
