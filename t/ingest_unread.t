#!/usr/bin/perl

# bin/resonate-ingest over folders and files that cannot be read, links and
# odd names: what can be read goes in, the rest is named.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;

subtest 'one folder and one file are closed' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my $music = $in->music;

    $in->sound('A/B/1 - one.wav');
    $in->sound('A/lost+found/2 - two.wav');
    chmod 0, $in->sound('A/B/3 - three.wav');
    chmod 0, "$music/A/lost+found";

    my ($status, $output) = $in->run_as_nobody;

    is($status, 1, 'some failed');
    like($output, qr/^1 added, 0 unchanged, 2 failed/m, 'the rest goes in');
    like($output, qr{^failed: \Q$music\E/A/$_: cannot read: Permission denied}m,
         "$_ is named")
        for 'lost\+found', 'B/3 - three.wav';
    like($output, qr/\(let nobody read it\)/, 'with what to do');

    chmod 0, "$music/A/B";
    ($status, $output) = $in->run_as_nobody;
    is($status, 3, 'nothing can be read');
    like($output, qr{failed: \Q$music\E/A/B: }, 'and that is said');
    chmod 0755, "$music/A/B", "$music/A/lost+found";
};

subtest 'started in a folder that is closed' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my $closed = tempdir();

    $in->sound('A/B/1 - one.wav');
    chdir $closed or die;
    chmod 0, $closed;

    my ($status, $output) = $in->run_as_nobody;

    chdir $Resonate::Test::ROOT or die;
    is($status, 0, 'it comes to its end') or diag($output);
    like($output, qr/^1 added, 0 unchanged, 0 failed/m, 'and all goes in');
};

subtest 'links' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my $music = $in->music;

    $in->sound('C/D/1 - one.wav');
    $in->sound('../elsewhere/E/2 - two.wav');
    symlink $music, "$music/C/loop";
    symlink '../..', "$music/C/D/up";
    symlink '../elsewhere', "$music/linked";
    symlink 'self.wav', "$music/self.wav";
    symlink 'nowhere.wav', "$music/dangling.wav";
    symlink 'D', "$music/C/again";
    system('mkfifo', "$music/pipe.wav");

    my ($status, $output) = $in->run;

    is($status, 1, 'some failed');
    like($output, qr/^2 added, 0 unchanged, 3 failed/m,
         'a folder is read once, by itself before by a link');
    like($output, qr{^failed: \S+/$_->[0]: $_->[1]}m, $_->[0])
        for ['self.wav', 'cannot read: Too many levels .* \(remove the link'],
            ['dangling.wav', 'a link to what is not there \(remove'],
            ['pipe.wav', 'not a regular file'];
    is($in->track('two')->{album}, 'E', 'a linked folder is taken in');
};

subtest 'what is not taken is named' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);

    $in->sound('F/G/1 - one.wav');
    $in->file("F/G/$_", 'x') for qw(a.mod b.MOD c.caf notes.txt);

    my ($status, $output) = $in->run;

    is($status, 0, 'no failure');
    like($output, qr/^not taken: 2 \.mod files$/m, 'two of a kind');
    like($output, qr/^not taken: 1 \.caf file$/m, 'one of another');
    unlike($output, qr/txt/, 'other files are not music');
};

subtest 'what is no music is named, with what to do' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my $lyrics = pack 'a4 N n a*', 'USLT', 5 << 20, 0,
                      "\0eng\0" . 'x' x ((5 << 20) - 5);
    my $id3 = pack 'a3 C3 C4 a*', 'ID3', 3, 0, 0,
                   map({ length($lyrics) >> $_ & 127 } 21, 14, 7, 0), $lyrics;
    my @not = (
        # file, its bytes, what is said
        [ 'empty.flac', '', 'it is empty \(copy or download it again\)' ],
        [ 'list.flac', "#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n",
          '.*\(it is damaged or not music: ' ],
        [ 'zip.mp3', "PK\3\4" . "\0" x 300, '.*\(it is damaged or not music' ],
        [ 'long.mp3', $id3 . slurp($in->sound('F/1 - one.mp3')),
          'more than 4 MB of tags \(remove long texts' ],
    );

    $in->file("F/$_->[0]", $_->[1]) for @not;

    my ($status, $output) = $in->run;

    is($status, 1, 'some failed');
    like($output, qr/^1 added, 0 unchanged, 4 failed/m, 'the rest goes in');
    like($output, qr{^failed: \S+/\Q$_->[0]\E: $_->[2]}m, $_->[0]) for @not;
};

subtest 'formats' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my @formats = qw(wma wv aac mp2 tta);

    $in->sound("H/I/$_.$_") for @formats;

    my ($status, $output) = $in->run;

    is($status, 0, 'all go in') or diag($output);
    is($in->track($_)->{album}, 'I', $_) for @formats;
};

subtest 'names of bytes' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my @names = ("J/K/a\nb.wav", "J/K/\xff\xfe.wav", "J/K/\xc3\xa9 %s.wav",
                 "J/K\n/\$(x).wav");

    $in->sound($_) for @names;

    is(($in->run)[0], 0, 'all go in');
    like(($in->run)[1], qr/^0 added, 4 unchanged, 0 failed/m, 'once');
};

done_testing();
