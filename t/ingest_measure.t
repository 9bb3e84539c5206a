#!/usr/bin/perl

# How loud it is and what its wave looks like: as ffmpeg itself says, for what
# is encoded and for what an older catalogue has, which is not encoded again.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;
use Digest::SHA qw(sha256_hex);

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $in = Resonate::Ingestion->new(pg => $pg);
my $tools = $in->tools;

# half as loud after two of four seconds; one beat a second; nothing
my %wave = (
    loud  => [ '1.flac', 'aevalsrc=(0.8-0.4*gte(t\,2))*sin(6000*t)'
                         . '|0.5*sin(500*t):s=44100:d=4' ],
    beats => [ '2.wav', 'aevalsrc=0.3*lt(mod(t\,1)\,0.1)*sin(9000*t)'
                        . ':s=22050:d=3' ],
    none  => [ '3.flac', 'aevalsrc=0:s=48000:d=1' ],
);

for my $title (sort keys %wave) {
    my ($name, $source) = @{ $wave{$title} };

    $in->file("A/B/$name", '');
    system('ffmpeg', qw(-nostdin -v error -y -f lavfi -i), $source,
           '-metadata', "title=$title", $in->music . "/A/B/$name") == 0 or die;
}

is(($in->run)[0], 0, 'taken in');

sub row {
    my ($title) = @_;

    return $dbh->selectrow_hashref('SELECT m.* FROM resonate.media_file m
        JOIN resonate.track t ON t.media_sha256 = m.sha256 WHERE t.title = ?',
        {}, $title);
}

sub peaks {
    my ($row) = @_;

    return @{ json_of(slurp($in->media . "/$row->{waveform}"))->{peaks} };
}

sub json_of { return JSON::PP::decode_json($_[0]) }

# the summary of ffmpeg's filter, of the sound as it is encoded
sub said {
    my ($title) = @_;
    my $file = $in->music . "/A/B/$wave{$title}[0]";
    my $filter = 'aformat=sample_rates=48000:channel_layouts=stereo,'
                 . 'ebur128=peak=true';

    return `ffmpeg -nostdin -i $file -af $filter -f null - 2>&1`
        =~ /.*Summary:.*?I:\s+(\S+).*?LRA:\s+(\S+).*?Peak:\s+(\S+)/s;
}

for my $title (qw(loud beats)) {
    my $row = row($title);
    my @said = said($title);
    my @is = @$row{qw(loudness_lufs loudness_range_lu true_peak_dbtp)};

    cmp_ok(abs($is[$_] - $said[$_]), '<=', 0.0511,
           "$title: " . (qw(integrated range peak))[$_] . " $is[$_]")
        for 0 .. 2;
}

my %row = map { $_ => row($_) } keys %wave;

is($row{none}{loudness_lufs}, undef, 'silence has no loudness');
is(join(' ', peaks($row{none})), join(' ', (0) x 10), 'and a flat wave');

my @loud = peaks($row{loud});
is(scalar @loud, 40, 'a peak of each tenth of a second');
cmp_ok(abs($_->[0] - $_->[1]), '<=', 2, "of $_->[1]")
    for [ $loud[5], 0.8 * 255 ], [ $loud[-5], 0.5 * 255 ];
is(join('', map { $_ > 50 ? 1 : 0 } peaks($row{beats})),
   '1000000000' x 3, 'where the beats are');
is(json_of(slurp($in->media . "/$row{loud}{waveform}"))->{durationMs}, 4000,
   'and how long it is');

for my $row (values %row) {
    my $sha = sha256_hex(slurp($in->media . "/$row->{waveform}"));

    is($row->{waveform}, 'waveforms/' . substr($sha, 0, 2) . "/$sha.json",
       'named by its content');
}


# an album: its tracks one after the other, as ffmpeg would measure them

my $files = join ' ', map { '-i ' . $in->music . "/A/B/$wave{$_}[0]" }
                      qw(loud beats);
my ($all) = `ffmpeg -nostdin -hide_banner $files -filter_complex \\
             '[0:a][1:a]concat=n=2:v=0:a=1,ebur128' \\
             -f null - 2>&1` =~ /.*Summary:.*?I:\s+(\S+)/s;
my $album = $dbh->selectrow_array('SELECT loudness_lufs FROM resonate.release');

cmp_ok(abs($album - $all), '<', 0.5, "an album is of $album LUFS, as of $all");


# of before there was any of it

my %before = map { $_ => row($_) } keys %wave;

$dbh->do('DELETE FROM resonate.rendition');
$dbh->do('UPDATE resonate.media_file SET (crc32, span_offset, span_bytes,
              span_crc32, loudness_lufs, loudness_range_lu, true_peak_dbtp,
              waveform, files, qualities)
          = (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)');

my $encoded = $in->encoded;

like(($in->run)[1], qr/^0 added, 3 updated, 0 unchanged, 0 failed/m,
     'an older catalogue');
is($in->encoded, $encoded, 'is measured without encoding');
delete @$_{qw(files qualities)} for values %before;
is_deeply({ map { my $row = row($_); delete @$row{qw(files qualities)};
                  ($_ => $row) } keys %wave }, \%before, 'to the same values');
like(($in->run)[1], qr/^0 added, 3 unchanged/m, 'once');

done_testing();
