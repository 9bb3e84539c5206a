# What is made of objects of a store is what is made of files: HLS, tracks to
# keep, and releases.

use lib 't/lib';
use Resonate::Test;
use Resonate::Download;
use Resonate::Hls;
use Resonate::Remote;
use Resonate::S3;
use Resonate::Ticket;

plan skip_all => $_ for grep { $_ } Resonate::S3::missing();

my $s3 = Resonate::S3->new;
my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $media = download_media($pg, $id);
my ($http, $server) = remote_conf($s3, images => $media);
my $keys = 'resonate_evidence 1m; resonate_cache 1m; resonate_ticket_key '
           . key_file() . ';';

own($pg, $id, 'paid', 'short');
sum_up($pg, $media);
put_files($s3, $media, qr{^(?:audio|originals)/});

my ($far, $near) = map { Resonate::Edge->new(
    pg => $pg, auth => 1, routes => 1, %$_ ) }
    { http => "$keys $http", server => $server },
    { http => $keys, media => $media };

my @ask = (token => token(sub => 'listener',
                          scope => 'profile plays read'));

sub same {
    my ($name, $paths, %opt) = @_;
    my @res = map { $_->request($opt{method} || 'GET', shift @$paths, @ask,
                                headers => $opt{headers} || {}) } $far, $near;

    for (@res) {
        delete @{$_->{headers}}{qw(date etag content-length)};
        $_->{text} = $_->{content} =~ s/(\bv=)[0-9a-f]+|ticket=[\w-]+//gr
            if $_->{content} =~ /^#EXTM3U/;
        $_->{text} //= $_->{content};
    }

    is $res[0]{status}, $opt{status} // 200, "$name: status";
    is_deeply $res[0]{headers}, $res[1]{headers}, "$name: headers";
    ok $res[0]{text} eq $res[1]{text}, "$name: bytes";

    return @res;
}

my $stream = "/api/v3/user/stream/$id->{paid}";

same('master', [ ("$stream/master.m3u8") x 2 ]);

my @lists = map { playlist($_) }
            same('playlist', [ ("$stream/playlist.m3u8") x 2 ]);

is @{$lists[0]{urls}}, @{$lists[1]{urls}}, 'as many segments';
same('init', [ map { "$stream/$_->{init}" } @lists ]);

for my $n (0 .. $#{$lists[0]{urls}}) {
    same("segment $n", [ map { "$stream/$_->{urls}[$n]" } @lists ]);
}

same('a part of a segment', [ map { "$stream/$_->{urls}[1]" } @lists ],
     headers => { Range => 'bytes=1200-50000' }, status => 206);

# what of it was delivered

sub heard {
    my ($edge) = @_;
    my $data = json($edge->get("$stream/delivered", @ask))->{data};

    return join ' ', map { @$_ } $data->{spans}->@*, [ $data->{bytes} ];
}

wait_for { heard($near) =~ /^0 90000 / } 10, 'all of it to be heard';
wait_for { heard($far) eq heard($near) } 10, 'the same evidence';
pass 'the same was delivered';

my $release = "/api/v3/user/trackgroups/$id->{release}/download";
my $track = "/api/v3/user/download/$id->{paid}";

for (
    # name, path, range
    [ 'a track to keep', $track ], [ 'its HEAD', $track ],
    [ 'a part of it', $track, '1000-200000' ],
    [ 'parts of it', $track, '3-3' ],
    [ 'the original', "$track?quality=original" ],
    [ 'a release', $release ], [ 'its HEAD', $release ],
    [ 'a part of it', $release, '90000-900000' ],
    [ 'its end', $release, '-2000' ],
) {
    my ($name, $path, $range) = @$_;

    same($name, [ ($path) x 2 ],
         method => $name =~ /HEAD/ ? 'HEAD' : 'GET',
         status => $range ? 206 : 200,
         headers => { $range ? (Range => "bytes=$range") : () });
}

is scalar(grep { $_->{url} =~ /images/ } $s3->requests('GET')), 0,
    'pictures are files';

# who may not has nothing, and the store is not asked

my $before = $s3->count('GET');

@ask = ();
same($_->[0], [ ($_->[1]) x 2 ], status => $_->[2])
    for [ 'nobody, a track', $track, 401 ], [ 'nobody, a release', $release,
                                              401 ],
        [ 'nobody, a segment', "$stream/segments/9.m4s", 403 ];

is $s3->count('GET'), $before, 'not asked';

done_testing;
