# The exact members of every answer, through the edge: for nobody and for a
# listener, of things with pictures and of things that lack what they can.

use lib 't/lib';
use Resonate::Test;
use Resonate::Routes;
use B ();

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

for my $kind (qw(cover avatar banner)) {
    ($id->{$kind}) = $dbh->selectrow_array(
        'SELECT resonate.ingest_image(?, ?, 2500, 2500)', {}, $kind,
        sprintf('%064d', length $kind));
}

$dbh->do('UPDATE resonate.release SET cover_id = ? WHERE id = ?', {},
         @$id{qw(cover release)});
$dbh->do("UPDATE resonate.creator SET avatar_id = ?, banner_id = ?,
              links = '[{\"uri\":\"https://z.example\",\"platform\":\"web\",
                         \"type\":\"homepage\"}]' WHERE id = ?", {},
         @$id{qw(avatar banner artist)});
$id->{playlist} = Resonate::Catalogue::id(9, 1);
$dbh->do("INSERT INTO resonate.playlist (id, owner_id, title, private)
          VALUES (?, ?, 'Open', false)", {}, @$id{qw(playlist owner)});
$dbh->do('INSERT INTO resonate.playlist_item VALUES (?, ?, 1)', {},
         @$id{qw(playlist paid)});

my $edge = Resonate::Edge->new(pg => $pg, auth => 1, routes => 1,
                               http => 'resonate_cache 8m listen=read;');

# A shape: a word for a scalar, a name of another shape, { member => shape },
# [ shape ] for a list, and a list of alternatives behind "or".

my $NAMED = { id => 'uuid', displayName => 'text' };
my $COVERS = [ or => {}, { map { $_ => 'sized' } qw(small medium large) } ];
my %COVER = (cover => 'url?', cover_metadata => [ or => 'null',
             { id => 'uuid' } ], images => $COVERS);

my %SHAPE = (
    uuid => qr/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'uuid?' => qr/^(?:[0-9a-f-]{36}|)$/, text => qr/./, 'text?' => qr/^/,
    url => qr{^http://localhost:8080/\S+$}, 'url?' => qr{^(?:http://\S+)?$},
    number => qr/^\d+(?:\.\d+)?$/, 'number?' => qr/^\d*(?:\.\d+)?$/,
    bool => qr/^[01]$/, null => qr/^$/,
    time => qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    'date?' => qr/^(?:\d{4}-\d\d-\d\d)?$/,
    sized => { width => 'number', height => 'number', url => 'url' },
    track => {
        (map { $_ => 'uuid' } qw(id creatorId trackGroupId)),
        (map { $_ => 'text' } qw(title album artist)), duration => 'number',
        year => 'number?', status => 'text', hls => 'bool',
        qualities => [], loudness => 'null', waveform => 'null',
        hasLyrics => 'bool', url => 'url',
        %COVER, creator => $NAMED, artists => [ $NAMED ],
        trackGroup => { id => 'uuid', title => 'text', cover => 'url?' },
        price => { play => 'number', buy => 'number' } },
    release => {
        (map { $_ => 'uuid' } qw(id creatorId)),
        (map { $_ => 'text' } qw(title slug type display_artist)),
        about => 'text?', tags => [ 'text' ], creator => $NAMED,
        releaseDate => 'date?', createdAt => 'time', %COVER, uri => 'url',
        (map { $_ => 'bool' } qw(private download featured)) },
    artist => {
        id => 'uuid', typeId => 'number',
        type => { id => 'number', name => 'text' },
        (map { $_ => 'text' } qw(displayName name)),
        (map { $_ => 'text?' } qw(description shortBio country)),
        banner => [ or => 'null', { map { $_ => 'url' }
                                    qw(small medium large) } ],
        avatar => [ or => 'null', { map { $_ => 'url' }
                                    qw(xxs xs s m l xl xxl) } ],
        images => [ or => {}, { 'profile_photo-m' => 'url',
            'cover_photo-l' => 'url', small => 'sized', medium => 'sized' } ],
        links => [ { map { $_ => 'text' } qw(uri platform type) } ],
        label => [ or => 'null', { id => 'uuid', name => 'text' } ],
        createdAt => 'time', updatedAt => 'time' },
    playlist => {
        (map { $_ => 'uuid' } qw(id creatorId)), title => 'text',
        about => 'text?', creator => $NAMED, %COVER, tags => [ 'text' ],
        (map { $_ => 'bool' } qw(private featured)),
        items => [ { index => 'number', track => 'track' } ] },
);
$SHAPE{items} = { %{$SHAPE{release}}, items => [
    { index => 'number', disc => 'number', number => 'number?',
      trackId => 'uuid', track => 'track' } ],
    discs => [ { disc => 'number', title => 'text' } ],
    copyright => 'text?', barcode => 'text?',
    label => [ or => 'null', { id => 'uuid', name => 'text' } ] };

# route, its data; [] is of a list with its counts

my %DATA = (
    '/tracks' => [ 'track' ], '/tracks/<id>' => 'detail',
    '/trackgroups' => [ 'release' ], '/trackgroups/<id>' => 'items',
    (map { $_ => [ 'artist' ] } qw(/artists /artists/featured /artists/updated
                                   /labels /labels/<id>/artists)),
    (map { $_ => 'artist' } qw(/artists/<id> /labels/<id>)),
    (map { $_ => [ 'items' ] } qw(/artists/<id>/releases
                                  /labels/<id>/releases)),
    (map { $_ => [ 'track' ] } qw(/artists/<id>/tracks
                                  /artists/<id>/tracks/top)),
    (map { $_ => [ 'playlist' ] } qw(/playlists /users/<id>/playlists)),
    '/playlists/<id>' => 'playlist', '/users/<id>' => $NAMED,
    '/search' => { (map { $_ => [ 'artist' ] } qw(artists bands labels)),
                   tracks => [ 'track' ], trackgroups => [ 'release' ] },
    '/tag/<tag>' => { tracks => [ 'track' ], trackgroups => [ 'release' ] },
    '/resolve' => { kind => 'text', id => 'uuid' },
    '/prices' => { plays => [ 'number' ], creditMc => 'number',
                   creditEur => 'text', playMarkMs => 'number',
                   previewMs => 'number' },
);


# where a value differs from its shape

sub faults {
    my ($at, $value, $shape) = @_;

    if (ref $shape eq 'ARRAY' && ($shape->[0] // '') eq 'or') {
        my @tried = map { [ faults($at, $value, $_) ] } @$shape[1 .. $#$shape];
        return (grep { !@$_ } @tried) ? () : @{$tried[-1]};
    }

    return faults($at, $value, $SHAPE{$shape})
        if !ref $shape && ref $SHAPE{$shape} ne 'Regexp';

    if (ref $shape eq 'HASH') {
        return "$at: no object" if ref $value ne 'HASH';
        my ($got, $want) = map { join ' ', sort keys %$_ } $value, $shape;
        return $got ne $want ? "$at: $got, not $want"
            : map { faults("$at.$_", $value->{$_}, $shape->{$_}) }
              sort keys %$shape;
    }

    if (ref $shape eq 'ARRAY') {
        return "$at: no list" if ref $value ne 'ARRAY';
        return map { faults("$at\[]", $_, $shape->[0]) } @$value;
    }

    return "$at: no $shape"
        if ($value // '') !~ $SHAPE{$shape}
           || ($shape eq 'bool') != !!JSON::PP::is_bool($value)
           || ref $value && $shape ne 'bool'
           || $shape =~ /^number/ && defined $value && quoted($value);
    return;
}

sub quoted { return B::svref_2object(\$_[0])->FLAGS & B::SVf_POK }

for my $route (Resonate::Routes::public()) {
    my $pattern = $route->{pattern};
    my $shape = $DATA{$pattern} // next;
    my $path = Resonate::Routes::path($route, $id);

    for my $who (undef, 'listener') {
        local @{$SHAPE{track}}{qw(userPlays userFavorited)}
            = qw(number bool);
        delete @{$SHAPE{track}}{qw(userPlays userFavorited)} if !$who;
        local $SHAPE{detail} = { %{$SHAPE{track}}, map { $_ => 'text?' }
                                 qw(lyrics composer isrc copyright) };

        my $got = json($edge->get($path, token => $who && token()));
        my $list = ref $shape eq 'ARRAY' || $pattern =~ /^.tag/;
        my %whole = (data => $shape, $list ? (status => 'text',
            map { $_ => 'number' } qw(count numberOfPages pages)) : ());

        is_deeply [ faults($pattern, $got, \%whole) ], [],
            "$pattern for " . ($who // 'nobody');
        cmp_ok scalar @{$got->{data}}, '>', 0, 'which is not empty'
            if ref $shape eq 'ARRAY' && $pattern !~ /featured|users/;
    }
}

done_testing;
