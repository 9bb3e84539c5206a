#!/usr/bin/perl

# What was made of a sound, in SQL: the audio decision names its files, a track
# says how loud it and its release are, and of what is stored nothing is twice.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $ingest = $pg->dbh(user => 'resonate_ingest');
my %media = map { $_ => $dbh->selectrow_array('SELECT media_sha256
                FROM resonate.track WHERE id = ?', {}, $id->{$_}) }
            qw(paid short);

$dbh->do("UPDATE resonate.setting SET value = 'https://r.example'");

sub made {
    my ($track, %made) = @_;
    $ingest->do('SELECT resonate.ingest_made(?, ?)', {}, $media{$track},
                JSON::PP::encode_json(\%made));
}

sub body {
    my ($function, $track) = @_;
    my $text = $edge->selectrow_array("SELECT body FROM v3.$function(?)", {},
                                      $id->{$track});
    return JSON::PP->new->decode($text);
}

sub track { return body('track', @_)->{data} }

sub rendition {
    my ($quality, $letter, %more) = @_;
    my $sha = $letter x 64;
    return { quality => $quality, sha256 => $sha, codec => 'mp4a.40.2',
             path => "audio/$letter$letter/$sha.m4a", bit_rate => 64001,
             bytes => 9, crc32 => 4294967295, span_offset => 5,
             span_bytes => 4, span_crc32 => 0, %more };
}

sub measured {
    my ($letter, %more) = @_;
    my $sha = $letter x 64;
    return (measured => { waveform => "waveforms/$letter$letter/$sha.json",
                          crc32 => 7, span_offset => 5, span_bytes => 4,
                          span_crc32 => 6, %more });
}


# the files of a decision

made(paid => renditions => [ rendition(256 => 'b'), rendition(64 => 'a') ]);
is_deeply(body(stream => 'paid')->{files},
          [ map { { quality => $_->[0], codec => 'mp4a.40.2', bitrate => 64001,
                    file => "audio/$_->[1]$_->[1]/" . $_->[1] x 64 . '.m4a' } }
            [ 64 => 'a' ], [ 256 => 'b' ] ],
          'the files of a decision, from the smallest on');
is(body(stream => 'paid')->{track}, $id->{paid}, 'and its track');
ok(!exists body(stream => 'short')->{files}, 'none where none are known');
is_deeply(track('paid')->{qualities}, [ 64, 256 ], 'the qualities of a track');

my $xmin = 'SELECT string_agg(m.ctid::text, \' \') FROM (
                SELECT ctid FROM resonate.media_file UNION ALL
                SELECT ctid FROM resonate.rendition UNION ALL
                SELECT ctid FROM resonate.original UNION ALL
                SELECT ctid FROM resonate.release) m';
my $rows = $dbh->selectrow_array($xmin);
made(paid => renditions => [ rendition(64 => 'a') ]);
is($dbh->selectrow_array($xmin), $rows, 'the same again writes nothing');

made(paid => renditions => [ rendition(opus => 'c', codec => 'opus') ]);
is_deeply(track('paid')->{qualities}, [ 64, 256, 'opus' ], 'one more, later');
made(paid => renditions => [ rendition(64 => 'd') ]);
is(body(stream => 'paid')->{files}[0]{file}, 'audio/dd/' . 'd' x 64 . '.m4a',
   'another file of a quality replaces it');


# loudness

is(track('paid')->{loudness}, undef, 'not measured yet');
made(paid => measured('e', loudness_lufs => -9.8, loudness_range_lu => 3.25,
                      true_peak_dbtp => 0.4));
is_deeply(track('paid')->{loudness},
          { integrated => -9.8, range => 3.25, truePeak => 0.4, gain => -8.2,
            album => { integrated => -9.8, truePeak => 0.4, gain => -8.2 } },
          'of a track, and of its release');
is(track('paid')->{waveform}, 'https://r.example/waveforms/ee/' . 'e' x 64
   . '.json', 'a waveform has an address');
made(short => measured('f'));
is(track('short')->{loudness}, undef, 'silence has none');
like(track('short')->{waveform}, qr/ff/, 'and yet is measured');

# two tracks as loud as each other, then one too quiet to count
for ([ -9.8, -9.8 ], [ -40, -9.8 ]) {
    my ($lufs, $album) = @$_;
    made(short => measured('f', loudness_lufs => $lufs, true_peak_dbtp => -3));
    cmp_ok(abs(track('paid')->{loudness}{album}{integrated} - $album), '<',
           0.005, "a release with one of $lufs LUFS is of $album");
}

my @ms = map { $dbh->selectrow_array('SELECT sum(m.duration_ms)
    FROM resonate.release_item i JOIN resonate.track t ON t.id = i.track_id
    JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    WHERE i.release_id = ? AND m.sha256 = ?', {}, $id->{release}, $_) }
    @media{qw(paid short)};
made(short => measured('f', loudness_lufs => -14.8, true_peak_dbtp => 1));
my $mean = 10 * log(($ms[0] * 10 ** -0.98 + $ms[1] * 10 ** -1.48)
                    / ($ms[0] + $ms[1])) / log 10;
my $album = track('paid')->{loudness}{album};
cmp_ok(abs($album->{integrated} - $mean), '<=', 0.0051,
       'else the mean power by duration');
is($album->{truePeak}, 1, 'and the highest peak');

$dbh->do('DELETE FROM resonate.release_item WHERE track_id = ?', {},
         $id->{short});
is(track('paid')->{loudness}{album}{integrated}, -9.8,
   'a track that leaves takes its loudness along');


# what is stored, as ingestion asks for it

made(paid => original => { sha256 => '9' x 64, format => 'flac', bytes => 5,
                           path => 'originals/99/' . '9' x 64 . '.flac',
                           name => 'a.flac', crc32 => 1 });
my $stored = $dbh->selectrow_array('SELECT resonate.made(?)', {},
                                   $media{paid});
is(join(' ', sort map { (split)[0] } @$stored),
   '256 64 measured opus original', 'kinds of what is stored');
$dbh->do('UPDATE resonate.track SET media_sha256 = NULL');
$dbh->do('DELETE FROM resonate.media_file');
is($dbh->selectrow_array('SELECT count(*) FROM resonate.rendition') + 0, 0,
   'they go with their sound');

done_testing();
