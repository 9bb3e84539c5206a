package Resonate::Download;

# What tests of downloads need: a media tree with a cover and an original, and
# eyes for what was kept.
#
#   my $media = download_media($pg, $id);   $id->{cover}, $id->{original}
#   own($pg, $id, 'paid', ...);             the listener's
#   sum_up($pg, $media);                    as ingestion does
#   tags($file)  cover($file)  samples($file)

use strict;
use warnings;

use Compress::Zlib qw(crc32);
use Digest::SHA qw(sha256_hex);
use Exporter qw(import);
use JSON::PP ();
use Resonate::Test ();

our @EXPORT = qw(download_media own sum_up tags cover samples);

my $COVER = '00000000-1111-4000-8000-00000000000e';


sub download_media {
    my ($pg, $id) = @_;
    my $dir = Resonate::Test::tempdir();
    my $dbh = $pg->dbh;
    my $media = $dbh->selectrow_array('SELECT media_sha256
        FROM resonate.track WHERE id = ?', {}, $id->{paid});

    symlink Resonate::Test::media() . '/audio', "$dir/audio" or die $!;
    mkdir "$dir/images" or die $!;

    Resonate::Pg::run(qw(ffmpeg -nostdin -v error -f lavfi -i),
        'testsrc=size=600x600', qw(-frames:v 1),
        "$dir/images/$COVER-x600.jpg");

    my $flac = "fLaC" . join '', map { pack 'N', $_ * 2654435761 % 2**32 }
                         1 .. 20_000;
    my $sha = sha256_hex($flac);
    my $path = 'originals/' . substr($sha, 0, 2) . "/$sha.flac";

    mkdir $_ for "$dir/originals", "$dir/originals/" . substr $sha, 0, 2;
    Resonate::Test::spew("$dir/$path", $flac);

    $dbh->do('INSERT INTO resonate.image (id, kind, source_sha256, width,
                                          height)
              VALUES (?, ?, ?, 600, 600)', {}, $COVER, 'cover', 'c' x 64);
    $dbh->do('UPDATE resonate.release SET cover_id = ? WHERE id = ?', {},
             $COVER, $id->{release});
    $dbh->do('UPDATE resonate.track SET title = ? WHERE id = ?', {},
             'Mor/ning', $id->{paid});
    $dbh->do('INSERT INTO resonate.original (media_sha256, sha256, path,
                  format, name, bytes, crc32)
              VALUES (?, ?, ?, ?, ?, ?, ?)', {}, $media, $sha, $path, 'flac',
             'x.flac', length $flac, crc32($flac));

    @$id{qw(cover original)} = ($COVER, $path);
    return $dir;
}


sub own {
    my ($pg, $id, @tracks) = @_;

    $pg->dbh->do('INSERT INTO resonate.holding (person_id, track_id, count,
                                                owned_at)
                  VALUES (?, ?, 9, now())', {}, $id->{listener}, $id->{$_})
        for @tracks;
}


# the media of a stored file is its mdat, here the last box

sub sum_up {
    my ($pg, $media) = @_;
    my $dbh = $pg->dbh;

    for (values Resonate::Media::files()->%*) {
        my $bytes = Resonate::Test::slurp("$media/$_->{path}");
        my $at = index($bytes, 'mdat') + 4;

        $dbh->do('UPDATE resonate.media_file
                  SET (crc32, span_offset, span_bytes, span_crc32)
                      = (?, ?, ?, ?) WHERE sha256 = ?', {}, crc32($bytes),
                 $at, length($bytes) - $at, crc32(substr $bytes, $at),
                 $_->{sha256});
    }

    for (glob "$media/images/*-x600.jpg") {
        my ($id) = m{([^/]+)-x600\.jpg$};
        my $bytes = Resonate::Test::slurp($_);

        $dbh->do('SELECT resonate.ingest_image_sum(?, ?, ?)', {}, $id,
                 length $bytes, crc32($bytes));
    }
}


sub tags {
    my ($file) = @_;
    my $probe = JSON::PP::decode_json(scalar `ffprobe -v error \\
        -show_entries format_tags -of json $file`);
    my $tags = $probe->{format}{tags};

    return { map { $_ => $tags->{$_} }
             grep { !/^(?:major_brand|minor_version|compatible_brands)$/ }
             keys %$tags };
}


sub cover {
    my ($file) = @_;

    return scalar `ffmpeg -nostdin -v error -i $file -map 0:v -c copy \\
                   -f image2pipe -`;
}


sub samples {
    my ($file) = @_;

    return scalar `ffmpeg -nostdin -v error -i $file -map 0:a -f md5 -`;
}


1;
