# The page in Chromium: what is said of nine plays, menus, the large player,
# how loud it is, and a site where nobody can log in.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

$pg->dbh->do("UPDATE resonate.track SET lyrics = 'One' WHERE id = ?", {},
             $id->{paid});

# two hundred peaks of the longest file, which is louder than its release
my $wave = 'waveforms/aa/' . 'a' x 64 . '.json';

mkdir media() . "/$_" for 'waveforms', 'waveforms/aa';
spew(media() . "/$wave", JSON::PP::encode_json({
    durationMs => Resonate::Media::files()->{long}{duration_ms},
    peaks      => [ map { $_ % 100 + 1 } 1 .. 200 ] }));
$pg->dbh->do('UPDATE resonate.media_file m SET waveform = ?,
                  loudness_lufs = -10, true_peak_dbtp = 0
              FROM resonate.track t
              WHERE t.media_sha256 = m.sha256 AND t.id = ?', {}, $wave,
             $id->{paid});
$pg->dbh->do('UPDATE resonate.release SET loudness_lufs = -13 WHERE id = ?', {},
             $id->{release});

my $edge = Resonate::Browser::site($pg);
my $other = Resonate::Browser::site($pg, login => "''");

Resonate::Browser::run($_->[0], RESONATE_URL => $_->[1]->url,
                       RESONATE_IDS => JSON::PP::encode_json($id))
    for grep { !@ARGV || $_->[0] eq $ARGV[0] }
        [ intro => $edge ], [ menu => $edge ], [ large => $edge ],
        [ loudness => $edge ],
        [ nologin => $other ];

done_testing;
