#!/usr/bin/perl

# bin/resonate-ingest, run again: unchanged, changed, bad and interrupted.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;

subtest 'unchanged files are skipped' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my $file = $in->sound('A/B/1 - one.wav');

    $in->sound('A/B/2 - two.flac');
    like(($in->run)[1], qr/^2 added/m, 'the first time');

    my @before = sort map { $_->{id} } @{ $in->tracks };
    my @stored = $in->stored;

    like(($in->run)[1], qr/^0 added, 2 unchanged/m, 'by path, time and size');

    utime 1, 1, $file;
    like(($in->run)[1], qr/^0 added, 2 unchanged/m, 'by content');

    rename $file, $in->music . '/A/B/moved.wav';
    like(($in->run)[1], qr/^0 added, 1 updated, 1 unchanged/m, 'moved');

    $in->copy('A/B/moved.wav', 'A/B/copy.wav');
    like(($in->run)[1], qr/^0 added, 1 updated, 1 unchanged, 1 copy/m,
         'however often');

    unlink $in->media . '/.seen', $in->media . "/$stored[0]";
    like(($in->run)[1], qr/^0 added, 1 updated, 1 unchanged, 1 copy/m,
         'a lost file is made anew');
    is_deeply([ $in->stored ], \@stored, 'with the same bytes');
    is_deeply([ sort map { $_->{id} } @{ $in->tracks } ], \@before,
              'same tracks');
};

subtest 'bad files are told, the others go in' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my $long = slurp($in->sound('whole.flac', seconds => 20));

    $in->sound('good.wav', title => 'Good');
    $in->file('cut.flac', substr $long, 0, length($long) / 2);
    $in->file('empty.mp3', '');
    $in->file('noise.ogg', join '', map { chr(($_ * 7919) % 256) } 1 .. 5000);
    $in->file('list.m4a', "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n");
    symlink '/nowhere/at/all', $in->music . '/gone.wav';
    rename $in->picture('only.png', '64x64'), $in->music . '/picture.mp3';

    my ($status, $output) = $in->run;

    is($status, 1, 'it fails');
    like($output, qr/^2 added, 0 unchanged, 6 failed/m, 'counts');
    like($output, qr{^failed: \S+/cut\.flac: truncated: 10 of 20 s}m, 'cut');
    like($output, qr{^failed: \S+/$_->[0]: $_->[1]}m, $_->[0])
        for ['empty.mp3', '.+'], ['noise.ogg', '.+'], ['list.m4a', '.+'],
            ['gone.wav', 'a link to what is not there'],
            ['picture.mp3', 'no audio in it'];
    is(scalar(() = $output =~ /^failed: /mg), 6, 'each with one line');
};

subtest 'a bad cover does not keep the music out' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);

    $in->sound('C/D/1.wav');
    $in->file('C/D/cover.jpg', 'not a picture');

    my ($status, $output) = $in->run;

    is($status, 0, 'it goes in');
    like($output, qr/^warning: \S+: no cover: /m, 'with a warning');
};

subtest 'a deadlock is tried again, but not for ever' => sub {
    my $in = Resonate::Ingestion->new(pg => $pg);
    my $dbh = $pg->dbh;

    $dbh->do('CREATE SEQUENCE public.tries');
    $dbh->do(q{CREATE FUNCTION public.deadlock() RETURNS trigger
               LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
               IF nextval('public.tries') <> 3 THEN
                   RAISE EXCEPTION 'once more' USING ERRCODE = '40P01';
               END IF;
               RETURN NEW; END $$});
    $dbh->do('CREATE TRIGGER deadlock BEFORE INSERT ON resonate.source
              FOR EACH ROW EXECUTE FUNCTION public.deadlock()');

    $in->sound('L/M/1.wav');
    is(($in->run)[0], 0, 'twice');
    is(scalar(grep { $_->{album} eq 'M' } @{ $in->tracks }), 1, 'it is there');
    $in->sound('L/M/2.wav');
    like(($in->run)[1], qr{^failed: \S+/2\.wav: ERROR: +once more}m,
         'for ever');

    $dbh->do('DROP TRIGGER deadlock ON resonate.source');
};

for my $signal (qw(INT TERM KILL)) {
    subtest "interrupted by SIG$signal" => sub {
        my $in = Resonate::Ingestion->new(pg => $pg);

        $in->sound("E/$signal/$_.wav", seconds => $_ == 1 ? 1 : 20)
            for 1 .. 4;
        $in->slow(1);

        my $process = $in->start('--jobs', 2);

        wait_for {
            my @making = glob $in->media . '/tmp/*/*.m4a';
            @making && grep { $_->{album} eq $signal } @{ $in->tracks };
        } 300, 'one track in the catalogue, and others in the making';
        $process->signal($signal);
        ok($process->ended(20), 'it ends');

        my @sizes = grep { `ffprobe -v error -i $_ 2>&1` ne '' }
                    map { $in->media . "/$_" } $in->stored;
        is_deeply(\@sizes, [], 'no final name means half a file');

        if ($signal ne 'KILL') {
            is($process->{status} >> 8, 130, 'with the status of interruption');
            ok(!-e $in->media . '/tmp', 'and cleans up');
        }

        $in->slow(0);

        my ($status, $output) = $in->run;

        is($status, 0, 'the next run goes on') or diag($output);
        like($output, qr/^[123] added, [123] unchanged/m, 'where this one was');
        is(scalar(() = $in->stored), 4, 'all are there');
        ok(!-e $in->media . '/tmp', 'the dead run is cleaned up');
    };
}

subtest 'usage' => sub {
    my $tool = "$Resonate::Test::ROOT/bin/resonate-ingest";
    my $dir = tempdir();
    my $s3 = "$dir/x.wav --store s3://music --s3-endpoint http://localhost";

    for my $case ([ '', 2, qr/^usage/ ], [ '--help', 0, qr/^usage/ ],
                  [ '--nonsense x', 2, qr/usage/ ],
                  [ "$dir/none", 3, qr/No such file/ ],
                  [ $dir, 3, qr/no music in/ ],
                  [ "--bitrate 5 $dir", 2, qr/--bitrate 5: 32 to 320/ ],
                  [ "--jobs 0 $dir", 2, qr/--jobs 0: 1 to 256/ ])
    {
        my ($options, $status, $text) = @$case;
        my $output = `$tool $options 2>&1`;

        is($? >> 8, $status, "status of \"$options\"");
        like($output, $text, 'and what it says');
    }

    spew("$dir/x.wav", 'x');
    mkdir "$dir/\e]0;\xc3\xa9";

    for my $case ([ '"host=/nowhere password=secret"', "$dir/x.wav",
                    qr/database: [^?]*No such file or directory$/ ],
                  [ 'x', qq('$dir/\e]0;\xc3\xa9'),
                    qr{no music in: \Q$dir\E/\?]0;\xc3\xa9 } ],
                  [ 'x', "--store x $dir/x.wav", qr/--store x: s3:/ ],
                  [ 'x', $s3, qr/--s3-key: the file with the key is needed/ ],
                  [ 'x', "$s3 --s3-endpoint x", qr/--s3-endpoint x: https/ ],
                  [ 'x', "$s3 --s3-key $dir/x.wav",
                    qr/--s3-key \S+: mode 0644; only its owner may read it/ ],
                  [ 'x', "$s3 --s3-key /dev/null --s3-region ..",
                    qr/--s3-region ..: letters/ ])
    {
        my ($db, $folder, $text) = @$case;
        my $output = `$tool --db $db --media $dir/m $folder 2>&1`;

        like($output, qr/^resonate-ingest: $text/m, "what $db says");
        unlike($output, qr/secret|\e/, 'and what it does not');
    }
};

done_testing();
