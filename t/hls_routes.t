# HLS on the shipped routes: a whole listening session, by tickets alone.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls;
use Resonate::Stream qw(counter);
use Resonate::Ticket;
use List::Util qw(sum);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $listener = token(sub => 'listener');

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1,
    http   => 'resonate_cache 4m; resonate_ticket_key ' . key_file() . ';',
    server => 'location = /status { resonate_status; }');

for (
    # path, track, token, seconds
    [ 'user/stream', 'paid', $listener, 90 ],
    [ 'stream', 'paid', $listener, 90 ],
    [ 'user/stream', 'paid', undef, 45 ],
    [ 'stream', 'free', undef, 90 ],
    [ 'stream', 'short', undef, 20 ],
) {
    my ($path, $track, $token, $seconds) = @$_;
    my $base = "/api/v3/$path/$id->{$track}";
    my $name = "$path, $track, " . ($token ? 'listener' : 'anybody');
    my $master = $edge->get("$base/master.m3u8", token => $token);
    my ($url) = $master->{content} =~ /^(playlist\.m3u8\?.*)$/m;

    is $master->{status}, 200, "$name: qualities";

    # from here on as a player does that sends nothing of its own

    my $list = playlist($edge->get("$base/$url"));
    my $queries = counter($edge, 'resonate_pg_queries_total');
    my @got = map { $edge->get("$base/$_") } $list->{init}, @{$list->{urls}};

    is join(' ', grep { $_ != 200 } map { $_->{status} } @got), '',
        'all segments';
    is sum(@{$list->{seconds}}), $seconds, 'as long as may be heard';
    is counter($edge, 'resonate_pg_queries_total'), $queries,
        'without a query';
}

# of the preview's segments no byte of sound is but those of the preview

my $base = "/api/v3/stream/$id->{paid}";
my $preview = $edge->get($base)->{content};
my @sound = map { $edge->get("$base/$_")->{content} =~ s/^.*?mdat//sr }
            @{playlist($edge->get("$base/playlist.m3u8"))->{urls}};

is scalar(grep { index($preview, $_) < 0 } @sound), 0, 'bytes of the preview';
is length join('', @sound), length($preview =~ s/^.*?mdat//sr),
    'and all of them';

for (
    # track, file, token, status
    [ 'deleted', 'master.m3u8', $listener, 404 ],
    [ 'deleted', 'playlist.m3u8', $listener, 404 ],
    [ 'deleted', 'init.mp4', $listener, 404 ],
    [ 'deleted', 'segments/0.m4s', $listener, 404 ],
    [ 'unpublished', 'playlist.m3u8', $listener, 404 ],
    [ 'paid', 'segments/0.m4s', undef, 403 ],
    [ 'paid', 'segments/0.m4s', $listener, 200 ],
    [ 'free', 'segments/0.m4s', undef, 200 ],
    [ 'free', 'segments/0.mp4', undef, 404 ],
    [ 'free', 'segments/-1.m4s', undef, 400 ],
) {
    my ($track, $file, $token, $status) = @$_;

    is $edge->get("/api/v3/user/stream/$id->{$track}/$file",
                  token => $token)->{status}, $status,
        "$track, $file" . ($token ? ', listener' : '');
}

is json($edge->get("/api/v3/tracks/$id->{paid}"))->{data}{hls},
    JSON::PP::true(), 'hls of a track';

done_testing;
