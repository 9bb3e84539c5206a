# What an address names, what is public of a person, tags, and search.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, routes => 1,
                               http => 'resonate_cache 8m listen=read;');

$dbh->do("UPDATE resonate.setting SET value = 'https://Music.example'");
$dbh->do("UPDATE resonate.release SET title = '\x{65e5}\x{672c} One'
          WHERE id = ?", {}, $id->{band_release});

# the later one, but not out yet
$dbh->do("UPDATE resonate.release SET title = 'First Light' WHERE id = ?", {},
         $id->{coming});

for ([ open => 'false' ], [ closed => 'true' ]) {
    my ($key, $private) = @$_;
    $id->{$key} = Resonate::Catalogue::id(9, $key eq 'open' ? 1 : 2);
    $dbh->do("INSERT INTO resonate.playlist (id, owner_id, title, private)
              VALUES (?, ?, 'List', $private)", {}, @$id{$key, 'owner'});
}

sub ask {
    my ($path, $query, %opt) = @_;
    $query =~ s/([^\w.~-])/sprintf '%%%02X', ord $1/ge;
    return $edge->get("/api/v3/$path$query", %opt);
}

# key of what is named, "kind key" where an address says less

my %kind = (artist => 'artist', band => 'artist', label => 'label',
            release => 'trackgroup', band_release => 'trackgroup',
            private => 'trackgroup', coming => 'trackgroup', paid => 'track',
            hidden => 'track', open => 'playlist', closed => 'playlist',
            owner => 'user');

sub resolved {
    my ($url, $key, $who) = @_;
    $url =~ s/\{(\w+)\}/$id->{$1}/g;
    my $res = ask('resolve?url=', $url,
                  token => $who && token(sub => $who));

    return is $res->{status}, 404, "$url: nothing" if !$key;
    is_deeply json($res)->{data}, { kind => $kind{$key}, id => $id->{$key} },
        "$url: $key" or diag $res->{content};
}

for (
    # as players of the co-operative name their pages
    [ '/artist/{artist}', 'artist' ], [ '/artists/{artist}', 'artist' ],
    [ '/artist/{band}', 'band' ], [ '/artist/{artist}/releases', 'artist' ],
    [ '/artist/{label}', 'label' ], [ '/label/{label}', 'label' ],
    [ '/labels/{label}', 'label' ], [ '/label/{label}/artists', 'label' ],
    [ '/artist/{artist}/release/{release}', 'release' ],
    [ '/artist/{artist}/release/first-light', 'release' ],
    [ '/artist/{band}/release/%E6%97%A5%E6%9C%AC-one', 'band_release' ],
    [ '/track/{paid}', 'paid' ], [ '/tracks/{paid}', 'paid' ],
    [ '/playlist/{open}', 'open' ], [ '/u/{owner}', 'owner' ],
    [ '/u/{owner}/playlist/{open}', 'open' ], [ '/user/{owner}', 'owner' ],
    [ '/u/{owner}/library', 'owner' ],
    [ '/library/trackgroup/{release}', 'release' ],
    [ '/library/label/{label}', 'label' ], [ '/embed/track/{paid}', 'paid' ],
    [ '/embed/artist/{artist}/release/first-light', 'release' ],
    # as ours does, and in full
    [ '/#/release/{release}', 'release' ], [ '#/artist/{artist}', 'artist' ],
    [ 'https://music.example/track/{paid}', 'paid' ],
    [ 'HTTPS://MUSIC.EXAMPLE/track/{paid}', 'paid' ],
    [ 'https://music.example/#/release/{release}', 'release' ],
    [ 'https://music.example/track/{paid}/?a=b#c', 'paid' ],
    [ '/track/' . uc $id->{paid}, 'paid' ],
    # elsewhere, nowhere, nonsense
    [ 'https://other.example/track/{paid}' ],
    [ 'https://music.example.evil/track/{paid}' ],
    [ 'https://music.example@evil/track/{paid}' ],
    [ '//music.example/track/{paid}' ], [ 'track/{paid}' ],
    [ 'https://music.example' ], [ '/' ], [ '/track' ], [ '/track/1' ],
    [ '/track/{paid}x' ], [ '/track/{release}' ], [ '/artist/{paid}' ],
    [ '/label/{artist}' ], [ '/artist/{artist}/bio' ],
    [ '/track/{paid}/release/{release}' ], [ '/x/track/{paid}' ],
    [ '/artist/{artist}/release/{band_release}' ],
    [ '/artist/{artist}/release/%FF' ], [ '/artist/{artist}/release/%00' ],
    [ '/artist/{artist}/release/%zz' ], [ '/artist/{artist}/release/drafts' ],
    [ '/u/{owner}/playlist/list' ],
    [ '/u/{listener}/playlist/{open}' ],
    [ '/artist/{artist}/playlist/{open}' ], [ '/api/v3/tracks/{paid}' ],
    # what only its owner sees
    map({ my ($path, $key) = @$_;
          ([ $path ], [ $path, undef, 'listener' ], [ $path, $key, 'owner' ]) }
        [ '/track/{hidden}', 'hidden' ], [ '/release/{private}', 'private' ],
        [ '/release/{coming}', 'coming' ], [ '/playlist/{closed}', 'closed' ]),
) {
    resolved(@$_);
}


# a person

my $person = ask('users/', $id->{owner});
$dbh->do("UPDATE resonate.person SET display_name = 'Mx. \"O\"', email = 'o\@x'
          WHERE id = ?", {}, $id->{listener});
is_deeply json(ask('users/', $id->{listener}))->{data},
    { id => $id->{listener}, displayName => 'Mx. "O"' }, 'a person';
is_deeply [ sort keys %{json($person)->{data}} ], [ qw(displayName id) ],
    'id and name only';
is ask('users/', $id->{artist})->{status}, 404, 'an artist is no person';


# tags: path, tracks, releases, count

$dbh->do("UPDATE resonate.track SET tags = '{hip hop,dub}' WHERE id = ANY (?)",
         {}, [ @$id{qw(paid short hidden future)} ]);
$dbh->do("UPDATE resonate.release SET tags = '{dub}' WHERE id = ANY (?)", {},
         [ @$id{qw(release private coming)} ]);

for (
    [ 'dub' => 'Evening, Morning', 'First Light', 3, 1 ],
    [ 'DUB/' => 'Evening, Morning', 'First Light', 3, 1 ],
    [ 'hip%20hop' => 'Evening, Morning', '', 2, 1 ],
    [ 'Hip-Hop' => 'Evening, Morning', '', 2, 1 ],
    [ 'hip' => '', '', 0, 0 ],
    [ 'ambient' => '', "\x{65e5}\x{672c} One", 1, 1 ],
    [ 'dub?limit=1' => 'Evening', 'First Light', 3, 3 ],
    [ 'dub?limit=1&page=2' => 'Morning', '', 3, 3 ],
    [ 'dub?limit=1&page=3' => '', '', 3, 3 ],
) {
    my ($path, @expected) = @$_;
    my $got = json($edge->get("/api/v3/tag/$path"));
    my ($tracks, $releases) = map { join ', ', map { $_->{title} }
                                    @{$got->{data}{$_}} }
                              qw(tracks trackgroups);

    is_deeply [ $tracks, $releases, $got->{count}, $got->{numberOfPages} ],
        \@expected, "/tag/$path";
}


# search: + and %2B are spaces, the ends are trimmed, each kind has a limit

for ([ '+evening++' => 1 ], [ '%2Bevening%2Btesters' => 1 ],
     [ 'testers+evening' => 1 ], [ 'testers' => 3 ], [ 'testers&limit=2' => 2 ],
     [ 'tomorrow' => 0 ], [ '%2C' => 0 ])
{
    my ($q, $tracks) = @$_;
    my $data = json($edge->get("/api/v3/search/?q=$q"))->{data};
    is scalar @{$data->{tracks}}, $tracks, "search for $q";
}

done_testing;
