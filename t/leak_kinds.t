# Whoever is not entitled gets nothing but the preview: of every kind of answer
# about a track, by every way that is there, over HTTP/1.1 and HTTP/2.

use lib 't/lib';
use Resonate::Test;
use Resonate::Download;
use Resonate::Hls;
use Resonate::Leak;
use Resonate::Ticket;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $media = download_media($pg, $id);
my $file = Resonate::Media::files()->{long}{path};
my $full = slurp("$media/$file");
my $key = key_file();

own($pg, $id, 'paid', 'short');
sum_up($pg, $media);

my ($edge, $h2) = map { Resonate::Edge->new(
    pg => $pg, auth => 1, media => $media, routes => 1, listen => $_,
    http => "resonate_cache 1m; resonate_ticket_key $key;") } '', 'http2';

# who owns it, and who hears the preview

my ($owner, $nobody) = map { token(sub => $_) } qw(listener nobody);
my $stream = "/api/v3/user/stream/$id->{paid}";

sub text { return $edge->get($_[0], token => $_[1])->{content} }

my ($whole, $short) = map { playlist($edge->get("$stream/playlist.m3u8",
                                                token => $_)) }
                      $owner, $nobody;
my ($past, @more) = map { s/[?&]ticket=[^&]*//r } @{$whole->{urls}}[8 .. 14];
my %kinds = (
    stream   => $stream,
    master   => "$stream/master.m3u8",
    playlist => "$stream/playlist.m3u8",
    init     => "$stream/init.mp4",
    segment  => "$stream/segments/0.m4s",
    past     => "$stream/$past",
    download => "/api/v3/user/download/$id->{paid}",
    original => "/api/v3/user/download/$id->{paid}?quality=original",
    zip      => "/api/v3/user/trackgroups/$id->{release}/download",
);

# all that there is of a preview; its last bytes are from the middle

my @heard = (text($stream, $nobody),
             map { text("$stream/$_") } $short->{init}, @{$short->{urls}});
my @ends = map { index $full, substr $_, -500 } @heard[0, -1];

is scalar @{$short->{urls}}, 8, 'segments of a preview';
is scalar(grep { $_ < 0 || $_ > length($full) * .52 } @ends), 0,
    'none has more than its 45 seconds';


my $leak = Resonate::Leak->new($edge, $h2, @heard);


# ranges, and validators of who has all of it

for my $kind (sort keys %kinds) {
    my $path = $kinds{$kind};
    my $res = $edge->request('HEAD', $path, token => $owner);
    my $size = $res->{headers}{'content-length'};
    my $past = $size - 9;
    my @asked;

    is $res->{status}, 200, "$kind: all of it" if $kind ne 'past';

    for my $if (undef, grep { defined } @{$res->{headers}}{qw(etag
                                                        last-modified)}) {
        for my $range (undef, '0-', '-9', "$past-", "0-9,$past-", 'x') {
            for my $who (undef, $nobody) {
                push @asked, map { [ $_, $path, {
                    defined $range ? (Range => "bytes=$range") : (),
                    $if ? ('If-Range' => $if) : (),
                    $who ? (Authorization => "Bearer $who") : (),
                } ] } $kind eq 'stream' && !defined $range ? 'GET'
                                                           : qw(GET HEAD);
            }
        }
    }

    is_deeply [ $leak->found(grep { ($_->[2]{Range} // '') !~ /,/
                                       || $kind ne 'stream' } @asked) ], [],
        "$kind: ranges";
}


# paths to the stored file, by all that can be written for ".."

for my $kind (grep { $_ ne 'stream' } sort keys %kinds) {
    my $base = $kinds{$kind} =~ s/\?.*//r;
    my @asked;

    for my $dot ('..', '%2e%2e', '.%2e', '%252e%252e', '..;', '%c0%ae%c0%ae',
                 '..%00')
    {
        for my $slash ('/', '%2f', '%5c', '\\', '//', '%252f') {
            my $up = join $slash, ($dot) x 7;

            push @asked, map { [ GET => "$base$slash$up$slash$_", {
                Authorization => "Bearer $nobody" } ] }
                $file, $id->{original};
        }
    }

    is_deeply [ $leak->found(@asked,
        (map { [ GET => "$stream/$_", {} ] } @more),
        map { [ GET => "$base$_", {} ] } "/$file", "?file=$file",
            "?quality=../../$file", '?mode=full', '?ticket=', '?ticket=x',
            "?caller=$id->{listener}", '?v=0', '?quality=lossless') ], [],
        "$kind: paths";
}


sub with {
    my ($kind, $ticket) = @_;

    return $kinds{$kind} . ($kinds{$kind} =~ /\?/ ? '&' : '?')
           . "ticket=$ticket";
}

# tickets: of another track, mode or subject, that ended, of another key

my %paid = (track => $id->{paid}, sub => 'nobody');
my @modes = qw(preview full download release);
my %tickets = (
    (map { $_ => ticket(%paid, mode => $_),
           "$_, another track" => ticket(%paid, mode => $_, sub => 'listener',
                                         track => $id->{short}),
           "$_, another release" => ticket(%paid, mode => $_,
                                           sub => 'listener',
                                           track => $id->{private}),
           "$_, ended" => ticket(%paid, mode => $_, sub => 'listener',
                                 expires => time - 1),
           "$_, another key" => ticket(%paid, mode => $_, sub => 'listener',
                                       key => 'x' x 32) } @modes),
    (map { ("$_ of nobody" => ticket(%paid, mode => $_, sub => undef)) }
         @modes),
    map { $_ => ticket(%paid, mode => $_, sub => 'listener') } 0, 5, 255,
);

for my $kind (sort keys %kinds) {
    is_deeply [ $leak->found(map { my $path = with($kind, $_);
        map { [ GET => $path, { Range => 'bytes=0-9999999',
                $_ ? (Authorization => "Bearer $_") : () } ] } undef, $nobody
    } values %tickets) ], [], "$kind: tickets";
}


# every bit of what opens it, of each kind in its turn

my %good = map { my $kind = $_;
    $kind => ticket(%paid, sub => 'listener',
        mode => $kind =~ /^(?:download|original)$/ ? 'download'
              : $kind eq 'zip' ? 'release' : 'full',
        track => $kind eq 'zip' ? $id->{release} : $id->{paid}) } keys %kinds;
my @chars = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_');
my %place = map { $chars[$_] => $_ } 0 .. $#chars;
my @order = sort keys %kinds;
my %status;

for my $i (0 .. 6 * length($good{zip}) - 1) {
    my $kind = $order[$i % @order];
    my $bent = $good{$kind};
    my $char = int $i / 6;

    substr $bent, $char, 1,
        $chars[$place{substr $bent, $char, 1} ^ 1 << $i % 6];
    $status{$leak->ask('HEAD', with($kind, $bent))->{status}}++;
}

is_deeply \%status, { 403 => 6 * length $good{zip} }, 'bent in every bit';
is_deeply [ map { $leak->ask('HEAD', with($_, $good{$_}))->{status} } @order ],
    [ (200) x @order ], 'which it opens when it is not';

done_testing;
