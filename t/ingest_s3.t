#!/usr/bin/perl

# bin/resonate-ingest --store: sounds and originals in an S3 bucket, sent once,
# and nothing in the catalogue that is not stored.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;
use Resonate::Manage;
use Resonate::S3;
use Digest::MD5 qw(md5_base64);
use Digest::SHA qw(sha256_hex);

plan skip_all => $_ for grep { $_ } Resonate::S3::missing();

my $pg = Resonate::Pg->new;
my $s3 = Resonate::S3->new;
my $key = $s3->key_file('write');
my @to = ('--s3-endpoint', $s3->endpoint, '--s3-region', $s3->region);
my $in = Resonate::Ingestion->new(pg => $pg, options => [
    '--store', 's3://music', @to, '--s3-key', $key ]);
my @all = ('--qualities', '64,128', '--keep-originals');

sub named {
    return sort @{ $pg->dbh->selectcol_arrayref(
        'SELECT path FROM resonate.media_file
         UNION SELECT path FROM resonate.rendition
         UNION SELECT path FROM resonate.original') };
}

sub stored { my @stored = sort $s3->list; return @stored }

my $flac = $in->sound('Ann/One/1.flac', title => 'One');

$in->sound('Ann/One/2.mp3', title => 'Two');
rename $in->picture('c.png', '16x16'), $in->music . '/Ann/One/cover.png';


# taken in, and once

my ($status, $output) = $in->run(@all);

is($status, 0, 'taken in') or diag($output);
is_deeply([ stored() ], [ named() ], 'in the bucket is what the catalogue has');
is(scalar(stored()), 6, 'two qualities and the original of both');
is_deeply([ grep { -e } glob $in->media . '/{audio,originals,tmp}' ], [],
          'and nothing of it here');
is(scalar(() = glob $in->media . '/images/*'), 6, 'pictures are here');
is(scalar(() = glob $in->media . '/waveforms/*/*'), 2, 'and waveforms');

for my $name (stored()) {
    my $bytes = $s3->get($name);
    my ($sha256, $format) = $name =~ m{/([0-9a-f]{64})\.(\w+)$};
    my ($put) = grep { $_->{path} eq "/music/$name" } $s3->requests('PUT');

    is(sha256_hex($bytes), $sha256, "$format: named by its content");
    is($put->{headers}{'content-md5'}, md5_base64($bytes) . '==',
       'which the store has checked');
    is($s3->head($name)->{'content-type'},
       { m4a => 'audio/mp4', flac => 'audio/flac', mp3 => 'audio/mpeg' }
       ->{$format}, 'its type');
    is($s3->head($name)->{'cache-control'},
       'public, max-age=31536000, immutable', 'it never changes');
}

like(slurp($in->media . '/.seen'), qr/^folder\d*\t/m,
     'the run knows what its workers have stored');

my $puts = $s3->count('PUT');
my $gets = $s3->count('GET');

like(($in->run(@all))[1], qr/^0 added, 2 unchanged/m, 'once more');
is($s3->count('PUT'), $puts, 'nothing is sent');
cmp_ok($s3->count('GET') - $gets, '<=', 2, 'and hardly anything asked');


# what is lost, and what is only lost to the catalogue

my ($lost) = grep { /originals/ } stored();

$s3->remove($lost);
unlink $in->media . '/.seen';
like(($in->run(@all))[1], qr/^0 added, 1 updated, 1 unchanged/m,
     'an object that is lost');
is_deeply([ stored() ], [ named() ], 'is stored again');
is($s3->count('PUT'), $puts + 1, 'alone');

$pg->dbh->do("UPDATE resonate.media_file SET waveform = NULL, crc32 = 0");
unlink glob $in->media . '/waveforms/*/*';
like(($in->run(@all))[1], qr/^0 added, 2 updated/m, 'measured later');
is($s3->count('PUT'), $puts + 1, 'nothing is sent');
is($pg->dbh->selectrow_array('SELECT count(*) FROM resonate.media_file
                              WHERE crc32 = 0'), 0,
   'sums are those of the object');

my ($bent) = grep { /\.m4a$/ } stored();

$s3->put($bent, 'x' x length $s3->get($bent));
like(($in->run(@all, '--force'))[1], qr/^0 added, 2 updated/m, 'by force');
like($bent, qr/${\sha256_hex($s3->get($bent))}/,
     'other bytes under its name are mended');
is($s3->count('PUT'), $puts + 2, 'the same are not sent');


# a store in trouble

$in->sound('Ann/Two/1.flac', title => 'Three');
my @before = stored();

sub refused {
    my ($is, $what, $text, @options) = @_;
    local $in->{options} = [ '--store', 's3://music', @to,
                             '--s3-key', $key, @options ];
    my ($status, $output) = $in->run;
    my @lines = grep { !/^\[/ } split /\n/, $output;

    is($status, $is, "$what: its status") or diag($output);
    is(scalar(@lines), 1, 'says why in one line') or diag($output);
    like($lines[0], $text, 'which is clear');
    unlike($output, qr/rite\+Secret/, 'without the secret');
    is_deeply([ stored() ], \@before, 'nothing is stored');
    is($in->track('Three')->{path}, undef, 'nor in the catalogue');
}

my $at = "s3://music";

refused(1, 'a key that reads', qr{^$at: AccessDenied: .*; 0 added},
        '--s3-key', $s3->key_file('read'));
refused(3, 'another secret', qr{: $at: SignatureDoesNotMatch: The},
        '--s3-key', $s3->key_file('write', 'other'));
refused(3, 'no such bucket', qr{: s3://musics: NoSuchBucket: The},
        '--store', 's3://musics');
refused(3, 'nobody there', qr{: $at: \S+/music: nobody answers there},
        '--s3-endpoint', 'http://127.0.0.1:1');

# what nothing needs

my $manage = Resonate::Manage->new(pg => $pg);
my $stray = 'audio/ff/' . 'f' x 64 . '.m4a';
my @prune = (qw(prune --files --media), $in->media, @{$in->{options}});

$s3->put("$stray", 'x' x 100);
$s3->put('audio/notes', '');
$s3->put('other', '');
is_deeply($manage->json(@prune)->{files}, [ { path => $stray, bytes => 100 } ],
          'is found in the bucket');
is_deeply([ stored() ], [ sort @before, 'audio/notes', 'other' ],
          'and removed, alone');
$s3->remove($_) for 'audio/notes', 'other';


# killed while it sends, and the same command again, at a busy hour

$s3->hold('PUT');

my $sent = $s3->count('PUT');
my $process = $in->start;

wait_for { $s3->count('PUT') > $sent } 60, 'an upload';
$process->signal('KILL');
ok($process->ended(20), 'killed');
is($in->track('Three')->{path}, undef, 'nothing is in the catalogue');
$s3->release('PUT');
$s3->script(PUT => { status => 503, times => 1 });
like(($in->run)[1], qr/^1 added, 2 unchanged/m, 'the next run goes on');
is_deeply([ stored() ], [ named() ], 'to the same end');
ok(!-e $in->media . '/tmp', 'and cleans up');

done_testing();
