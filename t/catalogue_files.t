#!/usr/bin/perl

# bin/resonate-catalogue prune --files: of the media root, what no row needs.

use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

use Fcntl qw(:flock);
use File::Path qw(make_path);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $manage = Resonate::Manage->new(pg => $pg);
my $media = tempdir();

sub files {
    return [ sort map { substr $_, 1 + length $media }
             grep { -f }
             glob "$media/{audio,images,originals,waveforms}/{*,*/*}"
                  . " $media/*" ];
}

sub put {
    my ($name) = @_;
    my ($folder) = "$media/$name" =~ m{^(.*)/};

    make_path($folder);
    spew("$media/$name", 'x' x 100);
    return $name;
}

sub prune { return $manage->json(qw(prune --files --media), $media, @_) }

sub names { return [ map { $_->{path} } @{ $_[0]{files} } ] }

# what the catalogue has, what it has for nothing, and what it never had

my @stored = map { put($_) } @{ $dbh->selectcol_arrayref(
    'SELECT path FROM resonate.media_file') };
my ($cover, $unused) = map { $dbh->selectrow_array(
    "SELECT resonate.ingest_image('cover', repeat(?, 64), 10, 10)", {}, $_) }
    qw(a b);
my $sha = 'c' x 64;

$dbh->do('UPDATE resonate.release SET cover_id = ? WHERE id = ?', {}, $cover,
         $id->{release});
$dbh->do('INSERT INTO resonate.media_file VALUES (?, ?, 100, 1000)', {}, $sha,
         "audio/cc/$sha.m4a");

my @made = ('audio/11/' . '1' x 64 . '.m4a',
            'originals/22/' . '2' x 64 . '.flac',
            'waveforms/33/' . '3' x 64 . '.json');

$dbh->do(q{SELECT resonate.ingest_made(media_sha256, ?) FROM resonate.track
           WHERE id = ?}, {}, JSON::PP::encode_json({
    measured   => { waveform => $made[2] },
    original   => { sha256 => '2' x 64, path => $made[1], format => 'flac',
                    name => 'x', bytes => 100, crc32 => 0 },
    renditions => [ { sha256 => '1' x 64, path => $made[0], quality => 64,
                      codec => 'mp4a.40.2', bit_rate => 1, bytes => 100,
                      crc32 => 0, span_offset => 1, span_bytes => 1,
                      span_crc32 => 0 } ] }), $id->{paid});

my @kept = (@stored, map(put($_), @made),
            map({ put("images/$cover-x$_") } qw(120.jpg 120.webp)),
            # nobody knows what these are
            map { put($_) } qw(notes.txt images/logo.png audio/readme
                               audio/cc/0.m4a));
my @gone = map { put($_) } "audio/cc/$sha.m4a",
               'originals/ff/' . 'f' x 64 . '.wav',
               'waveforms/ff/' . 'f' x 64 . '.json', "images/$unused-x120.jpg";

spew("$media/.lock", '');
symlink '/etc/passwd', "$media/audio/cc/" . 'd' x 64 . '.m4a';

my $dry = prune('--dry-run');

is_deeply(names($dry), \@gone, 'what would go');
is($dry->{bytes}, 400, 'and how many bytes');
is_deeply(files(), [ sort @kept, @gone, 'audio/cc/' . 'd' x 64 . '.m4a' ],
          'a dry run removes none');

my $done = prune();

is_deeply($done->{files}, $dry->{files}, 'gone');
is_deeply(files(), [ sort @kept, 'audio/cc/' . 'd' x 64 . '.m4a' ],
          'these and no others');
is_deeply([ sort map { $_->{relation} } @{ $done->{rows} } ],
          [ qw(image media_file) ], 'and their rows');
is($manage->json('journal', $done->{change})->{who}, 'tester',
   'the journal says who did it');
is_deeply(names(prune()), [], 'a second time, none');

like($manage->refused(5, 'undo', $done->{change}), qr/that is for good/,
     'it cannot be undone');
$manage->json(qw(hide Morning));
my $hidden = $manage->json('journal')->{changes}[0]{change};
like($manage->json('undo')->{notes}[0], qr/change $hidden$/,
     'but others can');
like($manage->refused(3, 'undo'), qr/nothing to undo/, 'as if it were not');

# a run that was killed between rows and files

put("images/$unused-x600.webp");
is_deeply(names(prune()), [ "images/$unused-x600.webp" ],
          'a file without a row is found');

# what is removed keeps its file, what is erased does not

my ($long) = $dbh->selectrow_array('SELECT m.path FROM resonate.media_file m
    JOIN resonate.track t ON t.media_sha256 = m.sha256 WHERE t.id = ?', {},
    $id->{short});
$manage->json('remove', $id->{short});
is_deeply(names(prune()), [], 'a removed track keeps its sound');
$manage->json('remove', '--erase', $id->{short});
is_deeply(names(prune()), [ $long ], 'an erased one does not');

# not while ingestion is at work, nor in the media of another catalogue

open my $lock, '>', "$media/.lock" or die $!;
flock $lock, LOCK_EX or die $!;
like($manage->refused(1, qw(prune --files --media), $media),
     qr/ingestion is at work/, 'not while ingestion is at work');
close $lock;

put('audio/ee/' . sprintf('%064x', $_) . '.m4a') for 1 .. 9;
my $all = files();
like($manage->refused(6, qw(prune --files --media), $media),
     qr/9 of \d+ files are of no use: is it another catalogue's\? --yes/,
     'not when most are unknown');
is_deeply(files(), $all, 'nothing is removed then');
is(scalar @{ prune('--yes')->{files} }, 9, 'unless it is confirmed');
like($manage->refused(1, qw(prune --files --media), "$media/audio"),
     qr/no media root/, 'and nowhere else');

done_testing();
