# A release to keep: a ZIP that others read, sent in any ranges, and only to
# whom all of its tracks belong.

use lib 't/lib';
use Resonate::Test;
use Resonate::Download;
use Compress::Zlib qw(crc32);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $media = download_media($pg, $id);
my $dir = tempdir();
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => $media, routes => 1,
    http => 'sendfile on; resonate_cache 1m;',
    server => 'location = /status { resonate_status; }',
    expect => qr/is not what the catalogue says/);
my $release = "/api/v3/user/trackgroups/$id->{release}/download";
my %token = map { $_ => token(sub => $_, scope => 'profile') }
            qw(listener nobody owner);

sub ask {
    my ($who, $path, $range, $method) = @_;

    return $edge->request($method || 'GET', $path,
        token => $token{$who // ''},
        headers => { defined $range ? (Range => "bytes=$range") : () });
}

# whoever may not gets nothing, whatever is asked for

sub refused {
    my ($who, $path, $status, $detail) = @_;

    for (undef, '0-9', '0-9,20-29', '-1') {
        my $res = ask($who, $path, $_);

        is $res->{status}, $status, "$detail: status";
        like json($res)->{detail}, $detail, "$detail: detail";
    }

    is ask($who, $path, undef, 'HEAD')->{status}, $status, "$detail: HEAD";
}

refused(undef, $release, 401, qr/./);
refused(listener => $release, 403, qr/^2 of 3 tracks are not owned\.$/);
own($pg, $id, 'paid');
refused(listener => $release, 403, qr/^1 of 3 tracks are not owned\.$/);
own($pg, $id, 'short');
refused(nobody => $release, 403, qr/^2 of 3 tracks are not owned\.$/);
refused(listener => "$release?quality=lossless", 404, qr/^3 of 3 tracks/);
refused(listener => "$release?quality=original", 404, qr/^1 of 3 tracks/);
refused(listener => $release, 409, qr/^3 of 3 files .* CRC-32/);
refused(listener => $release =~ s/\Q$id->{release}/$id->{private}/r, 404,
        qr/^No such release\.$/);
refused(listener => $release =~ s/\Q$id->{release}/$id->{coming}/r, 404,
        qr/^No such release\.$/);
refused(listener => $release =~ s/\Q$id->{release}/$id->{paid}/r, 404,
        qr/^No such release\.$/);

sum_up($pg, $media);

my $res = ask(listener => $release);
my $zip = $res->{content};
my $etag = $res->{headers}{etag};

is $res->{status}, 200, 'who owns all of it';
is $res->{headers}{'content-type'}, 'application/zip', 'its type';
is $res->{headers}{'content-disposition'},
   'attachment; filename="Zo_ & the Testers - First Light.zip"; '
   . q(filename*=UTF-8''Zo%C3%AB%20%26%20the%20Testers%20-%20First%20Light.zip),
   'its name';
is $res->{headers}{'content-length'}, length $zip, 'its length';


# what reads it

spew("$dir/a.zip", $zip);

like scalar `unzip -t $dir/a.zip 2>&1`, qr/^No errors detected/m, 'unzip';
is scalar `python3 -m zipfile -t $dir/a.zip 2>&1`, "Done testing\n",
    'python';
is scalar `unzip -Z1 $dir/a.zip`,
   "01 Mor_ning.m4a\n02 Noon.m4a\n03 Evening.m4a\ncover.jpg\n", 'its names';

Resonate::Pg::run('unzip', '-q', "$dir/a.zip", '-d', "$dir/out");

for (
    # file, track, stored, tags
    [ '01 Mor_ning', 'paid', 'long', 'Mor/ning', '1/3' ],
    [ '02 Noon', 'free', 'long', 'Noon', '2/3' ],
    [ '03 Evening', 'short', 'short', 'Evening', '3/3' ],
) {
    my ($file, $track, $stored, $title, $number) = @$_;
    my $tags = tags("'$dir/out/$file.m4a'");

    is_deeply [ @$tags{qw(title album track)} ],
              [ $title, 'First Light', $number ], "$file: tags";
    is samples("'$dir/out/$file.m4a'"),
       samples("$media/" . Resonate::Media::files()->{$stored}{path}),
       "$file: sound";
}


my $cover = "$media/images/$id->{cover}-x600.jpg";
ok slurp("$dir/out/cover.jpg") eq slurp($cover), 'its cover';


# ranges are slices of it

srand 11;

my @wrong = grep {
    my @ends = sort { $a <=> $b } map { int rand length $zip } 1, 2;
    $ends[0] = length($zip) - 200 if $_ % 5 == 0;
    $ends[1] = length($zip) - 1 if $_ % 5 == 0;

    my $part = ask(listener => $release, join '-', @ends);
    $part->{status} != 206 || $part->{headers}{etag} ne $etag
        || $part->{content} ne substr $zip, $ends[0], $ends[1] - $ends[0] + 1
} 1 .. 60;

is @wrong, 0, 'ranges';

my $two = ask(listener => $release, '0-9,1000000-1000009,-22');

is $two->{status}, 206, 'several ranges';
ok index($two->{content}, $_) > 0, 'one of them'
    for substr($zip, 0, 10), substr($zip, 1_000_000, 10), substr $zip, -22;

spew("$dir/part.zip", substr $zip, 0, 700_000);
Resonate::Pg::run('curl', '-sS', '-f', '-C', '-', '-o', "$dir/part.zip", '-H',
                  "Authorization: Bearer $token{listener}",
                  $edge->url . $release);
ok slurp("$dir/part.zip") eq $zip, 'resumed by curl';

my $head = ask(listener => $release, undef, 'HEAD');
is $head->{headers}{'content-length'}, length $zip, 'HEAD: length';
is $head->{headers}{etag}, $etag, 'HEAD: the same version';
is $head->{content}, '', 'HEAD: nothing';


# what changes it

sub other {
    my ($what) = @_;
    my $other = ask(listener => $release, undef, 'HEAD');

    is $other->{status}, 200, "$what: sent";
    isnt $other->{headers}{etag}, $etag, "$what: another version";
    return ask(listener => $release)->{content};
}

my $bytes = slurp($cover);
utime 1, 1, $cover;
other('a cover of the same length');

spew($cover, $bytes . 'x');
spew("$dir/e.zip", other('a cover that is not known'));
unlike scalar `unzip -Z1 $dir/e.zip`, qr/jpg/, 'which is left out';

unlink $cover;
other('a cover that is gone');
spew($cover, $bytes);
ok ask(listener => $release)->{content} eq $zip, 'the same again';

$pg->psql("UPDATE resonate.track SET title = '../' || chr(8238) || 'noon'
           WHERE id IN ('$id->{paid}', '$id->{free}');
           UPDATE resonate.release_item SET number = 7
           WHERE track_id IN ('$id->{paid}', '$id->{free}', '$id->{short}');
           UPDATE resonate.track SET title = '..__NOON'
           WHERE id = '$id->{short}'");

$res = ask(listener => $release);
isnt $res->{headers}{etag}, $etag, 'other names are another version';
spew("$dir/b.zip", $res->{content});
like scalar `unzip -t $dir/b.zip 2>&1`, qr/^No errors detected/m, 'of it';
is scalar `unzip -Z1 $dir/b.zip`,
   "07 ..__noon.m4a\n07 ..__noon (2).m4a\n07 ..__NOON (3).m4a\ncover.jpg\n",
   'no two names are one';

$res = ask(owner => $release);
is $res->{status}, 200, 'who made it';
spew("$dir/c.zip", $res->{content});
is scalar(() = `unzip -Z1 $dir/c.zip` =~ /\n/g), 5, 'with what is hidden';

$pg->psql('UPDATE resonate.media_file SET span_bytes = span_bytes - 1');
is ask(listener => $release)->{status}, 500,
   'no archive of what the catalogue does not know';

$pg->psql("DELETE FROM resonate.release_item
           WHERE track_id IN ('$id->{free}', '$id->{short}')");
$res = ask(listener => "$release?quality=original");
is $res->{status}, 200, 'originals';
spew("$dir/d.zip", $res->{content});
is scalar `unzip -p $dir/d.zip *.flac`, slurp("$media/$id->{original}"),
   'as they came';

done_testing;
