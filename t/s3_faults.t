# What a store does wrong: before anything is sent it is a problem, then the
# connection is closed.  Never a byte of another version, or of its own pages.

use lib 't/lib';
use Digest::MD5 qw(md5_hex);
use Resonate::Test;
use Resonate::Stream;
use Resonate::Remote;
use Resonate::S3;

plan skip_all => $_ for grep { $_ } Resonate::S3::missing();

my $s3 = Resonate::S3->new;
my $media = tempdir();
my $bytes = slurp(tone($media, 'a.m4a', 12));
my $size = length $bytes;
my $etag = '"' . md5_hex($bytes) . '"';
my $other = join '', map { chr(ord('A') + $_ % 26) } 1 .. $size;

my $edge = remote_edge($s3, server => <<'EOF',
location /none/ {
    resonate_media location:/nowhere/;
    resonate_route GET /audio v3.test_audio ?decision:text(1..8000)!
        reply=audio;
}
EOF
    http => 'proxy_intercept_errors on; error_page 404 412 503 /page.html;');

# a name of its own for each: nothing of it is known or kept

my $n = 0;

sub object {
    my ($content) = @_;
    my $name = 'o' . ++$n;

    $s3->put($name, $content // $bytes);
    return $name;
}

sub decision {
    my ($name, $mode) = @_;

    return { file => $name, mode => $mode // 'full', previewMs => 5000 };
}

# of a client that takes what comes: status, bytes

sub taken {
    my ($name, $mode) = @_;
    my $raw = $edge->raw('GET ' . audio_path(decision($name, $mode))
                         . " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    my ($head, $body) = split /\r\n\r\n/, "$raw\r\n\r\n", 2;
    my ($status) = $head =~ m{^HTTP/1.1 (\d+)};

    return ($status // '', substr $body, 0, -4);
}

sub script { $s3->script("/music/$_[0]", $_[1]) }

sub log_of {
    my ($work) = @_;
    my $seen = length $edge->log;

    $work->();
    return substr $edge->log, $seen;
}


my $first = "bytes 0-0/$size";

for (
    # what it answers when it is asked what there is, status, log
    [ { status => 404 }, 404, qr/the store answered 404 for bytes 0-0/ ],
    [ { status => 403, body => '<Error>secret</Error>' }, 502,
      qr/the store answered 403/ ],
    [ { status => 500 }, 503, qr/the store answered 500/ ],
    [ { status => 429 }, 503, qr/the store answered 429/ ],
    [ { status => 301, headers => { location => '/other' } }, 502,
      qr/the store answered 301/ ],
    [ { status => 416 }, 502, qr/the store answered 416/ ],
    [ { status => 200, headers => { etag => $etag }, length => 1e7 }, 502,
      qr/the store answered 200/ ],
    [ { status => 206, headers => { 'content-range' => $first }, body => 'x' },
      502, qr/did not say how long/ ],
    [ { status => 206, headers => { 'content-range' => $first,
        etag => "W/$etag" }, body => 'x' }, 502, qr/did not say how long/ ],
    [ { status => 206, headers => { 'content-range' => $first,
        etag => '"' . 'e' x 200 . '"' }, body => 'x' }, 502,
      qr/did not say how long/ ],
    [ { status => 206, headers => { etag => $etag }, body => 'x' }, 502,
      qr/did not say how long/ ],
    [ { status => 206, headers => { 'content-range' => "bytes 0-0/$size",
        etag => $etag }, body => 'xy' }, 503, qr/sent ".*" to 2 and not to 1/ ],
    [ { status => 206, headers => { 'content-range' => $first, etag => $etag },
        cut => 1 }, 503, qr/sent ".*" to 0 and not to 1/ ],
    [ { status => 302, headers => { 'x-accel-redirect' => '/status' } }, 502,
      qr/the store answered 302/ ],
    [ { close => 1 }, 503, qr/did not answer with all of/ ],
) {
    my ($script, $status, $log) = @$_;
    my $name = 'opening: ' . ($script->{status} // 'closed') . ' ' . ++$n;
    my $object = object();

    for my $mode (qw(full preview)) {
        script($object, $script);

        my ($res, $said);

        $said = log_of(sub { $res = audio($edge, decision($object, $mode)) });
        script($object);

        is $res->{status}, $status, $name;
        is $res->{headers}{'content-type'}, 'application/problem+json',
            'a problem of ours';
        unlike $res->{content}, qr/secret|other/, 'and not of the store';
        like $said, $log, 'the log';
    }

    is((taken($object))[1], $bytes, 'then it is there');
}

# the same of a slice; it was opened before

my $slice = "bytes 0-65535/$size";

for (
    # what it answers for the first slice, of a preview, log
    [ { status => 404 }, 503, qr/the store answered 404 for bytes 0-65535/ ],
    [ { status => 403 }, 502, qr/the store answered 403/ ],
    [ { status => 412 }, 503, qr/answered 412 .* which was replaced/ ],
    [ { status => 500, body => 'secret' }, 503, qr/the store answered 500/ ],
    [ { status => 200, headers => { etag => $etag }, body => $other }, 502,
      qr/the store answered 200/ ],
    [ { status => 206, headers => { etag => '"other"',
        'content-range' => $slice }, body => substr $other, 0, 65536 }, 503,
      qr/other bytes .* or with another version/ ],
    [ { status => 206, headers => { etag => $etag,
        'content-range' => "bytes 1-65536/$size" },
        body => substr $other, 0, 65536 }, 503, qr/other bytes/ ],
    [ { status => 206, headers => { etag => $etag,
        'content-range' => $slice }, body => 'short' }, 503, qr/other bytes/ ],
    [ { status => 206, headers => { etag => $etag, 'content-range' => $slice,
        'content-length' => 65536 }, body => substr($bytes, 0, 24),
        cut => 1 }, 503, qr/sent ".*" to \d+ and not to 65536/ ],
    [ { close => 1 }, 503, qr/did not answer with all of/ ],
) {
    my ($script, $status, $log) = @$_;
    my $name = 'slice: ' . ($script->{status} // 'closed') . ' ' . ++$n;

    for my $mode (qw(full preview)) {
        my $object = object();
        my ($got, $body);

        audio($edge, decision($object), method => 'HEAD');
        script($object, $script);

        like log_of(sub { ($got, $body) = taken($object, $mode) }),
            $log, "$name: $mode, the log";
        script($object);

        if ($mode eq 'full') {
            like $got, qr/^(?:|200)$/, "$name: it has begun, or nothing";
            cmp_ok length $body, '<', $size, 'and is cut';
            is $body, substr($bytes, 0, length $body), 'no other byte';

        } else {
            is $got, $status, "$name: a problem";
            unlike $body, qr/secret|ABC/, 'of ours';
        }

        is((taken($object))[1], $bytes, 'then it is there');
    }
}

# replaced in the middle: what was opened as one version stays that

my $object = object();

audio($edge, decision($object), range => '0-70000');
$s3->put($object, $other);

is((taken($object))[1], substr($bytes, 0, 131072),
   'what is kept, then the end');
is((taken($object))[1], $other, 'then the other one');

$s3->set_secret(read => 'another');
is audio($edge, decision(object()))->{status}, 502, 'a wrong key';

$s3->stop;
is audio($edge, decision('o0'))->{status}, 503, 'away';
is((taken($object))[1], $other, 'what is kept is there');

my $nowhere = $edge->get(audio_path(decision('a')) =~ s/test/none/r);

is $nowhere->{status}, 500, 'no such location';
like $edge->log, qr{no store answers for "/nowhere/a": its}, 'is said';

done_testing;
