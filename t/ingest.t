#!/usr/bin/perl

# bin/resonate-ingest: formats, tags, names, covers, and what it stores.

use utf8;
use Compress::Zlib ();
use Digest::SHA;
use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my $cover = $in->picture('cover.png', '400x300');

# one of each format, with tags

my @formats = qw(flac wav aiff mp3 ogg opus m4a);
my $number;

for my $format (@formats) {
    $in->sound("any/$format.$format", title => "A $format", artist => 'Zoë',
               album => 'Formats', track => ++$number . '/7',
               date => '1998-05-04', genre => 'Dub',
               ($format =~ /flac|mp3|m4a/ ? (cover => $cover) : ()));
}

# names tell what tags do not

my @names = (
    # file, artist, album, disc, number, title
    [ 'Motörhead/Ace/03 - Jail Bait.wav',
      'Motörhead', 'Ace', 1, 3, 'Jail Bait' ],
    [ 'Neu/Two/CD2/07 Super.wav', 'Neu', 'Two', 2, 7, 'Super' ],
    [ 'Can - Tago/1-04. Halleluwah.wav', 'Can', 'Tago', 1, 4, 'Halleluwah' ],
    [ 'Faust/So_Far/no_harm.wav', 'Faust', 'So Far', 1, undef, 'no harm' ],
    [ 'Cluster - Sowiesoso.wav',
      'Cluster', 'Sowiesoso', 1, undef, 'Sowiesoso' ],
    [ 'X/Y/7 Seconds.wav', 'X', 'Y', 1, undef, '7 Seconds' ],
    [ 'X/Y/-rf `id` $(id); "q" \'s\'.wav',
      'X', 'Y', 1, undef, '-rf `id` $(id); "q" \'s\'' ],
    [ "X/Y/a\nline.wav", 'X', 'Y', 1, undef, 'a line' ],
    [ "X/Y/latin\xe9.wav", 'X', 'Y', 1, undef, 'latiné' ],
);

for my $name (@names) {
    my $file = $name->[0];
    utf8::encode($file) if $file !~ /latin/;
    $in->sound($file);
}

# several artists on a release, a guest, and a picture beside the files

$in->sound('v/1.flac', title => 'One', artist => 'Ann', album => 'Many',
           album_artist => 'Various Artists', track => 1);
$in->sound('v/2.flac', title => 'Two', artist => 'Ben feat. Zoë',
           album_artist => 'Ben', album => 'Guests', track => 2);
rename $in->picture('folder.png', '2000x2400'), $in->music . '/v/Folder.PNG';

my ($status, $output) = $in->run;

is($status, 0, 'all went in') or diag($output);
like($output, qr/^18 added, 0 unchanged, 0 failed/m, 'it says so');

subtest 'tags' => sub {
    for my $format (@formats) {
        my $track = $in->track("A $format");

        is($track->{artist}, 'Zoë', "$format: artist");
        is($track->{album}, 'Formats', "$format: album");
        is($track->{year}, 1998, "$format: year");
        is_deeply($track->{tags}, ['dub'], "$format: genre");
        cmp_ok(abs(($track->{duration_ms} // 0) - 1000), '<', 60,
               "$format: length");
    }

    is_deeply([ map { $_->{title} } grep { $_->{album} eq 'Formats' }
                @{ $in->tracks } ],
              [ map { "A $_" } @formats ], 'in order of their numbers');
};

subtest 'names' => sub {
    for my $name (@names) {
        my (undef, $artist, $album, $disc, $number, $title) = @$name;
        my $track = $in->track($title);

        is_deeply([ @$track{qw(artist album disc number)} ],
                  [ $artist, $album, $disc, $number ], $title);
    }
};

subtest 'artists' => sub {
    is($in->track('One')->{owner}, 'Various Artists', 'of the release');
    is($in->track('One')->{artist}, 'Ann', 'of the track');
    is($in->track('Two')->{artist}, 'Ben', 'a guest is not paid');
    is($in->track('Two')->{display_artist}, 'Ben feat. Zoë', 'but named');
};

subtest 'stored files' => sub {
    my $track = $in->track('A flac');
    my $file = $in->media . "/$track->{path}";
    my $probe = `ffprobe -v error -show_streams -show_format $file`;

    is(Digest::SHA->new(256)->addfile($file)->hexdigest, $track->{sha256},
       'are named by their content');
    is(-s $file, $track->{bytes}, 'have the size that is said');
    like($probe, qr/codec_name=aac.*sample_rate=48000.*channels=2\n/s, 'AAC');
    unlike($probe, qr/Zoë|A flac|Lavf/, 'carry no metadata');
    like(slurp($file), qr/^.{4}ftyp.*?moov.*mdat/s, 'start with the index');
    is_deeply([ $in->stored ], [ sort map { $_->{path} } @{ $in->tracks } ],
              'nothing else is there');
    ok(!-e $in->media . '/tmp', 'nothing is left over');
};

subtest 'covers' => sub {
    for my $case (['A flac', 300], ['A mp3', 300], ['A m4a', 300],
                  ['One', 2000], ['Two', 2000])
    {
        my ($title, $side) = @$case;
        my $id = $in->track($title)->{cover_id} // 'none';

        for my $size (120, 600, 1500) {
            my $want = $size < $side ? $size : $side;

            for my $file (map { $in->media . "/images/$id-x$size.$_" }
                          qw(jpg webp))
            {
                my $ffprobe = 'ffprobe -v error -of csv=p=0'
                              . ' -show_entries stream=width,height';
                my $seen = `$ffprobe $file`;

                is($seen, "$want,$want\n", "$title x$size");
            }
        }
    }

    is($in->track('Jail Bait')->{cover_id}, undef, 'none where none is');

    my $sums = sub {
        return $pg->psql("SELECT string_agg(concat_ws(' ', id, bytes, crc32),
                              E'\n' ORDER BY id) FROM resonate.image");
    };
    my $stored = join "\n", map {
        my $bytes = slurp($in->media . "/images/$_-x600.jpg");
        join ' ', $_, length $bytes, Compress::Zlib::crc32($bytes)
    } sort map { m{/([^/]+)-x600\.jpg$} } glob $in->media . '/images/*';

    is($sums->(), $stored, 'their sums are kept');
    $pg->psql('UPDATE resonate.image SET bytes = NULL, crc32 = NULL');
    like(($in->run)[1], qr/^0 added/m, 'taken in again');
    is($sums->(), $stored, 'those of before, too');
};

done_testing();
