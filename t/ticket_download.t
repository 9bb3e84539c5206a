# Downloads by a ticket: who gets one, that it opens what it names and nothing
# else, and that what it was given for is asked again.

use lib 't/lib';
use Resonate::Test;
use Resonate::Download;
use Resonate::Ticket;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $media = download_media($pg, $id);
my $dir = tempdir();
my $service = $pg->dbh(user => 'resonate_identity');
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => $media, routes => 1,
    http => 'sendfile on; resonate_cache 1m listen=read;
             resonate_revocation read poll=50ms;
             resonate_ticket_key ' . key_file() . ';');

own($pg, $id, 'paid', 'short');
sum_up($pg, $media);

my %token = (listener => token(scope => 'profile', jti => 'first'),
             nobody => token(sub => 'nobody', scope => 'profile'),
             other => token(scope => 'plays'));
my ($track, $release) = ("/api/v3/user/download/$id->{paid}",
    "/api/v3/user/trackgroups/$id->{release}/download");

sub asked {
    my ($path, $who) = @_;

    return $edge->post($path =~ s/(?=\?|$)/\/ticket/r, '',
                       token => $who && $token{$who});
}


# who gets one

for (
    # who, what, status, detail
    [ undef, $track, 401 ],
    [ 'other', $track, 403, qr/lacks a scope/ ],
    [ 'nobody', $track, 403, qr/^The track is not owned\.$/ ],
    [ 'nobody', $release, 403, qr/^2 of 3 tracks are not owned\.$/ ],
    [ undef, $release, 401 ],
    [ 'listener', "$track?quality=lossless", 404, qr/in that quality\.$/ ],
    [ 'listener', "$track?quality=best", 400 ],
    [ 'listener', $track =~ s/\Q$id->{paid}/$id->{hidden}/r, 404 ],
    [ 'listener', $release =~ s/\Q$id->{release}/$id->{paid}/r, 404 ],
) {
    my ($who, $path, $status, $detail) = @$_;
    my $name = ($who // 'anonymous') . ', ' . $path =~ s/^.*user//r;
    my $res = asked($path, $who);

    is $res->{status}, $status, $name;
    like json($res)->{detail}, $detail, "$name: detail" if $detail;
    unlike $res->{content}, qr/rst2/, "$name: none";
}

my $res = asked($track, 'listener');
my $data = json($res)->{data};
my $url = $data->{url};

is $res->{headers}{'cache-control'}, 'private, no-store', 'it is not kept';
is_deeply [ sort keys %$data ], [ qw(expires ticket url) ], 'what is told';
is $url, "$track?quality=aac&ticket=$data->{ticket}", 'its URL';
cmp_ok abs($data->{expires} - time - 3600), '<=', 60, 'for an hour';


# what it gets, without a header

my $all = $edge->get($track, token => $token{listener});
$res = $edge->get($url);
my $headers = $res->{headers};

is $res->{content}, $all->{content}, 'the file that a token gets';
is $headers->{$_}, $all->{headers}{$_}, "the same $_"
    for qw(etag content-disposition content-type);
is_deeply [ @$headers{qw(vary cache-control referrer-policy)} ],
    [ 'Authorization', 'private, no-cache', 'no-referrer' ], 'who keeps it';
is $edge->request('HEAD', $url)->{headers}{'content-length'},
    length $all->{content}, 'HEAD';

for (
    # what, headers, token, status
    [ 'a range', { Range => 'bytes=5-9' }, undef, 206 ],
    [ 'its end', { Range => 'bytes=-1', 'If-Range' => $headers->{etag} },
      undef, 206 ],
    [ 'of another version', { Range => 'bytes=5-9', 'If-Range' => '"x"' },
      undef, 200 ],
    [ 'what is there', { 'If-None-Match' => $headers->{etag} }, undef, 304 ],
    [ 'a bad token', {}, 'undefined', 200 ],
    [ 'a token without the scope', {}, $token{other}, 200 ],
    [ 'a token of another', {}, $token{nobody}, 403 ],
) {
    my ($name, $more, $token, $status) = @$_;

    is $edge->get($url, token => $token, headers => $more)->{status}, $status,
        $name;
}

my $flac = json(asked("$track?quality=original", 'listener'))->{data}{url};
is $edge->get($flac)->{content}, slurp("$media/$id->{original}"),
    'the original';

my $zip = json(asked($release, 'listener'))->{data}{url};
my $packed = $edge->get($release, token => $token{listener})->{content};

spew("$dir/a.zip", substr $packed, 0, 700_000);
Resonate::Pg::run(qw(curl -sSf -C - -o), "$dir/a.zip", $edge->url . $zip);
ok slurp("$dir/a.zip") eq $packed, 'a release, resumed by curl';


# it opens what it names, and nothing else does

my %ticket = (
    track => $data->{ticket},
    release => $zip =~ s/.*ticket=//r,
    map { $_ => ticket(track => $id->{paid}, mode => $_,
                       sub => 'listener') } qw(full preview),
);
my $stream = "/api/v3/user/stream/$id->{paid}";
my %opens = map { $_ => {} } keys %ticket;
my %paths = (
    file => $track, zip => $release, stream => $stream,
    (map { $_ => "$stream/$_" } qw(master.m3u8 playlist.m3u8 init.mp4
                                   segments/0.m4s)),
    another => $track =~ s/\Q$id->{paid}/$id->{short}/r,
    'zip of the track' => $release =~ s/\Q$id->{release}/$id->{paid}/r,
    'file of the release' => $track =~ s/\Q$id->{paid}/$id->{release}/r,
    'another release' => $release =~ s/\Q$id->{release}/$id->{private}/r,
);

for my $ticket (keys %ticket) {
    for (keys %paths) {
        my $status = $edge->request('HEAD',
                         "$paths{$_}?ticket=$ticket{$ticket}")->{status};

        $opens{$ticket}{$_} = 1 if $status == 200;
        fail "$ticket, $_: $status" if $status !~ /^(?:200|403)$/;
    }
}

my @played = ('stream', 'master.m3u8', 'playlist.m3u8', 'init.mp4',
              'segments/0.m4s');

is_deeply \%opens, { track => { file => 1 }, release => { zip => 1 },
    map { $_ => { map { $_ => 1 } @played } } qw(full preview) },
    'each opens its own';

for (
    [ 'of a person who owns nothing', sub => 'nobody' ],
    [ 'of nobody', sub => undef ],
    [ 'that has ended', expires => time - 1 ],
    [ 'of another key', key => 'x' x 32 ],
) {
    my ($name, @opt) = @$_;
    my $ticket = ticket(track => $id->{paid}, mode => 'download', @opt);
    my $status = $edge->get("$track?ticket=$ticket")->{status};

    is $status, $name =~ /nobody/ ? 401 : 403, "one $name";
}

is $edge->post("$track/ticket?ticket=$data->{ticket}", '')->{status}, 401,
    'no ticket gets a later one';


# what it was given for ends

$pg->psql("UPDATE resonate.holding SET owned_at = NULL, count = 1
           WHERE track_id = '$id->{paid}'");

for ([ $url, 'The track is not owned.' ],
     [ $zip, '1 of 3 tracks are not owned.' ])
{
    $res = $edge->get($_->[0], headers => { Range => 'bytes=0-' });
    is $res->{status}, 403, 'sold: 403';
    is json($res)->{detail}, $_->[1], $_->[1];
}

$pg->psql("UPDATE resonate.holding SET owned_at = now(), count = 9
           WHERE track_id = '$id->{paid}'");
is $edge->get($url)->{status}, 200, 'bought again';

$service->do('SELECT resonate.revoke(?, ?, ?)', {}, 'jti', 'first',
             'https://demo.resonate.example');
ok eval { wait_for { $edge->get($_)->{status} == 403 } 10, $_; 1 }, 'revoked'
    for $url, $zip;

unlike $edge->log . $edge->access_log, qr/rst2[\w-]{20}/, 'no log has one';

$edge->reload(http => 'sendfile on; resonate_cache 1m;');
is asked($track, 'listener')->{status}, 501, 'where there are none';
is $edge->get($url)->{status}, 403, 'nor is one taken';

done_testing;
