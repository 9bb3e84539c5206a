#!/usr/bin/perl

# A track is known by its sound: corrected tags, other names, other places and
# other covers bring it up to date, without encoding it again.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $in = Resonate::Ingestion->new(pg => $pg);
my $music = $in->music;
my $tools = $in->tools;             # counts what runs ffmpeg

my %tag = (artist => 'Ann', album => 'Old', album_artist => 'Ann');

$in->sound('Ann/Old/1.flac', %tag, title => 'One', track => 1);
$in->sound('Ann/Old/2.mp3', %tag, title => 'Two', track => 2);
is(($in->run)[0], 0, 'taken in');

my %id = map { $_->{title} => $_->{id} } @{ $in->tracks };
my ($release) = $in->releases;
my $made = $in->encoded;

sub run_is {
    my ($summary, $what) = @_;
    my ($status, $output) = $in->run;

    like($output, qr/^\Q$summary\E in/m, $what) or diag($output);
    is($in->encoded, $made, 'nothing is encoded');
}

sub listing {
    return join '; ', map {
        "$_->{artist} - $_->{album} - " . ($_->{number} // '') . " $_->{title}"
    } @{ $in->tracks };
}

$in->retag('Ann/Old/1.flac', title => 'Won', date => '2001-02-03');
run_is('0 added, 2 updated, 0 unchanged, 0 failed', 'a corrected title');
is(listing(), 'Ann - Old - 1 Won; Ann - Old - 2 Two', 'replaces the old one');
is($in->track('Won')->{id}, $id{One}, 'and is the same track');

$in->retag("Ann/Old/$_", album => 'New') for qw(1.flac 2.mp3);
run_is('0 added, 2 updated, 0 unchanged, 0 failed', 'a corrected album');
is(listing(), 'Ann - New - 1 Won; Ann - New - 2 Two', 'is not beside the old');
is(join(' ', $in->releases), $release, 'and is the same release');

$in->retag("Ann/Old/$_", artist => 'Anne', album_artist => 'Anne')
    for qw(1.flac 2.mp3);
run_is('0 added, 2 updated, 0 unchanged, 0 failed', 'a corrected artist');
is(listing(), 'Anne - New - 1 Won; Anne - New - 2 Two', 'of track and release');
is(join(' ', $in->releases), $release, 'the same release');

rename "$music/Ann/Old", "$music/Ann/Moved" or die;
run_is('0 added, 2 updated, 0 unchanged, 0 failed', 'a moved folder');
is($in->track('Won')->{id}, $id{One}, 'has the same tracks');
is_deeply($dbh->selectcol_arrayref(
              q{SELECT convert_from(path, 'UTF8') FROM resonate.source
                ORDER BY path}),
          [ map { "$music/Ann/Moved/$_" } qw(1.flac 2.mp3) ],
          'whose files are where they are');

$in->retag('Ann/Moved/2.mp3', album => 'Other');
run_is('0 added, 1 updated, 1 unchanged, 0 failed', 'a track of another album');
is(listing(), 'Anne - New - 1 Won; Anne - Other - 2 Two', 'leaves the first');

$in->retag('Ann/Moved/2.mp3', album => 'New');
run_is('0 added, 1 updated, 1 unchanged, 0 failed', 'and comes back');
is(join(' ', $in->releases), $release, 'an emptied release is gone');


# covers

sub cover {
    return scalar $dbh->selectrow_array(
        'SELECT i.width FROM resonate.release r
         JOIN resonate.image i ON i.id = r.cover_id WHERE r.id = ?', {},
        $release);
}

for my $size (300, 400) {
    rename $in->picture('c.png', "${size}x$size"), "$music/Ann/Moved/cover.png";
    run_is('0 added, 2 updated, 0 unchanged, 0 failed', "a cover of $size");
    is(cover(), $size, 'is that of the release');
}


# the same sound in another release is one track in two

$in->copy('Ann/Moved/1.flac', 'Hits/1.flac');
$in->retag('Hits/1.flac', album => 'Hits', album_artist => 'Various Artists');
run_is('1 added, 2 unchanged, 0 failed', 'a second appearance');
is($dbh->selectrow_array('SELECT count(*) FROM resonate.release_item
                          WHERE track_id = ?', {}, $id{One}), 2,
   'is the track in two releases');


# what a person edited stays

$dbh->do(q{UPDATE resonate.track SET title = 'Mine', edited = '{title}'
           WHERE id = ?}, {}, $id{Two});
$dbh->do(q{UPDATE resonate.release SET release_date = '1990-01-01',
           edited = '{release_date}' WHERE id = ?}, {}, $release);
$in->retag('Ann/Moved/2.mp3', title => 'Theirs', composer => 'C. Omposer');
$in->retag('Ann/Moved/1.flac', date => '2005');
$in->run;
is($in->track('Mine')->{id}, $id{Two}, 'an edited title');
is($dbh->selectrow_array('SELECT composer FROM resonate.track WHERE id = ?',
                         {}, $id{Two}), 'C. Omposer', 'beside new facts');
is($dbh->selectrow_array('SELECT release_date FROM resonate.release
                          WHERE id = ?', {}, $release), '1990-01-01',
   'an edited date');


# a second run does nothing at all

my $rows = $in->rows;

$tools->();
$made = 0;
run_is('0 added, 3 unchanged, 0 failed', 'a second run');
is($tools->(), 0, 'runs no ffmpeg');
is_deeply($in->rows, $rows, 'and writes no row');

unlink $in->media . '/.seen';
run_is('0 added, 3 unchanged, 0 failed', 'nor does one that forgot all');
is_deeply($in->rows, $rows, 'though it reads');


# what was taken in before tracks had a sound

my @tracks = map { $_->{id} } @{ $in->tracks };

$dbh->do('UPDATE resonate.track SET sound_sha256 = NULL');
$dbh->do('DELETE FROM resonate.source');
run_is('1 added, 2 updated, 0 unchanged, 0 failed', 'an older catalogue');
is_deeply([ map { $_->{id} } @{ $in->tracks } ], \@tracks, 'is the same');

done_testing();
