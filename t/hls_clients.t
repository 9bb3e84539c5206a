# What players ask for that send no header: ffmpeg with a ticket's URL, as all
# do that have its libavformat (ffplay, VLC, mpv), and the probes of Safari.

use lib 't/lib';
use Resonate::Test;
use Resonate::Http;
use Resonate::Ticket;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $file = media() . '/' . Resonate::Media::files()->{long}{path};
my $stored = slurp($file);

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1,
    http => 'resonate_cache 1m; resonate_ticket_key ' . key_file() . ';');

my $base = "/api/v3/user/stream/$id->{paid}";

sub ticket_url {
    my (%opt) = @_;
    my $res = $edge->post("$base/ticket", '', %opt);

    return json($res)->{data}{url};
}

# 16-bit samples of what is to be heard, and what ffmpeg has to say
sub decode {
    my ($from) = @_;

    return `ffmpeg -nostdin -v warning -copyts -i '$from' \\
            -af atrim=start_pts=0 -f s16le - 2>&1`;
}


# ffmpeg

my $url = ticket_url(token => token());
my $preview = ticket_url();
my $samples = decode($file);
my $short = substr $samples, 0, 45 * 48000 * 4;

cmp_ok length $samples, '>=', 2 * length $short, 'the stored file';

for (
    # what, URL, samples
    [ 'master playlist', $url =~ s{\?}{/master.m3u8?}r, \$samples ],
    [ 'playlist', $url =~ s{\?}{/playlist.m3u8?}r, \$samples ],
    [ 'stream', $url, \$samples ],
    [ 'master playlist of a preview', $preview =~ s{\?}{/master.m3u8?}r,
      \$short ],
    [ 'master playlist, no ticket', "$base/master.m3u8", \$short ],
) {
    my ($what, $url, $wanted) = @$_;
    my $got = decode($edge->url . $url);

    # of a preview the last frame is whole
    ok substr($got, 0, length $$wanted) eq $$wanted, "$what: its samples";
    cmp_ok length($got) - length $$wanted, '<', 1024 * 4, 'and no more';
}


# Safari asks for two bytes, learns the size, and asks for the rest by ranges,
# on one connection; without a 206 and the whole size it does not play

my $http = Resonate::Http->new(port => $edge->port);
my $preview_bytes = $edge->get($base)->{content};

for (
    # what, URL, bytes
    [ 'full', $url, $stored ],
    [ 'preview', $preview, $preview_bytes ],
) {
    my ($name, $url, $bytes) = @$_;
    my $size = length $bytes;
    my $etag;

    for (
        # method, range, status, first, last
        [ 'GET', '0-1', 206, 0, 1 ],
        [ 'GET', '0-' . ($size - 1), 206, 0, $size - 1 ],
        [ 'GET', '65536-131071', 206, 65536, 131071 ],
        [ 'GET', $size - 7 . '-' . ($size - 1), 206, $size - 7, $size - 1 ],
        [ 'HEAD', undef, 200, 0, $size - 1 ],
        [ 'GET', undef, 200, 0, $size - 1 ],
    ) {
        my ($method, $range, $status, $first, $last) = @$_;
        my $res = $http->request($method, $url, headers => {
            'Accept-Encoding' => 'identity',
            'X-Playback-Session-Id' => '0D6DD7A4-0000-4000-8000-000000000001',
            Range => $range && "bytes=$range" });
        my $headers = $res->{headers};

        subtest "$name: $method " . ($range // 'all') => sub {
            is $res->{status}, $status, 'status';
            is $headers->{'content-type'}, 'audio/mp4', 'type';
            is $headers->{'accept-ranges'}, 'bytes', 'ranges' if !$range;
            is $headers->{'content-range'},
                $range && "bytes $first-$last/$size", 'of the whole size';
            is $headers->{'content-length'}, $last - $first + 1, 'length';
            is $headers->{etag}, $etag //= $headers->{etag}, 'one version';
            ok $res->{content} eq ($method eq 'HEAD' ? ''
                : substr $bytes, $first, $last - $first + 1), 'bytes';
        };
    }
}

unlike $edge->log . $edge->access_log, qr/rst2[\w-]{20}/,
    'and no log has a ticket';

done_testing;
