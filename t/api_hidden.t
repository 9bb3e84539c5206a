# What is private, unpublished, not yet out, hidden or deleted is in no
# public answer, whoever asks; only its owner finds it, by its id.

use lib 't/lib';
use Resonate::Test;
use Resonate::Routes;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my (%secret, $n);

# Every sort of it, in every place there is.  All of it is seen at first, so
# that what is derived from it has to go as well.

my @CREATORS = (
    # key, type, label
    [ s_label => 3, undef ], [ s_artist => 1, 's_label' ],
    [ s_band => 2, 'label' ],
);
my @RELEASES = (
    # key, creator, what hides it
    [ r_private => 'artist', 'private = true' ],
    [ r_disabled => 'artist', 'enabled = false' ],
    [ r_deleted => 'artist', 'deleted_at = now()' ],
    [ r_future => 'artist', 'release_date = current_date + 2' ],
    [ r_artist => 's_artist', 'private = true' ],
    [ r_band => 's_band', 'release_date = current_date + 2' ],
    [ r_label => 's_label', 'enabled = false' ],
);
my @TRACKS = (
    # key, creator, release, what hides it, or its release
    [ t_private => 'artist', 'r_private' ],
    [ t_disabled => 'artist', 'r_disabled' ],
    [ t_deleted => 'artist', 'r_deleted' ],
    [ t_future => 'artist', 'r_future' ],
    [ t_artist => 's_artist', 'r_artist' ], [ t_band => 's_band', 'r_band' ],
    [ t_label => 's_label', 'r_label' ],
    [ t_hidden => 'artist', 'release', "status = 'hidden'" ],
    [ t_lost => 'artist', 'release', "status = 'deleted'" ],
);

for (@CREATORS) {
    my ($key, $type, $label) = @$_;
    $dbh->do('INSERT INTO resonate.creator (id, type_id, label_id, owner_id,
                  display_name, featured) VALUES (?, ?, ?, ?, ?, true)', {},
             name(1, $key), $type, $label && $id->{$label}, $id->{owner},
             "Xanadu $key");
}

for (@RELEASES) {
    my ($key, $creator) = @$_;
    $dbh->do("INSERT INTO resonate.release (id, creator_id, title, featured,
                  tags) VALUES (?, ?, ?, true, '{xanadu,ambient}')", {},
             name(2, $key), $id->{$creator}, "Xanadu $key");
}

for (@TRACKS) {
    my ($key, $creator, $release) = @$_;
    $dbh->do("INSERT INTO resonate.track (id, creator_id, title, status, tags)
              VALUES (?, ?, ?, 'free', '{xanadu,ambient}')", {},
             name(3, $key), $id->{$creator}, "Xanadu $key");
    item($release, $key);
    $dbh->do("INSERT INTO resonate.play (person_id, track_id, kind, count,
                  cost_mc, total_mc) SELECT ?, ?, 'free', 0, 0, 0
              FROM generate_series(1, 9)", {}, @$id{'listener', $key});
    $dbh->do('INSERT INTO resonate.favorite VALUES (?, ?)', {},
             @$id{'owner', $key});
}

for ([ playlist => 'false', 'Open' ], [ closed => 'true', 'Xanadu' ]) {
    my ($key, $private, $title) = @$_;
    $dbh->do("INSERT INTO resonate.playlist (id, owner_id, title, private,
                  tags) VALUES (?, ?, ?, $private, '{ambient}')", {},
             name(4, $key), $id->{owner}, $title);
    $dbh->do('INSERT INTO resonate.playlist_item VALUES (?, ?, ?)', {},
             $id->{$key}, $id->{$_->[0]}, ++$n) for @TRACKS;
}

delete $secret{playlist};

# a track of a private release that is on a released one, too: it is known,
# the private release is not

item(r_private => 'band_track');

sub name {
    my ($kind, $key) = @_;

    return $id->{$key} = $secret{$key}
        = Resonate::Catalogue::id(0x5ec0 + $kind, ++$n);
}

sub item {
    my ($release, $track) = @_;
    $dbh->do('INSERT INTO resonate.release_item VALUES (?, ?, ?)', {},
             @$id{$release, $track}, 100 + ++$n);
}

my $edge = Resonate::Edge->new(pg => $pg, auth => 1, routes => 1,
                               http => 'resonate_cache 32m listen=read;');

sub show {
    my ($path, %opt) = @_;
    my $res = $edge->get("/api/v3$path", %opt);

    $res->{status} =~ /^(?:200|404)$/ or die "$path: $res->{head}\n";
    return $res->{content};
}


# every public route, of every id

my @paths = map { s{^/api/v3}{}r } map {
    my $route = $_;
    map { Resonate::Routes::path($route, $id, id => $_) }
        $route->{pattern} =~ /<id>/ ? values %$id : undef
} Resonate::Routes::public();

push @paths, map({ ("/tracks?order=$_", "/trackgroups?order=$_") }
                 qw(newest oldest random)),
    qw(/tracks?order=plays /tracks?order=latest /trackgroups?featured=true
       /search?q=xanadu /search?q=xanadoo /search?q=breath /tag/xanadu
       /artists?orderBy=id),
    map { my $kind = $_; map { "/resolve?url=/$kind/$_" } values %$id }
        qw(artist label track release playlist user);

my $found = join '|', 'Xanadu', sort values %secret;

sub hits {
    my (%opt) = @_;
    return map { my $path = $_; map { "$path: $_" }
                 (show($path, %opt) =~ /($found)/)[0] // () } @paths;
}

my %seen = map { $_ => 1 } map { show($_) =~ /($found)/g } @paths;
is_deeply [ sort keys %seen ],
          [ sort 'Xanadu', grep { $_ ne $secret{closed} } values %secret ],
          'all of it is seen at first';

$dbh->do("UPDATE resonate.release SET $_->[2] WHERE id = ?", {},
         $id->{$_->[0]}) for @RELEASES;
$dbh->do("UPDATE resonate.track SET $_->[3] WHERE id = ?", {},
         $id->{$_->[0]}) for grep { $_->[3] } @TRACKS;
$edge->reload(http => 'resonate_cache 16m;');

is_deeply [ hits() ], [], 'then it is not for anybody';
is_deeply [ hits(token => token(sub => 'stranger')) ], [], 'nor a stranger';


# its owner, by its id, and nowhere else

my %detail = (track => '/tracks', release => '/trackgroups',
              artist => '/artists', label => '/labels',
              playlist => '/playlists');
my %is = ((map { $_->[0] => 'track' } grep { $_->[0] ne 't_lost' } @TRACKS),
          (map { $_->[0] => 'release' }
           grep { $_->[0] ne 'r_deleted' } @RELEASES),
          closed => 'playlist', s_artist => 'artist', s_band => 'artist',
          s_label => 'label');
my @own = ("/trackgroups/$id->{release}",       # with hidden tracks of theirs
           '/playlists', "/playlists/$id->{playlist}",
           "/users/$id->{owner}/playlists");

for my $key (keys %is) {
    my ($kind, $of) = ($is{$key}, $secret{$key});
    push @own, map { ("$detail{$_}/$of", "/resolve?url=/$_/$of") }
               $kind, $kind eq 'label' ? 'artist' : ();
}

my %known = map { $_ => 1 } @paths;
is_deeply [ sort map { s/: .*//r } hits(token => token(sub => 'owner')) ],
          [ sort grep { $known{$_} } @own ], 'what its owner sees';

my $known = json($edge->get("/api/v3/tracks/$id->{band_track}"))->{data};
is "$known->{album} $known->{trackGroup}{id}",
   "Second Wind $id->{band_release}",
   'a track of a private release is shown with the other';


# a track that is on nothing released, when the release is somebody else's

$dbh->do("UPDATE resonate.release SET creator_id = ? WHERE id = ?", {},
         @$id{qw(band r_private)});

for ([ t_private => 'none' ], [ t_deleted => 'none' ],
     [ t_future => 'Xanadu r_future' ]) {
    my ($key, $album) = @$_;
    my ($body) = $dbh->selectrow_array('SELECT body FROM v3.track(?, ?)', {},
                                       @$id{$key, 'owner'});
    my $track = JSON::PP->new->decode($body)->{data};

    is_deeply [ map { $_ // 'none' } @$track{qw(album trackGroupId)} ],
              [ $album, $album eq 'none' ? 'none' : $id->{r_future} ],
              "the release of $key, for its owner";
}

done_testing;
