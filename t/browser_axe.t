# The pages in Chromium against axe-core.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

# two discs, and words to sing
$dbh->do("INSERT INTO resonate.release_disc VALUES (?, 1, 'Day')", {},
         $id->{release});
$dbh->do('UPDATE resonate.release_item SET disc = 2 WHERE track_id = ?', {},
         $id->{short});
$dbh->do("UPDATE resonate.track SET lyrics = '[00:00.00]One' WHERE id = ?",
         {}, $id->{paid});

# one is owned, one nearly
$dbh->do('INSERT INTO resonate.holding VALUES (?, ?, ?, ?, now())', {},
         $id->{listener}, $id->{$_->[0]}, @$_[1, 2])
    for [ short => 9, '2026-01-01' ], [ band_track => 7, undef ];

my $edge = Resonate::Browser::site($pg);

Resonate::Browser::run('axe', RESONATE_URL => $edge->url,
                       RESONATE_IDS => JSON::PP::encode_json($id));

done_testing;
