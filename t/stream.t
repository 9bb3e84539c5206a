#!/usr/bin/perl

# Who hears what: one URL, the full file or a preview of it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Media;
use Resonate::Stream qw(counter);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $root = Resonate::Media::root();
my $files = Resonate::Media::files();
my $long = slurp("$root/$files->{long}{path}");
my $short = slurp("$root/$files->{short}{path}");

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => $root,
    http => 'log_format stream "$status $resonate_stream";',
    server => <<'EOF');
access_log stream.log stream;
location /api/v3/ {
    resonate_auth optional;
    resonate_route GET /user/stream/<id:uuid> v3.stream caller reply=audio;
    resonate_route GET /stream/<id:uuid> v3.stream caller reply=audio;
}
location = /status { access_log off; resonate_status; }
EOF

my $listener = token(sub => 'listener');
my $nobody = token(sub => 'nobody');

for (
    # path, track, token, status, mode, bytes (undef: not those of the file)
    [ 'user/stream', 'paid', undef, 200, 'preview', undef ],
    [ 'user/stream', 'paid', $nobody, 200, 'preview', undef ],
    [ 'user/stream', 'paid', $listener, 200, 'full', \$long ],
    [ 'user/stream', 'free', undef, 200, 'full', \$long ],
    [ 'user/stream', 'short', undef, 200, 'preview', \$short ],
    [ 'user/stream', 'short', $listener, 200, 'full', \$short ],
    [ 'user/stream', 'deleted', $listener, 404, undef, undef ],
    [ 'user/stream', 'unpublished', $listener, 404, undef, undef ],
    [ 'stream', 'paid', undef, 200, 'preview', undef ],
    [ 'stream', 'paid', $listener, 200, 'full', \$long ],
    [ 'stream', 'free', undef, 200, 'full', \$long ],
) {
    my ($path, $track, $token, $status, $mode, $bytes) = @$_;
    my $who = !$token ? 'anonymous' : $token eq $nobody ? 'nobody'
              : 'listener';

    my $res = $edge->get("/api/v3/$path/$id->{$track}", token => $token);
    my $headers = $res->{headers};

    subtest "$path, $track, $who" => sub {
        is $res->{status}, $status, 'status';
        is $headers->{'x-resonate-stream'}, $mode, 'mode';
        return if $status != 200;

        ok $bytes ? $res->{content} eq $$bytes
                  : length $res->{content} < length $long, 'bytes';
        is $headers->{'content-type'}, 'audio/mp4', 'type';
        is $headers->{'cache-control'}, 'private, no-cache', 'caching';
        is $headers->{vary}, 'Authorization', 'vary';
        is $headers->{'accept-ranges'}, 'bytes', 'ranges';
        like $headers->{etag}, qr/^"[^"]+"$/, 'strong etag';
        is defined $headers->{'last-modified'}, defined $bytes,
           'last-modified of the file only';

        my $head = $edge->request('HEAD', "/api/v3/$path/$id->{$track}",
                                  token => $token);

        is $head->{status}, 200, 'HEAD';
        is $head->{content}, '', 'HEAD has no body';
        is $head->{headers}{$_}, $headers->{$_}, "HEAD: $_"
            for qw(content-length etag x-resonate-stream content-type);
    };
}

# a line is written when the client has the answer already

my @lines;

wait_for { @lines = split /\n/, slurp($edge->dir . '/stream.log');
           @lines == 20 } 10, 'the log';

is grep({ $_ eq '200 full' } @lines), 10, 'full in the log';
is grep({ $_ eq '200 preview' } @lines), 8, 'preview in the log';
is grep({ $_ eq '404 -' } @lines), 2, 'neither in the log';

is counter($edge, 'resonate_streams_full_total'), 10, 'full counted';
is counter($edge, 'resonate_streams_preview_total'), 8, 'previews counted';
is counter($edge, 'resonate_preview_plans_total'), 2, 'planned once a file';
is counter($edge, 'resonate_stream_errors_total'), 0, 'no errors';

done_testing;
