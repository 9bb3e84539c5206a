# HLS through nginx: what the playlist says is what is served, byte by byte.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls;
use List::Util qw(sum max);

my $path = Resonate::Media::files()->{long}{path};
my $file = media() . "/$path";

my $edge = hls_edge(media => media());
my $base = "/hls/$ID";
my %preview = (file => $path, mode => 'preview', previewMs => 45000);

sub code { return $edge->get("$base/$_[0]")->{status} }

for (
    # name, decision, milliseconds of it, what X-Resonate-Stream says
    [ 'full', { file => $path, mode => 'full' }, 0, 'full' ],
    [ 'preview', \%preview, 45000, 'preview' ],
) {
    my ($name, $decision, $ms, $mode) = @$_;

    decide($edge, $ID, $decision);

    my $made = made($file, 6000, $ms);
    my $res = $edge->get("$base/playlist.m3u8");
    my $list = playlist($res);

    is $res->{status}, 200, "$name: a playlist";
    is $res->{headers}{'content-type'}, 'application/vnd.apple.mpegurl',
        'its type';
    is $res->{headers}{'x-resonate-stream'}, $mode, 'its mode';
    is $res->{headers}{'cache-control'}, 'private, no-store', 'is not kept';
    is $res->{headers}{vary}, 'Authorization', 'is of who calls';

    like $res->{content}, qr/^#EXTM3U\n#EXT-X-VERSION:7\n/, 'begins';
    like $res->{content}, qr/^#EXT-X-PLAYLIST-TYPE:VOD$/m, 'VOD';
    like $res->{content}, qr/^#EXT-X-INDEPENDENT-SEGMENTS$/m, 'independent';
    like $res->{content}, qr/\n#EXT-X-ENDLIST\n\z/, 'ends';
    is scalar(grep { !m{^(?:segments/\d+\.m4s|init\.mp4)
                        \?v=[0-9a-f]{8}&ticket=rst2[\w-]+$}x }
                   $list->{init}, @{$list->{urls}}), 0,
        'relative URLs, each with version and ticket';

    cmp_ok abs(sum(@{$list->{seconds}}) - ($ms || 90000) / 1000), '<', 0.0005,
        'as long';
    cmp_ok max(@{$list->{seconds}}), '<=', $list->{target}, 'target';
    is @{$list->{urls}}, @{$made->{segments}}, 'segments';

    is $edge->get("$base/$list->{init}")->{content}, $made->{init}, 'init';

    my @wrong = grep {
        $edge->get("$base/$list->{urls}[$_]")->{content}
            ne $made->{segments}[$_]
    } 0 .. $#{$list->{urls}};

    is "@wrong", '', 'every segment';

    my $behind = $list->{urls}[0] =~ s/0\.m4s/@{$list->{urls}} . '.m4s'/er;

    is code($behind), 404, 'none behind the last one';
}


# one segment, in all the ways that it is asked for

my $list = playlist($edge->get("$base/playlist.m3u8"));
my $url = "$base/$list->{urls}[1]";
my $whole = $edge->get($url);
my $size = length $whole->{content};
my $etag = $whole->{headers}{etag};

is $whole->{headers}{'content-type'}, 'audio/mp4', 'type of a segment';
like $whole->{headers}{'cache-control'}, qr/^private, max-age=\d+, immutable$/,
    'a version may be kept';
like $etag, qr/^"[^"\s]+"$/, 'strong ETag';
isnt $etag, $edge->get("$base/$list->{urls}[2]")->{headers}{etag},
    'of its own';
isnt $etag, $edge->get("$base/$list->{init}")->{headers}{etag},
    'which init has, too';
is $edge->request('HEAD', $url)->{headers}{'content-length'}, $size, 'HEAD';
is $edge->get($url, headers => { 'If-None-Match' => $etag })->{status}, 304,
    'not modified';

for (
    # range, offset, bytes
    [ '0-1', 0, 2 ],
    [ '-7', $size - 7, 7 ],
    [ '100-', 100, $size - 100 ],
    [ '1000-1999', 1000, 1000 ],    # both of head and span
    [ "$size-", undef ],
) {
    my ($range, $offset, $bytes) = @$_;
    my $res = $edge->get($url, headers => { Range => "bytes=$range" });

    is $res->{status}, defined $offset ? 206 : 416, "range $range";
    is $res->{content}, substr($whole->{content}, $offset, $bytes), 'its bytes'
        if defined $offset;
}

for (
    # what, URL, status
    [ 'no version', $list->{urls}[1] =~ s/v=\w+&//r, 200 ],
    [ 'another version', $list->{urls}[1] =~ s/v=./v=x/r, 404 ],
    [ 'init of another version', $list->{init} =~ s/v=./v=x/r, 404 ],
    [ 'a quality that is not', "$list->{urls}[1]&quality=64", 404 ],
    [ 'a quality that is none', "$list->{urls}[1]&quality=65", 400 ],
    [ 'far behind', $list->{urls}[1] =~ s/1\.m4s/99999.m4s/r, 404 ],
    [ 'out of range', $list->{urls}[1] =~ s/1\.m4s/100000.m4s/r, 400 ],
    [ 'no number', $list->{urls}[1] =~ s/1\.m4s/x.m4s/r, 400 ],
) {
    my ($what, $url, $status) = @$_;

    is code($url), $status, $what;
}

is $edge->get("$base/" . $list->{urls}[1] =~ s/v=\w+&//r)
        ->{headers}{'cache-control'}, 'private, no-cache',
    'what is not versioned is not kept';
unlike $edge->log, qr/\[error\].*no such segment/, 'no error of ours';

done_testing;
