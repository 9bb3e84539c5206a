# Whoever is not entitled gets no byte of a track but those of its preview,
# whatever is asked for, and however.

use lib 't/lib';
use Resonate::Test;
use Resonate::Http2;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $file = Resonate::Media::files()->{long}{path};
my $full = slurp(media() . "/$file");

my ($edge, $h2) = map { Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1, listen => $_,
    http => 'resonate_cache 1m;') } '', 'http2';

my $base = "/api/v3/user/stream/$id->{paid}";
my $all = $edge->get($base, token => token());
my $preview = $edge->get($base)->{content};
my ($size, $whole) = (length $preview, length $full);
my %validators = map { $_ => $all->{headers}{$_} } qw(etag last-modified);

ok $all->{content} eq $full, 'who is entitled gets all of it';
cmp_ok $size, '<', $whole * .6, 'the preview is shorter';


# nothing that is no part of the preview, nor a page, a problem or a playlist

sub leaks {
    my ($content) = @_;

    return 0 if $content eq '' || $content =~ /^(?:\{|<html>|#EXTM3U\n)/;
    return index($preview, $content) < 0;
}

for (
    [ 'all', '0-' ], [ 'the end', '-1' ], [ 'more than there is', "-$whole" ],
    [ 'behind its end', "$size-" ], [ 'over its end', '0-' . ($whole - 1) ],
    [ 'the end of the file', $whole - 9 . '-' . ($whole - 1) ],
    [ 'no unit', '' ], [ 'too large a number', '0-' . 9 x 30 ],
    [ 'several', "0-9,$size-" . ($size + 9) ],
    [ 'very many', join ',', map { $_ * 100 . '-' } 1 .. 500 ],
) {
    my ($name, $range) = @$_;

    for my $if (undef, values %validators) {
        for my $method (qw(GET HEAD)) {
            my $res = $edge->request($method, $base, headers =>
                { Range => "bytes=$range", 'If-Range' => $if });
            my ($of) = ($res->{headers}{'content-range'} // '') =~ m{/(\d+)$};
            my $parts = $res->{headers}{'content-type'} =~ /^multipart/;

            ok !leaks($res->{content}) || $parts
                && $res->{content} !~ m{/$whole\r}, "$method, $name";
            is $of // $size, $size, 'of the preview';
            is $res->{status}, 200, 'not joined to the file' if $if;
        }
    }
}

for my $name (sort keys %validators) {
    my %condition = $name eq 'etag'
        ? ('If-None-Match' => $validators{etag}, 'If-Match' => '"x"')
        : ('If-Modified-Since' => $validators{'last-modified'});

    for (sort keys %condition) {
        my $res = $edge->get($base, headers => { $_ => $condition{$_} });

        ok !leaks($res->{content}), $_;
        isnt $res->{status}, 304, 'what the file was is not what this is';
    }
}


# paths; the file is below the folder of "resonate_media"

my @dots = ('..', '%2e%2e', '.%2e', '%2E.', '%252e%252e', '..;', '%c0%ae%c0%ae',
            '..%00');
my @slashes = ('/', '%2f', '%5c', '\\', '//', '%252f');
my @paths = (
    "/$file", "$base/$file", "/api/v3/user/stream/$file", "/media/$file",
    (map { my $dot = $_; map { my $up = join $_, ($dot) x 5;
                               ("$base$_$up$_$file", "/api/v3$_$up$_$file") }
                         @slashes } @dots),
    (map { "$base/$_" } qw(original file full download ticket master.m3u8
        playlist.m3u8 init.mp4 segments/0.m4s segments/12.m4s
        segments/-1.m4s segments/99999.m4s segments/8.m4s?v=0 segments/7)),
    (map { "$base?$_" } 'mode=full', 'previewMs=600000', "file=$file",
        "quality=../../$file", 'quality=lossless', 'quality=', 'quality=%00',
        "caller=$id->{owner}", "caller=$id->{listener}", 'ticket=',
        'ticket=x', 'ticket', 'ticket=' . 'A' x 300, 'caller=&caller=',
        'access_token=' . token()),
    "$base/", "$base.", uc $base, $base =~ tr/-//dr, "$base%00", "$base%20",
    $base =~ s{/user}{}r,
);

my $http = $edge->client;

for my $path (@paths) {
    my $res = eval { $http->request('GET', $path) };

    if (!$res || lc($res->{headers}{connection} // '') eq 'close') {
        $http = $edge->client;
    }

    ok $res && !leaks($res->{content}), substr $path, 0, 99;
}

for (
    [ POST => $base ], [ PUT => $base ], [ DELETE => $base ],
    [ PATCH => $base ], [ OPTIONS => $base ], [ LOCK => $base ],
    [ GET => $base, { 'X-Original-URI' => "/$file" } ],
    [ GET => $base, { 'X-Accel-Redirect' => "/$file" } ],
    [ GET => $base, { 'X-Resonate-User' => $id->{listener} } ],
    [ GET => $base, { 'X-Resonate-Stream' => 'full' } ],
    [ GET => $base, { Cookie => 'token=' . token() } ],
    [ GET => $base, { Authorization => 'Basic ' . token() } ],
    [ GET => $base, { Authorization => 'Bearer undefined' } ],
    [ GET => $base, { Authorization => 'Bearer ' . token(exp => 1) } ],
    [ GET => $base, { Authorization => 'Bearer ' . token(sub => 'nobody') } ],
) {
    my ($method, $path, $headers) = @$_;
    my $res = $edge->request($method, $path, headers => $headers);

    ok !leaks($res->{content}), join ' ', $method, keys %{$headers || {}};
}


# all of it over HTTP/2, ranges in a second turn

my @plain = grep { !/\\|[ ]/ } @paths;

for my $headers ({}, { range => "bytes=$size-" }, { range => 'bytes=-9' },
                 { range => 'bytes=0-9', 'if-range' => $validators{etag} })
{
    my $client = Resonate::Http2->new(port => $h2->port);
    my @streams = map { $client->start($_, %$headers) } @plain[0 .. 20], $base;
    my $answers = $client->answers;

    is scalar(grep { leaks($answers->{$_}{content} // '') } @streams), 0,
        join ' ', 'HTTP/2', %$headers;
}

done_testing;
