#!/usr/bin/perl

# bin/resonate-ingest --qualities and --keep-originals: what is made of a sound,
# that it fits together, and that it is made once.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;
use Compress::Zlib qw(crc32);
use Digest::SHA qw(sha256_hex);

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $in = Resonate::Ingestion->new(pg => $pg);
my $tools = $in->tools;
my @all = ('--qualities', '64,128,256,opus,lossless', '--keep-originals');

my $flac = $in->sound('Ann/One/1.flac', title => 'Flac', seconds => 2);
my $mp3 = $in->sound('Ann/One/2.mp3', title => 'Mp3');

sub renditions {
    my ($title) = @_;

    return { map { $_->{quality} => $_ } @{ $dbh->selectall_arrayref(
        'SELECT r.* FROM resonate.rendition r WHERE r.media_sha256 = ?',
        { Slice => {} }, $in->track($title)->{sha256}) } };
}

sub file { return $in->media . "/$_[0]" }

sub output { my ($command) = @_; return scalar `$command` }

sub files_are {
    return join "\n", map { join ' ', $_, (stat)[1, 9] }
                      sort glob $in->media . '/{audio,waveforms,originals}/*/*';
}


# later more of what is there

is(($in->run)[0], 0, 'taken in');
is(join(' ', sort keys %{ renditions('Flac') }), '128', 'as one file');

my $encoded = $in->encoded;
my ($status, $output) = $in->run(@all);

like($output, qr/^0 added, 2 updated, 0 unchanged, 0 failed/m, 'more of it');
is($status, 0, 'is made');
is($in->encoded - $encoded, 4, 'of AAC only what is not there');

my ($of, $lossy) = map { renditions($_) } qw(Flac Mp3);

is(join(' ', sort keys %$of), '128 256 64 lossless opus', 'all qualities');
is(join(' ', sort keys %$lossy), '128 256 64 opus', 'and no FLAC of an MP3');
is($of->{128}{path}, $in->track('Flac')->{path}, 'the stored file is one');


# they fit together

my %probe = map { $_ => output('ffprobe -v error -of csv=p=0 -show_entries'
    . ' stream=codec_name,nb_frames,start_pts,duration_ts,extradata_size '
    . file($of->{$_}{path})) } keys %$of;

is($probe{$_}, $probe{128}, "$_ begins and ends with the same frame as 128")
    for 64, 256;
like($probe{$_->[0]}, qr/^$_->[1],/, "$_->[0] is $_->[1]")
    for [ 128 => 'aac' ], [ opus => 'opus' ], [ lossless => 'flac' ];
is_deeply({ map { $_ => $of->{$_}{codec} } keys %$of },
          { lossless => 'fLaC', opus => 'Opus',
            map { $_ => 'mp4a.40.2' } 64, 128, 256 }, 'codecs');
cmp_ok($of->{64}{bit_rate}, '<', $of->{256}{bit_rate}, 'bit rates');

my $samples = '-map 0:a -c:a pcm_s16le -f md5 -';
is(output('ffmpeg -v error -i ' . file($of->{lossless}{path}) . " $samples"),
   output("ffmpeg -v error -i $flac $samples"), 'lossless is without loss');

for my $quality (sort keys %$of) {
    my $row = $of->{$quality};
    my $bytes = slurp(file($row->{path}));
    my $span = substr $bytes, $row->{span_offset}, $row->{span_bytes};

    is_deeply([ @$row{qw(sha256 bytes crc32 span_crc32)} ],
              [ sha256_hex($bytes), length $bytes, crc32($bytes),
                crc32($span) ], "$quality: sums");
    is(substr($bytes, $row->{span_offset} - 4, 4), 'mdat',
       "$quality: the media bytes are those of the mdat");
    is($row->{span_offset} + $row->{span_bytes}, length $bytes,
       "$quality: at its end");
}

for ([ Flac => $flac, 'flac' ], [ Mp3 => $mp3, 'mp3' ]) {
    my ($title, $path, $format) = @$_;
    my $row = $dbh->selectrow_hashref('SELECT * FROM resonate.original
        WHERE media_sha256 = ?', {}, $in->track($title)->{sha256});

    is(slurp(file($row->{path})), slurp($path), "the $format as it was");
    is_deeply([ @$row{qw(format crc32)}, $row->{name} =~ /(\.\w+)$/ ],
              [ $format, crc32(slurp($path)), ".$format" ], 'and its row');
}


# made once

my ($rows, $files) = ($in->rows, files_are());

$tools->();
like(($in->run(@all))[1], qr/^0 added, 2 unchanged, 0 failed/m, 'once more');
is($tools->(), 0, 'runs no ffmpeg');

unlink $in->media . '/.seen';
like(($in->run(@all))[1], qr/^0 added, 2 unchanged/m, 'forgetting does not');
is_deeply($in->rows, $rows, 'write a row');
is(files_are(), $files, 'or a file');

unlink file($lossy->{256}{path});
$in->retag('Ann/One/1.flac', title => 'Flac', comment => 'new');
like(($in->run(@all))[1], qr/^0 added, 2 updated/m, 'one lost, one retagged');
is($in->encoded, 1, 'what was lost is made anew, alone');
is(renditions('Mp3')->{256}{sha256}, $lossy->{256}{sha256}, 'as it was');
is(slurp(file($dbh->selectrow_array('SELECT path FROM resonate.original
       WHERE format = ?', {}, 'flac'))), slurp($flac),
   'other tags are in the original');
like(($in->run(@all))[1], qr/^0 added, 2 unchanged/m, 'once');


# all at once is the same as one after the other

my @stored = $in->stored;
my @waves = map { join ' ', (stat)[1, 9] } glob $in->media . '/waveforms/*/*';

unlink map { file($_) } @stored;
like(($in->run(@all))[1], qr/^0 added, 2 updated/m, 'all at once');
is_deeply([ $in->stored ], \@stored, 'gives the same bytes');
is_deeply([ map { join ' ', (stat)[1, 9] } glob $in->media . '/waveforms/*/*' ],
          \@waves, 'and leaves what is there');

like(`$Resonate::Test::ROOT/bin/resonate-ingest --qualities 64,96 /tmp 2>&1`,
     qr/--qualities 96: 64, 128, 256, opus, lossless/, 'another word');

done_testing();
