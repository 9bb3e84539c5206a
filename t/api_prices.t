# What a track costs: for nobody, for a listener as far as they came, for its
# owner; and the rule that says so.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, routes => 1,
                               http => 'resonate_cache 8m listen=read;');
my %token = (map({ $_ => token(sub => $_) } qw(listener owner)),
             nobody => undef);
my $track = $id->{paid};

sub data {
    my ($path, $who) = @_;
    return json($edge->get("/api/v3$path", token => $token{$who}))->{data};
}

sub price {
    my $price = (ref $_[0] ? $_[0] : data("/tracks/$_[0]", $_[1]))->{price};

    is_deeply [ sort keys %$price ], [ qw(buy play) ], 'play and buy';
    return "$price->{play} $price->{buy}";
}

# somebody who came so far with the track

sub came {
    my ($name, $count, $owned) = @_;
    my ($person) = $dbh->selectrow_array(
        "SELECT resonate.caller('https://demo.resonate.example', ?)", {},
        $name);
    $dbh->do('INSERT INTO resonate.holding VALUES (?, ?, ?, ?)', {}, $person,
             $track, $count, $owned);
    $token{$name} = token(sub => $name);
}


# track, then to nobody, the listener, the owner: play and buy, in mc

for (
    [ paid => '2 1022', '2 1022', '0 0' ],
    [ short => '2 1022', '2 1022', '0 0' ],     # free+paid costs, too
    [ free => '0 0', '0 0', '0 0' ],
    [ band_track => '2 1022', '2 1022', '2 1022' ],
    [ hidden => undef, undef, '0 0' ],
    [ future => undef, undef, '0 0' ],
) {
    my ($key, %expected) = ($_->[0], nobody => $_->[1], listener => $_->[2],
                            owner => $_->[3]);
    for my $who (sort keys %expected) {
        my $found = data("/tracks/$id->{$key}", $who);
        is $found ? price($found) : undef, $expected{$who}, "$key for $who";
    }
}


# counted plays, then price

for (
    [ 0 => '2 1022' ], [ 1 => '4 1020' ], [ 2 => '8 1016' ],
    [ 3 => '16 1008' ], [ 4 => '32 992' ], [ 5 => '64 960' ],
    [ 6 => '128 896' ], [ 7 => '256 768' ], [ 8 => '512 512' ],
    [ 9 => '0 0' ], [ 3 => '0 0', '2025-01-01' ],
) {
    my ($count, $expected, $owned) = @$_;
    my $name = "$count plays" . ($owned ? ', owned' : '');
    came($name, $count, $owned);

    my $mine = data("/tracks/$track", $name);
    is price($mine), $expected, $name;
    is $mine->{userPlays}, $count, 'userPlays';
    is price($track, 'nobody'), '2 1022', 'and for nobody as before';
}


# the same in every list

for my $path ('/tracks', '/tracks?order=plays', "/artists/$id->{artist}/tracks",
              "/artists/$id->{artist}/tracks/top?limit=10",
              '/search?q=morning', "/trackgroups/$id->{release}",
              "/artists/$id->{artist}/releases",
              "/labels/$id->{label}/releases")
{
    for (map({ [ $_ => '2 1022' ] } 'nobody'), [ '4 plays' => '32 992' ],
         [ owner => '0 0' ])
    {
        my ($who, $expected) = @$_;
        my $data = data($path, $who);
        my @tracks = map { $_->{items} ? map { $_->{track} } @{$_->{items}}
                                       : $_ }
                     ref $data eq 'ARRAY' ? @$data : $data->{tracks}
                     ? @{$data->{tracks}} : $data;
        my ($found) = grep { $_->{id} eq $track } @tracks;
        my $personal = grep { exists $found->{$_} }
                       qw(userPlays userFavorited);

        is price($found), $expected, "$path for $who";
        is $personal, $who eq 'nobody' ? 0 : 2, 'with what is theirs';
    }
}


# it is what is charged

my $play = play('', 'listener');
is "$play->{count} $play->{cost}", '1 2', 'a play costs what was said';
is price($track, 'listener'), '4 1020', 'and the next one more';
$play = play('/buy', 'listener');
is $play->{cost}, 1020, 'so does buying';
is price($track, 'listener'), '0 0', 'and then nothing';

sub play {
    my ($what, $who) = @_;
    return json($edge->post("/api/v3/user/plays$what",
                            qq({"trackId":"$track"}),
                            token => $token{$who}))->{data};
}


# the rule in force, and the next one

is_deeply data('/prices', 'nobody'),
    { plays => [ 2, 4, 8, 16, 32, 64, 128, 256, 512 ], creditMc => 1022,
      creditEur => '1.25', playMarkMs => 45000, previewMs => 45000 },
    'GET /prices';
like $edge->get('/api/v3/prices')->{content},
    qr/"plays":\[2,4,.*"creditMc":1022,"creditEur":"1\.25",/,
    'numbers as numbers, euros as text';

$dbh->do("SELECT resonate.price_rule_next(30000, '{7,11}')");
$edge->reload(http => 'resonate_cache 4m;');
is_deeply data('/prices', 'nobody')->{plays}, [ 7, 11 ], 'another rule';
is data('/prices', 'nobody')->{playMarkMs}, 30000, 'its play mark';
is price($track, 'nobody'), '7 18', 'and its prices';
is price($track, '1 plays'), '11 11', 'for a listener, too';
is price($track, '4 plays'), '0 0', 'who may be past its end';

done_testing;
