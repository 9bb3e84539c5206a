#!/usr/bin/perl

# Every answer has the shape of the HTTP contract, and shows to each caller
# what that caller may see.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $cover = $dbh->selectrow_array(
    "SELECT resonate.ingest_image('cover', repeat('a', 64), 1500, 1500)");

$dbh->do("UPDATE resonate.setting SET value = 'https://r.example'");
$dbh->do('UPDATE resonate.release SET cover_id = ? WHERE id = ?', {}, $cover,
         $id->{release});

sub call {
    my ($function, %arg) = @_;
    my @name = sort keys %arg;
    my $list = join ', ', map { "\"$_\" => ?" } @name;

    return $edge->selectrow_hashref(
        "SELECT status, body, tags FROM v3.$function($list)", {}, @arg{@name});
}

sub data {
    my $row = call(@_);
    utf8::encode(my $bytes = $row->{body});
    return $row->{status} == 200 ? JSON::PP->new->utf8->decode($bytes)->{data}
                                 : $row->{status};
}

# the names of the top level, in order

sub names {
    my ($text) = @_;
    my ($depth, @name) = (0);

    while ($text =~ /\G(?:([{\[])|([}\]])|"((?:[^"\\]|\\.)*)"\s*(:?)|.)/gcs) {
        $depth++ if $1;
        $depth-- if $2;
        push @name, $3 if $4 && $depth == 2;
    }

    return join ' ', @name;
}

my $image = "https://r.example/images/$cover";
my %images = map { $_->[0] => { width => $_->[1], height => $_->[1],
                                url => "$image-x$_->[1].jpg" } }
             [ small => 120 ], [ medium => 600 ], [ large => 1500 ];


# a track

my $track = 'id creatorId title album artist duration year status hls'
            . ' qualities loudness waveform url'
            . ' cover cover_metadata images creator artists hasLyrics'
            . ' trackGroup trackGroupId price';
my $detail = 'lyrics composer isrc copyright';
my $row = call('track', id => $id->{paid});

is(names($row->{body}), "$track $detail", 'the names of a track, in order');
is_deeply(data('track', id => $id->{paid}), {
    id => $id->{paid}, creatorId => $id->{artist}, title => 'Morning',
    album => 'First Light', artist => "Zo\x{eb} & the Testers",
    duration => Resonate::Media::files()->{long}{duration_ms} / 1000,
    year => 2020, status => 'paid', hls => JSON::PP::true(),
    qualities => [], loudness => undef, waveform => undef,
    url => "https://r.example/api/v3/user/stream/$id->{paid}",
    cover => "$image-x600.jpg", cover_metadata => { id => $cover },
    images => \%images,
    creator => { id => $id->{artist},
                 displayName => "Zo\x{eb} & the Testers" },
    artists => [ { id => $id->{artist},
                   displayName => "Zo\x{eb} & the Testers" } ],
    hasLyrics => JSON::PP::false(),
    lyrics => undef, composer => undef, isrc => undef, copyright => undef,
    trackGroup => { id => $id->{release}, title => 'First Light',
                    cover => "$image-x600.jpg" },
    trackGroupId => $id->{release}, price => { play => 2, buy => 1022 } },
    'a track');
is_deeply($row->{tags}, [ "track:$id->{paid}", "artist:$id->{artist}",
                          "trackgroup:$id->{release}", 'prices' ],
          'its tags');
is(names(call('track', id => $id->{paid},
              caller => $id->{listener})->{body}),
   "$track userPlays userFavorited $detail",
   'and, for somebody, plays and favour');

$dbh->do('INSERT INTO resonate.favorite VALUES (?, ?)', {}, $id->{listener},
         $id->{paid});
call('play', track_id => $id->{paid}, caller => $id->{listener});
my $own = data('track', id => $id->{paid}, caller => $id->{listener});
is("$own->{userPlays} $own->{userFavorited}", '1 1', 'of that somebody');
is_deeply(data('track', id => $id->{band_track})->{images}, {},
          'no cover: no images');

# track, everybody, its owner

for (
    [ paid => 200, 200 ], [ free => 200, 200 ], [ short => 200, 200 ],
    [ hidden => 404, 200 ], [ deleted => 404, 404 ],
    [ unpublished => 404, 200 ], [ future => 404, 200 ],
    [ label => 404, 404 ],
) {
    my ($key, @status) = @$_;

    for my $function (qw(track stream)) {
        is(call($function, id => $id->{$key})->{status}, $status[0],
           "$function $key");
        is(call($function, id => $id->{$key},
                caller => $id->{owner})->{status}, $status[1], 'by its owner');
    }
}


# a release

is(names(call('trackgroup', id => $id->{release})->{body}),
   'id title slug type about tags display_artist creatorId creator'
   . ' releaseDate createdAt cover cover_metadata images private download'
   . ' featured uri label discs copyright barcode'
   . ' items',
   'the names of a release, in order');

my $release = data('trackgroup', id => $id->{release});
is($release->{createdAt}, '2024-01-01T00:01:00.000Z', 'a timestamp');
is($release->{releaseDate}, '2020-02-29', 'a date');
is_deeply([ map { "$_->{index} $_->{track}{title}" } @{$release->{items}} ],
          [ '1 Morning', '2 Noon', '3 Evening' ], 'items, without hidden ones');
is(scalar @{data('trackgroup', id => $id->{release},
                 caller => $id->{owner})->{items}}, 4, 'the owner sees those');
is(call('trackgroup', id => $id->{private})->{status}, 404, 'private');
is(call('trackgroup', id => $id->{private},
        caller => $id->{owner})->{status}, 200, "not to its owner");


# an artist, a profile, a list

is(names(call('artist', id => $id->{artist})->{body}),
   'id typeId type displayName name description shortBio country banner avatar'
   . ' images links label createdAt updatedAt',
   'the names of an artist, in order');
is_deeply(data('artist', id => $id->{artist})->{label},
          { id => $id->{label}, name => 'Sunrise Records' }, 'its label');
is(call('artist', id => $id->{paid})->{status}, 404, 'no such artist');

is(names(call('profile', caller => $id->{owner})->{body}),
   'id displayName email emailConfirmed country newsletterNotification'
   . ' member role credit userGroups memberships isListenerMember'
   . ' isMusicMember', 'the names of a profile, in order');
is_deeply(data('profile', caller => $id->{listener})->{credit},
          { total => 4086 }, 'its credit');
is(data('profile', caller => $id->{owner})->{userGroups}[0]{id},
   $id->{artist}, 'its groups');
is(call('profile', caller => undef)->{status}, 401, 'nobody has none');

like(call('tracks', limit => 3, order => 'oldest')->{body},
     qr/^\{"data":\[.*\],"count":4,"numberOfPages":2,"pages":2,
        "status":"ok"\}$/sx,
     'the envelope of a list');
is(call('tracks', page => 9)->{body},
   '{"data":[],"count":4,"numberOfPages":1,"pages":1,"status":"ok"}',
   'past its end');
is(call('stream', id => $id->{paid})->{body},
   qq({"track":"$id->{paid}","durationMs":90000,"file":")
   . Resonate::Media::files()->{long}{path}
   . '","mode":"preview","previewMs":45000}', 'the audio decision');
like(call('stream', id => $id->{free})->{body}, qr/"full"/, 'free: in full');

done_testing();
