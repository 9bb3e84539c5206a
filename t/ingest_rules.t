#!/usr/bin/perl

# What ingestion decides without a database: which files are copies, which are
# gone, and what their owner can do about a failure.

use lib 't/lib', 'bin/lib';
use File::Path qw(make_path);
use Resonate::Test;
use Resonate::Ingest::Advice qw(with_advice);
use Resonate::Ingest::Copies qw(tracks_of);
use Resonate::Ingest::Gone   qw(is_gone);
use Resonate::Ingest::Walk   qw(stamp);

# name => sound, lossless, bit rate, sample rate, seconds, number, title, kept

sub file {
    my ($path, @is) = @_;
    my %file = (path => $path);

    @file{qw(sound lossless bit_rate sample_rate seconds number title was_kept)}
        = @is;
    $file{duration_ms} = 1000 * $file{seconds};
    $file{track} = { disc => 1, map { $_ => $file{$_} } qw(number title) };
    return \%file;
}

for (
    # what, files, tracks: the kept one and its copies
    [ 'one file', [ [ 'a', 'x', 1, 900, 44100, 60, 1, 'T' ] ], 'a' ],
    [ 'lossless before lossy',
      [ [ 'a', 'x', 0, 990_000, 96000, 60, 1, 'T' ],
        [ 'b', 'y', 1, 700_000, 44100, 61, 1, 'T' ] ], 'b a' ],
    [ 'the higher sample rate of lossless ones',
      [ [ 'a', 'x', 1, 900_000, 44100, 60, 1, 'T' ],
        [ 'b', 'y', 1, 800_000, 96000, 60, 1, 'T' ] ], 'b a' ],
    [ 'the higher bit rate of lossy ones',
      [ [ 'a', 'x', 0, 128_000, 48000, 60, 1, 'T' ],
        [ 'b', 'y', 0, 320_000, 44100, 60, 1, 'T' ] ], 'b a' ],
    [ 'what is there, of equals',
      [ [ 'a', 'x', 0, 128_000, 44100, 60, 1, 'T' ],
        [ 'b', 'y', 0, 128_000, 44100, 60, 1, 'T', 1 ] ], 'b a' ],
    [ 'the first, of equals',
      [ [ 'b', 'y', 0, 128_000, 44100, 60, 1, 'T' ],
        [ 'a', 'x', 0, 128_000, 44100, 60, 1, 'T' ] ], 'a b' ],
    [ 'case and accents do not count',
      [ [ 'a', 'x', 1, 900, 44100, 60, 1, "caf\xe9" ],
        [ 'b', 'y', 0, 900, 44100, 60, 1, 'CAFE' ] ], 'a b' ],
    [ 'two seconds are the same length',
      [ [ 'a', 'x', 1, 900, 44100, 60, 1, 'T' ],
        [ 'b', 'y', 0, 900, 44100, 62, 1, 'T' ] ], 'a b' ],
    [ 'more are another recording',
      [ [ 'a', 'x', 1, 900, 44100, 60, 1, 'T' ],
        [ 'b', 'y', 0, 900, 44100, 62.1, 1, 'T' ] ], 'a, b' ],
    [ 'of which there may be copies too',
      [ [ 'a', 'x', 1, 900, 44100, 60, 1, 'T' ],
        [ 'b', 'y', 0, 900, 44100, 99, 1, 'T' ],
        [ 'c', 'z', 1, 900, 44100, 99, 1, 'T' ] ], 'a, c b' ],
    [ 'another number is another track',
      [ [ 'a', 'x', 1, 900, 44100, 60, 1, 'T' ],
        [ 'b', 'y', 1, 900, 44100, 60, 2, 'T' ] ], 'a, b' ],
    [ 'the same sound is one, whatever its name',
      [ [ 'a', 'x', 1, 900, 44100, 60, 1, 'T' ],
        [ 'b', 'x', 1, 900, 44100, 60, 2, 'U' ] ], 'a b' ],
) {
    my ($what, $files, $expected) = @$_;

    for my $order ([ @$files ], [ reverse @$files ]) {
        is(join(', ', map { join ' ', map { $_->{path} } @$_ }
                @{ tracks_of([ map { file(@$_) } @$order ]) }),
           $expected, $what);
    }
}


# gone, or only out of sight

my $dir = tempdir();

make_path("$dir/lib/A/B", "$dir/lib/C", "$dir/mnt/empty", "$dir/lib/disk");
spew("$dir/lib/A/B/one.wav", 'x');
symlink 'nowhere', "$dir/lib/A/link.wav";

for (
    # path, root, is gone
    [ 'lib/A/B/one.wav', 'lib', 0 ],
    [ 'lib/A/B/two.wav', 'lib', 1 ],
    [ 'lib/A/X/Y/two.wav', 'lib', 1 ],
    [ 'lib/A/link.wav', 'lib', 0 ],
    [ 'lib/disk/A/one.wav', 'lib', 0 ],
    [ 'mnt/empty/A/one.wav', 'mnt/empty', 0 ],
    [ 'mnt/none/A/one.wav', 'mnt/none', 0 ],
) {
    my ($path, $root, $gone) = @$_;

    is(!!is_gone("$dir/$path", "$dir/$root"), !!$gone,
       $gone ? "$path is gone" : "$path may be there");
}


# lyrics beside a file are part of it

my $before = stamp("$dir/lib/A/B/one.wav");

spew("$dir/lib/A/B/one.lrc", 'la');
isnt(stamp("$dir/lib/A/B/one.wav"), $before, 'a file with new lyrics changed');


# what to do about a failure

for ([ 'truncated: 10 of 20 seconds are there', 'copy or download' ],
     [ 'no audio in it', 'remove it, or give it the name' ],
     [ 'Invalid data found when processing input', 'it is damaged' ],
     [ 'No space left on device', 'make room' ],
     [ 'ffmpeg: No such file or directory', 'install ffmpeg' ],
     [ 'cannot read: Permission denied', 'let \S+ read it' ])
{
    my ($why, $advice) = @$_;

    like(with_advice($why), qr/^\Q$why\E \($advice/, $why);
}

done_testing();
