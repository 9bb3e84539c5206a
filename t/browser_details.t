# What releases and artists say of themselves, in Chromium, and to others.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;
use Resonate::Download;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

# two artists on a track of two discs, with words; one of the band's on
# somebody else's release; the release to come is the listener's

($id->{guest}) = $dbh->selectrow_array(
    "INSERT INTO resonate.creator (display_name) VALUES ('Guest')
     RETURNING id");
$dbh->do('INSERT INTO resonate.track_artist VALUES (?, 1, ?), (?, 2, ?),
              (?, 1, ?), (?, 2, ?)', {}, @$id{qw(paid artist paid guest
                                                 free artist free band)});
$dbh->do("INSERT INTO resonate.release_disc VALUES (?, 1, 'Day')", {},
         $id->{release});
$dbh->do('UPDATE resonate.release_item SET disc = ?, number = ?
          WHERE track_id = ?', {}, @$_, )
    for [ 1, 1, $id->{paid} ], [ 1, 2, $id->{free} ], [ 2, 1, $id->{short} ];
$dbh->do('UPDATE resonate.track SET lyrics = ? WHERE id = ?', {}, @$_)
    for [ "[ar:Zo]\n[00:00.00]First <i>light</i>\n[00:00.40] Second light\n"
          . '[59:00]Much later', $id->{paid} ],
        [ "One\ntwo\n\nthree\n", $id->{short} ];
$dbh->do("UPDATE resonate.release SET copyright = '2020 Sunrise'
          WHERE id = ?", {}, $id->{release});
$dbh->do('UPDATE resonate.creator SET owner_id = ? WHERE id = ?', {},
         @$id{qw(listener artist)});

# seven plays, one, nine; the last heard first
my $ago = 9;
$dbh->do("INSERT INTO resonate.holding VALUES (?, ?, ?, ?,
              now() - ? * interval '1 min')", {}, $id->{listener},
         $id->{$_->[0]}, @$_[1, 2], $ago--)
    for [ paid => 7, undef ], [ band_track => 1, undef ],
        [ short => 9, '2026-01-01' ];

my $edge = Resonate::Browser::site($pg);

# a release of what is free, which the first two would see on other pages

sub gift {
    $id->{gift} = '0000000b-0000-4000-8000-0000000000aa';
    $dbh->do("INSERT INTO resonate.release (id, creator_id, title)
              VALUES (?, ?, 'Gift')", {}, @$id{qw(gift guest)});
    $dbh->do('INSERT INTO resonate.release_item (release_id, track_id, index)
              VALUES (?, ?, 1)', {}, @$id{qw(gift free)});
    sum_up($pg, media());
}

for (grep { !@ARGV || $_ eq $ARGV[0] } qw(details share collection)) {
    gift() if $_ eq 'collection';
    Resonate::Browser::run($_, RESONATE_URL => $edge->url,
                           RESONATE_IDS => JSON::PP::encode_json($id));
}

done_testing;
