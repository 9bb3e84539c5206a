# A track to keep: who gets it, what it is called, what is written into it, and
# that its sound is the stored one.

use lib 't/lib';
use Resonate::Test;
use Resonate::Download;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $media = download_media($pg, $id);
my $dir = tempdir();
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, media => $media,
                               routes => 1,
                               http => 'sendfile on; resonate_cache 1m;');
my $stored = slurp("$media/" . Resonate::Media::files()->{long}{path});

own($pg, $id, 'paid');
$pg->psql("INSERT INTO resonate.holding (person_id, track_id, count)
           VALUES ('$id->{listener}', '$id->{short}', 8)");

my %token = (listener => token(sub => 'listener', scope => 'profile'),
             nobody => token(sub => 'nobody', scope => 'profile'),
             owner => token(sub => 'owner', scope => 'profile'),
             other => token(sub => 'listener', scope => 'plays'));

sub path { return "/api/v3/user/download/$id->{$_[0]}" . ($_[1] // '') }


# who, track, query, status, detail; a range and HEAD say the same

for (
    [ undef, 'paid', '', 401, qr/./ ],
    [ undef, 'free', '', 401, qr/./ ],
    [ 'other', 'paid', '', 403, qr/./ ],
    [ 'nobody', 'paid', '', 403, qr/^The track is not owned\.$/ ],
    [ 'nobody', 'free', '', 200 ],
    [ 'listener', 'paid', '', 200 ],
    [ 'listener', 'paid', '?quality=lossless', 404, qr/in that quality\.$/ ],
    [ 'listener', 'paid', '?quality=original', 200 ],
    [ 'nobody', 'paid', '?quality=original', 403, qr/not owned/ ],
    [ 'listener', 'paid', '?quality=best', 400, qr/./ ],
    [ 'listener', 'short', '', 403, qr/not owned/ ],
    [ 'listener', 'hidden', '', 404, qr/^No such track\.$/ ],
    [ 'owner', 'hidden', '', 200 ],
    [ 'owner', 'unpublished', '', 200 ],
    [ 'owner', 'deleted', '', 404, qr/^No such track\.$/ ],
    [ 'listener', 'unpublished', '', 404, qr/^No such track\.$/ ],
    [ 'listener', 'future', '', 404, qr/^No such track\.$/ ],
    [ 'listener', 'release', '', 404, qr/^No such track\.$/ ],
) {
    my ($who, $track, $query, $status, $detail) = @$_;
    my $name = ($who // 'anonymous') . ", $track$query";
    my @ask = (token => $who && $token{$who});
    my $res = $edge->get(path($track, $query), @ask);

    is $res->{status}, $status, $name;

    if ($detail) {
        like json($res)->{detail}, $detail, "$name: detail";
        cmp_ok length $res->{content}, '<', 1000, "$name: no bytes of it";
    }

    for (HEAD => GET => ) {
        my $part = $edge->request($_, path($track, $query), @ask,
                                  headers => { Range => 'bytes=0-9' });
        is $part->{status}, $status == 200 ? 206 : $status, "$name: $_";
    }
}


# what it is

my @ask = (token => $token{listener});
my $res = $edge->get(path('paid'), @ask);
my $all = $res->{content};
my %headers = $res->{headers}->%*;

is $headers{'content-disposition'},
   'attachment; filename="Zo_ & the Testers - Mor_ning.m4a"; '
   . q(filename*=UTF-8''Zo%C3%AB%20%26%20the%20Testers%20-%20Mor_ning.m4a),
   'its name';
is $headers{'content-type'}, 'audio/mp4', 'its type';
is $headers{'cache-control'}, 'private, no-cache', 'its caching';
is $headers{'last-modified'}, undef, 'no date: the tags have another';

spew("$dir/kept.m4a", $all);
spew("$dir/stored.m4a", $stored);

is_deeply tags("$dir/kept.m4a"),
    { title => "Mor/ning", artist => "Zo\x{eb} & the Testers",
      album => 'First Light', track => '1/3', disc => '1', date => '2020' },
    'its tags';
is cover("$dir/kept.m4a"), slurp("$media/images/$id->{cover}-x600.jpg"),
   'its cover, byte by byte';
is samples("$dir/kept.m4a"), samples("$dir/stored.m4a"),
   'its sound, sample by sample';
ok index($all, substr $stored, -100_000) > 0, 'the bytes of the file';


# ranges are slices; conditions

srand 9;

my @wrong = grep {
    my ($first, $last) = sort { $a <=> $b } map { int rand length $all } 1, 2;
    my $part = $edge->get(path('paid'), @ask,
                          headers => { Range => "bytes=$first-$last" });
    $part->{status} != 206
        || $part->{content} ne substr $all, $first, $last - $first + 1
} 1 .. 60;

is @wrong, 0, 'ranges';

for (
    # header, value, status
    [ 'If-None-Match', $headers{etag}, 304 ],
    [ 'If-None-Match', '"x"', 200 ],
    [ 'If-Range', $headers{etag}, 206 ],
    [ 'If-Range', '"x"', 200 ],
) {
    my ($header, $value, $status) = @$_;

    is $edge->get(path('paid'), @ask,
                  headers => { $header => $value,
                               $header eq 'If-Range'
                               ? (Range => 'bytes=5-9') : () })->{status},
       $status, "$header: $value";
}

is $edge->get(path('paid'), @ask)->{content}, $all, 'the same again';


# as it came

$res = $edge->get(path('paid', '?quality=original'), @ask);
is $res->{content}, slurp("$media/$id->{original}"), 'the original';
is $res->{headers}{'content-type'}, 'audio/flac', 'the type of the original';
like $res->{headers}{'content-disposition'}, qr/ning\.flac"/, 'and its name';


# other tags, another version

$pg->psql("UPDATE resonate.track SET title = 'Dawn' WHERE id = '$id->{paid}'");

$res = $edge->get(path('paid'), @ask,
                  headers => { Range => 'bytes=5-9',
                               'If-Range' => $headers{etag} });
is $res->{status}, 200, 'no range of one is joined to another';
isnt $res->{headers}{etag}, $headers{etag}, 'it has another ETag';

spew("$dir/kept.m4a", $res->{content});
is tags("$dir/kept.m4a")->{title}, 'Dawn', 'the new title';

my $etag = $res->{headers}{etag};

utime 1, 1, "$media/images/$id->{cover}-x600.jpg";
isnt $edge->get(path('paid'), @ask)->{headers}{etag}, $etag,
    'a cover of the same length is another version';

unlink "$media/images/$id->{cover}-x600.jpg";
$res = $edge->get(path('paid'), @ask);
is $res->{status}, 200, 'without a cover';
isnt $res->{headers}{etag}, $headers{etag}, 'which is another version';


# a release of four tracks, of which no more than three are sent as one

my $zip = "/api/v3/user/trackgroups/$id->{release}/download";

sum_up($pg, $media);

for ([ 4, 200, 501 ], [ 3, 403, 403 ]) {
    my ($tracks, @status) = @$_;

    $edge->reload(http => "resonate_cache 1m; resonate_zip_tracks $tracks;");
    my @res = ($edge->get($zip, token => $token{owner}),
               $edge->post("$zip/ticket", '', token => $token{owner}));

    is_deeply [ map { $_->{status} } @res ], \@status, "up to $tracks";
    like $_->{content}, qr/too long to be sent as one/, 'why not'
        for grep { $_->{status} == 403 } @res;
}

done_testing;
