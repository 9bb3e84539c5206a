# Streams of objects of a store are those of files of a folder: bytes, ranges,
# conditions and headers.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;
use Resonate::Remote;
use Resonate::S3;

plan skip_all => $_ for grep { $_ } Resonate::S3::missing();

my $s3 = Resonate::S3->new;
my $media = tempdir();

my $dir = tempdir();
my $port = Resonate::Edge::free_port();

system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
       . " -days 1 -subj /CN=localhost -keyout $dir/key -out $dir/crt"
       . " 2>$dir/err") == 0 or die "openssl failed\n";

tone($media, 'a.m4a', 14);
tone($media, 'b c+d?e%(1).m4a', 12, '-movflags', '0');

my $edge = remote_edge($s3, http => <<"HTTP", server => <<"EOF");
server {
    listen 127.0.0.1:$port ssl http2;
    ssl_certificate $dir/crt;
    ssl_certificate_key $dir/key;
    gzip on; gzip_types audio/mp4;
    set \$resonate_s3 http://resonate_s3;
    include $Resonate::Test::ROOT/conf.d/s3.conf;

    location /test/ {
        resonate_route GET /audio v3.test_audio ?decision:text(1..8000)!
            reply=audio;
    }
}
HTTP
location /near/ {
    resonate_media $media;
    resonate_route GET /audio v3.test_audio ?decision:text(1..8000)!
        reply=audio;
}
EOF

put_files($s3, $media);

sub both {
    my ($decision, %opt) = @_;
    my $path = audio_path($decision);
    my %headers = %{$opt{headers} || {}};

    $headers{Range} = "bytes=$opt{range}" if defined $opt{range};

    return map {
        $edge->request($opt{method} || 'GET', $_, headers =>
            { %headers, %{shift @{$opt{each} // []} // {}} })
    } $path, $path =~ s/test/near/r;
}


# a boundary of parts is another one each time

sub same {
    my ($name, $far, $near) = @_;

    for ($far, $near) {
        delete @{$_->{headers}}{qw(date etag)};

        my $type = \$_->{headers}{'content-type'};

        $_->{content} =~ s/\r\n--\Q$1\E/\r\n--/g
            if defined $$type && $$type =~ s{(?<=; boundary=)(\d+)}{};
    }

    is $far->{status}, $near->{status}, "$name: status";
    is_deeply $far->{headers}, $near->{headers}, "$name: headers";
    ok $far->{content} eq $near->{content}, "$name: bytes";
}

my %decision = (
    full => { file => 'a.m4a', mode => 'full' },
    preview => { file => 'a.m4a', mode => 'preview', previewMs => 5000 },
    'tables behind' => { file => 'b c+d?e%(1).m4a', mode => 'preview',
                         previewMs => 5000 },
    'all of it' => { file => 'a.m4a', mode => 'preview' },
    missing => { file => 'none.m4a', mode => 'full' },
    'missing preview' => { file => 'none.m4a', mode => 'preview' },
);

for my $name (sort keys %decision) {
    same($name, both($decision{$name}));
    same("$name, HEAD", both($decision{$name}, method => 'HEAD'));
    same("$name, a range", both($decision{$name}, range => '7-70000'));
}

my $size = -s "$media/a.m4a";
my @edges = map { ($_ * 65536 - 1, $_ * 65536, $_ * 65536 + 1) } 1 .. 3;

for my $mode (qw(full preview)) {
    for my $range (
        '0-0', '0-', '-1', '-' . 2 * $size, "$size-", $size - 1 . '-',
        ($size - 1) . "-$size", '5-4', '-', 'a-b', '0-' . 9 x 30,
        9 x 30 . '-', '10-' . 9 x 18, '0-1,5-6', '0-70000,65535-65536,-3',
        '65536-65536,0-0', "0-1,$size-", "$size-,5-6", join(',', ('0-') x 500),
        map({ ("$_-$_", "$_-", "0-$_") } @edges),
    ) {
        same("$mode, " . substr($range, 0, 24),
             both($decision{$mode}, range => $range));
    }
}

# a head is less than a record of TLS, and than what is worth compressing

for my $http (qw(--http1.1 --http2), '--compressed --http1.1') {
    for my $name ('full', 'preview', 'tables behind') {
        my $path = audio_path($decision{$name});

        unlink "$dir/out";
        is system('curl', '-skm50', split(/ /, $http), '-o', "$dir/out",
                  "https://127.0.0.1:$port$path"), 0, "$http, $name";
        ok slurp("$dir/out") eq $edge->get($path)->{content}, 'bytes';
    }
}

srand 9;

my @wrong = grep {
    my ($first, $last) = sort { $a <=> $b } map { int rand $size } 1, 2;
    my ($far, $near) = both($decision{full}, range => "$first-$last");

    $far->{status} != 206 || $far->{content} ne $near->{content};
} 1 .. 200;

is @wrong, 0, 'random ranges';


# conditions, each with its own validators

my @etags = map { $_->{headers}{etag} } both($decision{full});
my @previews = map { $_->{headers}{etag} } both($decision{preview});
my ($date) = map { $_->{headers}{'last-modified'} } both($decision{full});

isnt $etags[0], $previews[0], 'a preview has another ETag';

for (
    # header, values
    [ 'If-None-Match', @etags ], [ 'If-None-Match', @previews ],
    [ 'If-Match', @etags ], [ 'If-Match', @previews ],
    [ 'If-Modified-Since', $date, $date ],
    [ 'If-Unmodified-Since', ('Mon, 01 Jan 2001 00:00:00 GMT') x 2 ],
    [ 'If-Range', @etags ], [ 'If-Range', @previews ],
    [ 'If-Range', $date, $date ], [ 'If-Range', '"other"', '"other"' ],
) {
    my ($header, @values) = @$_;

    for my $mode (qw(full preview)) {
        same("$mode, $header: $values[0]",
             both($decision{$mode}, range => '65000-66000',
                  each => [ map { { $header => $_ } } @values ]));
    }
}


# what was asked for: slices, each once, of a version

my @asked = $s3->requests('GET');
my %times;

$times{"$_->{url} $_->{headers}{range}"}++
    for grep { $_->{headers}{'if-match'} } @asked;

is_deeply [ grep { $times{$_} > 1 } sort keys %times ], [],
    'no slice of a version twice';
cmp_ok keys %times, '>=', 6, 'slices';
is scalar(grep { $_->{url} =~ /a\.m4a/ && !$_->{headers}{'if-match'} } @asked),
    1, 'opened once';
is scalar(grep { $_->{headers}{range} !~ /^bytes=\d+-\d+$/ } @asked), 0,
    'ranges only';
is_deeply [ grep { !/^(?:authorization|connection|host|if-match|range
                       |x-amz-(?:content-sha256|date))$/x }
            map { keys $_->{headers}->%* } @asked ], [],
    'nothing of a client in the headers';

unlike $edge->log . $edge->access_log,
    qr/Signature|AWS4|@{[ quotemeta +($s3->key('read'))[1] ]}/,
    'no credentials in a log';

# the location is not for clients

for ('/s3/a.m4a', '/s3/', '//s3/a.m4a', '/near/../s3/a.m4a', '/%733/a.m4a') {
    my $res = $edge->get($_);

    is $res->{status}, 404, $_;
    cmp_ok length $res->{content}, '<', 200, 'a page of nginx';
}

done_testing;
