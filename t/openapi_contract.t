# Every route of the OpenAPI document is called, for nobody, a listener and an
# owner, and every answer is held against the document; see
# t/browser/contract.mjs.  The catalogue here has all that an answer can have.

use lib 't/lib';
use Resonate::Test;

use Resonate::Browser;
use Resonate::Download;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

for my $kind (qw(cover avatar banner)) {
    $id->{$kind} = $pg->psql("SELECT resonate.ingest_image(
        '$kind', repeat('@{[ length $kind ]}', 64), 2500, 2500)");
}

# a sound as ingestion makes of it

my $long = Resonate::Media::files()->{long};
my %span = (crc32 => 7, span_offset => 5, span_bytes => 4, span_crc32 => 6);
my $wave = 'waveforms/00/' . '0' x 64 . '.json';
my $made = JSON::PP::encode_json({
    measured => { %span, waveform => $wave, loudness_lufs => -9.8,
                  loudness_range_lu => 3.25, true_peak_dbtp => 0.4 },
    renditions => [ map { {
        %span, quality => $_, codec => 'mp4a.40.2', bit_rate => 64000,
        %$long{qw(sha256 path bytes)} } } qw(64 128) ] });

$pg->psql("SELECT resonate.ingest_made(t.media_sha256, '$made')
           FROM resonate.track t WHERE t.id = '$id->{paid}'");

for my $name (qw(crowded poor)) {
    $id->{$name} = $pg->psql(
        "SELECT resonate.caller('https://demo.resonate.example', '$name')");
}

# "crowded" has as much as a person can have: 100 playlists, 10000 favourites,
# and more tracks than a playlist takes, one of which has what they cannot see

$pg->psql(<<"END");
UPDATE resonate.release SET cover_id = '$id->{cover}', about = 'Of it.',
    copyright = 'Zoe', barcode = '4006381333931';
INSERT INTO resonate.release_disc VALUES ('$id->{release}', 1, 'Day');
UPDATE resonate.release_item SET number = index;
UPDATE resonate.track SET tags = '{ambient}', lyrics = '[00:01.00] La',
    composer = 'Zoe', isrc = 'USRC17607839', copyright = 'Zoe';
UPDATE resonate.creator SET avatar_id = '$id->{avatar}',
    banner_id = '$id->{banner}', description = 'Long.', short_bio = 'Short.',
    country = 'NL', featured = true, links = '[{"uri":"https://z.example",
                                  "platform":"web","type":"homepage"}]';
INSERT INTO resonate.release (creator_id, title, type, release_date)
    VALUES ('$id->{label}', 'Sampler', 'compilation', '2020-01-01');
UPDATE resonate.playlist SET cover_id = '$id->{cover}', about = 'Of it.';
UPDATE resonate.person SET email = 'o\@z.example', country = 'NL'
    WHERE id = '$id->{owner}';
INSERT INTO resonate.membership (person_id, class, since, until)
    VALUES ('$id->{owner}', 'music', '2020-01-01', '2099-01-01');

INSERT INTO resonate.creator (owner_id, display_name)
    VALUES ('$id->{crowded}', 'Crowd');
INSERT INTO resonate.track (id, creator_id, title)
    SELECT ('0000000e-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
           c.id, 'Track ' || n
    FROM resonate.creator c, generate_series(1, 10000) n
    WHERE c.display_name = 'Crowd';
INSERT INTO resonate.favorite (person_id, track_id)
    SELECT '$id->{crowded}', t.id FROM resonate.track t
    WHERE t.title LIKE 'Track %';
INSERT INTO resonate.playlist (owner_id, title)
    SELECT '$id->{crowded}', 'List ' || n FROM generate_series(1, 100) n;
END

for my $n (1, 2) {
    $id->{"list_$n"} = $pg->psql("SELECT id FROM resonate.playlist
                                  WHERE title = 'List $n'");
}

$pg->psql("INSERT INTO resonate.playlist_item
           VALUES ('$id->{list_2}', '$id->{hidden}', 1)");

# a release of what is free, and only its file has sums

sum_up($pg, media());
$pg->psql("UPDATE resonate.media_file SET span_offset = NULL,
               span_bytes = NULL, span_crc32 = NULL
           WHERE sha256 = '@{[ Resonate::Media::files()->{short}{sha256} ]}'");
$id->{gift} = $pg->psql("INSERT INTO resonate.release (creator_id, title)
                         VALUES ('$id->{artist}', 'Gift') RETURNING id");
$pg->psql("INSERT INTO resonate.release_item
           VALUES ('$id->{gift}', '$id->{free}', 1)");

my $edge = Resonate::Browser::site($pg);

Resonate::Browser::run('contract', RESONATE_URL => $edge->url,
    RESONATE_CONTRACT => JSON::PP::encode_json({
        id => $id, postgres => $pg->pid,
        token => { narrow => token(scope => 'none'),
                   map { $_ => token(sub => $_) }
                   qw(listener owner crowded poor) } }));

done_testing;
