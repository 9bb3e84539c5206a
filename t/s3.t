#!/usr/bin/perl

# The suite's S3 does what the real one does of what the edge and ingestion ask.

use lib 't/lib';
use Digest::MD5 qw(md5_base64 md5_hex);
use Digest::SHA qw(sha256_hex);
use Resonate::Test;
use Resonate::S3;

plan skip_all => $_ for grep { $_ } Resonate::S3::missing();

my $s3 = Resonate::S3->new;
my $bytes = join '', map { chr $_ % 256 } 1 .. 1000;
my $md5 = md5_base64('new') . '==';
my $name = 'audio/ab/c d+e(1).m4a';
my $path = '/music/audio/ab/c%20d%2Be%281%29.m4a';


# curl signs; what it says of itself is no part of it
#   key => who or [id, secret], method, region, body, headers => []

sub ask {
    my (%ask) = @_;
    my ($id, $secret) = ref $ask{key} ? @{$ask{key}}
                                      : $s3->key($ask{key} // 'read');
    my $dir = tempdir();
    my @body = defined $ask{body}
        ? ('--data-binary', $ask{body}, '-H', 'Content-Type: audio/mp4') : ();

    system('curl', qw(-s -o), "$dir/body", '-D', "$dir/head",
           '--aws-sigv4', 'aws:amz:' . ($ask{region} // $s3->region) . ':s3',
           '-u', "$id:$secret",
           $ask{method} ? $ask{method} eq 'HEAD' ? '-I'
                                                 : ('-X', $ask{method}) : (),
           map({ ('-H', $_) } 'x-amz-content-sha256: '
               . sha256_hex($ask{body} // ''), @{$ask{headers} // []}),
           @body, $s3->endpoint . ($ask{path} // $path)) == 0
        or die "curl: $?";

    my $head = slurp("$dir/head");
    my ($status) = $head =~ m{^HTTP/1.1 (\d+)};
    my $body = -e "$dir/body" ? slurp("$dir/body") : '';

    $status .= " $1" if $body =~ m{<Code>(\w+)</Code>};
    return wantarray ? ($status, $head, $body) : $status;
}


$s3->put($name, $bytes, 'Content-Type' => 'audio/mp4');
is($s3->get($name), $bytes, 'put and got behind its back');
is_deeply([ $s3->list ], [$name], 'a list');

subtest 'reading' => sub {
    my ($status, $head, $body) = ask();

    is($status, 200, 'signed');
    is($body, $bytes, 'its bytes');
    like($head, qr/^ETag: "${\md5_hex($bytes)}"\r$/m, 'its MD5 is its ETag');
    like($head, qr{^Content-Type: audio/mp4\r$}m, 'its type');
    like($head, qr/^Last-Modified: \w+/m, 'its date');
    is(ask(method => 'HEAD'), 200, 'HEAD');
    is(ask(path => '/music/none'), '404 NoSuchKey', 'what is not there');
};

for ([ '0-0', 0, 1 ], [ '0-9', 0, 10 ], [ '10-', 10, 990 ],
     [ '990-5000', 990, 10 ], [ '-5', 995, 5 ], [ '-5000', 0, 1000 ])
{
    my ($range, $from, $length) = @$_;
    my ($status, $head, $body) = ask(headers => [ "Range: bytes=$range" ]);
    my $to = $from + $length - 1;

    is($status, 206, "bytes=$range");
    like($head, qr{^Content-Range: bytes $from-$to/1000\r$}m, 'said so');
    ok($body eq substr($bytes, $from, $length), 'its bytes');
}

is(ask(headers => ["Range: bytes=$_->[0]"]), $_->[1], "bytes=$_->[0]")
    for [ '1000-' => '416 InvalidRange' ], [ '-0' => '416 InvalidRange' ],
        [ '5-2' => 200 ], [ '0-1,5-6' => 200 ], [ 'x' => 200 ];

my $etag = '"' . md5_hex($bytes) . '"';

is(ask(headers => ["$_->[0]: $_->[1]"]), $_->[2], "$_->[0]: $_->[1]")
    for [ 'If-Match', $etag, 200 ], [ 'If-Match', '*', 200 ],
        [ 'If-Match', '"other"', '412 PreconditionFailed' ],
        [ 'If-None-Match', $etag, 304 ], [ 'If-None-Match', '"other"', 200 ];

is(ask(%{$_->[1]}), $_->[2], $_->[0])
    for [ 'another secret' => { key => ['EDGEREADS', 'other'] },
          '403 SignatureDoesNotMatch' ],
        [ 'another key' => { key => ['OTHER', 'other'] },
          '403 InvalidAccessKeyId' ],
        [ 'another region' => { region => 'us-east-1' },
          '400 AuthorizationHeaderMalformed' ],
        [ 'a reader who writes' => { method => 'PUT', body => 'new' },
          '403 AccessDenied' ],
        [ 'a reader who deletes' => { method => 'DELETE' },
          '403 AccessDenied' ];

is(`curl -s -o /dev/null -w '%{http_code}' @{[ $s3->endpoint ]}$path`, 403,
   'nobody');

subtest 'writing' => sub {
    my %put = (method => 'PUT', body => 'new', key => 'write',
               path => '/music/new');

    is(ask(%put, headers => $_->[0]), $_->[1], $_->[2])
        for [ ['Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=='], '400 BadDigest',
              'what arrived otherwise' ],
            [ ["Content-MD5: $md5", 'Cache-Control: max-age=9'], 200, 'new' ],
            [ ['If-None-Match: *'], '412 PreconditionFailed', 'once more' ];
    is($s3->get('new'), 'new', 'stored');
    is($s3->head('new')->{'cache-control'}, 'max-age=9', 'its headers');
    is(ask(%put, body => 'newer'), 200, 'over it');
    is($s3->get('new'), 'newer', 'stored');
    is(ask(%put, body => undef, method => 'DELETE'), 204, 'deleted');
    is($s3->get('new'), undef, 'gone');
};

subtest 'a test has its way' => sub {
    my $before = $s3->count('HEAD');

    $s3->script($path, { status => 503, times => 1 });
    is(ask(method => 'HEAD'), 503, 'scripted');
    $s3->set_secret(read => 'another');
    is(ask(method => 'HEAD'), 200, 'a new secret');
    is_deeply([ map { $_->{status} } ($s3->requests('HEAD'))[-2, -1] ],
              [ 503, 200 ], 'counted');
    is($s3->count('HEAD'), $before + 2, 'all of them');
    $s3->stop;
    $s3->start;
    is($s3->get($name), $bytes, 'what is stored stays');
};

done_testing;
