#!/usr/bin/perl

# bin/resonate-catalogue prune: what came from files that are gone, and that a
# disk which is not there is no reason to remove anything.

use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

use File::Path qw(make_path remove_tree);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $manage = Resonate::Manage->new(pg => $pg);
my $music = tempdir();
my $disk = tempdir();
my $number;

# a file of the library, by which a track is in a release

sub file {
    my ($root, $name, $track, $release) = @_;
    my ($folder) = "$root/$name" =~ m{^(.*)/};
    my $sha = sprintf '%064x', ++$number;

    make_path($folder);
    spew("$root/$name", 'x');
    $dbh->do("INSERT INTO resonate.source (path, root, track_id, release_id,
                  source_sha256, sound_sha256, lossless, duration_ms, written)
              VALUES (decode(?, 'hex'), decode(?, 'hex'), ?, ?, ?, ?, true,
                      1000, 'w')", {}, map({ unpack 'H*', $_ } "$root/$name",
             $root), $id->{$track}, $id->{$release}, $sha, $sha);
    return "$root/$name";
}

sub items {
    return join ' ', @{ $dbh->selectcol_arrayref(
        'SELECT t.title FROM resonate.release_item i
         JOIN resonate.track t ON t.id = i.track_id WHERE i.release_id = ?
         ORDER BY i.index', {}, $id->{$_[0]}) };
}

sub shown {
    return scalar $dbh->selectrow_array(
        'SELECT count(*) FROM resonate.search_doc WHERE id = ?', {},
        $id->{$_[0]});
}

sub notes { return join '; ', @{ $_[0]{notes} } }

my ($morning, $noon, $copy, $evening) =
    (file($music, 'A/First/1.flac', qw(paid release)),
     file($music, 'A/First/2.flac', qw(free release)),
     file($music, 'B/2 again.flac', qw(free release)),
     file($music, "A/First/3\xff.flac", qw(short release)));
my $breath = file($disk, 'C/Wind/1.flac', qw(band_track band_release));

file($music, "more/$_.flac", qw(hidden release)) for 1 .. 5;

is(notes($manage->json('prune')), '0 files are gone', 'none is gone');

# one of two, and both

unlink $noon;
is_deeply($manage->changed('prune'), [ 'source: gone' ],
          'one of two files is gone: the track stays');

unlink $evening, $morning;
like(notes($manage->json('prune')), qr/^0 files are gone; 2 files of /,
     'an empty folder may be a disk that is not there');
remove_tree("$music/A");
my $before = $manage->tables;
my $dry = $manage->json('prune', '--dry-run');

is(notes($dry), '2 files are gone', 'two are gone');
is_deeply($manage->tables, $before, 'a dry run changes nothing');

my $done = $manage->json('prune');

is(items('release'), 'Noon Night Lost', 'they leave their release');
is(shown('paid'), 0, 'and nobody sees them');
ok((grep { $_->{name} =~ /^file \Q$music\E\/A\/First\/3/ } @{ $done->{rows} }),
   'the journal names the files');
$manage->json('undo');
is_deeply($manage->tables, $before, 'undone');

# a release of which nothing is left, for good

remove_tree("$disk/C");
file($disk, "other/$_.flac", qw(hidden release)) for 1 .. 3;
$manage->json('prune', '--erase');
ok(!$dbh->selectrow_array('SELECT count(*) FROM resonate.release
                           WHERE id = ?', {}, $id->{band_release}),
   'a release without tracks is deleted');
$manage->json('undo');
is(items('band_release'), 'Breath', 'and comes back');

# a disk that is not there

my $same = $manage->tables;
for ($breath, $morning, $evening) {
    make_path(m{^(.*)/});
    spew($_, 'x');
}

rename $disk, "$disk.away" or die $!;

like(notes($manage->json('prune')),
     qr/^0 files are gone; 4 files of \Q$disk\E cannot be looked at, and stay/,
     'no folder: nothing is gone');
mkdir $disk or die $!;
like(notes($manage->json('prune')), qr/4 files of .* cannot be looked at/,
     'an empty folder: nothing is gone');
spew("$disk/lost+found", '');
like($manage->refused(6, 'prune'),
     qr/^of \Q$disk\E, 4 of 4 files are gone: is a disk missing\? --yes/,
     'another disk in its place: refused');
is_deeply($manage->tables, $same, 'and nothing is changed');
is(notes($manage->json('prune', '--yes')), '4 files are gone',
   'unless it is confirmed');

remove_tree("$disk.away");
done_testing();
