# HLS: who is served a segment, and of how much.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls;
use Resonate::Ticket;

my $path = Resonate::Media::files()->{long}{path};
my $edge = hls_edge(media => media());
my $base = "/hls/$ID";

my %full = (file => $path, mode => 'full', previewMs => 45000);
my %preview = (%full, mode => 'preview');

sub ticketed { return ticket(track => $ID, sub => undef, @_) }

# status of playlist, init, segment 0, 7 (42 s to 45 s) and 8, with segments
# of the playlist or not
sub seen {
    my (%opt) = @_;
    my $args = $opt{ticket} ? "?ticket=$opt{ticket}" : '';
    my $res = $edge->get("$base/playlist.m3u8$args");
    my $n = () = $res->{content} =~ /^segments/mg;

    return join ' ', "$res->{status}/$n", map {
        $edge->get("$base/$_$args")->{status}
    } 'init.mp4', map { "segments/$_.m4s" } 0, 7, 8;
}

for (
    # what, decision, ticket, what is seen
    [ 'full, no ticket', \%full, undef, '200/15 200 200 200 200' ],
    [ 'full, ticket', \%full, ticketed(), '200/15 200 200 200 200' ],
    [ 'full, ticket of a preview', \%full, ticketed(mode => 'preview'),
      '200/8 200 200 200 404' ],
    [ 'preview, no ticket', \%preview, undef, '200/8 403 403 403 403' ],
    [ 'preview, its ticket', \%preview, ticketed(mode => 'preview'),
      '200/8 200 200 200 404' ],
    [ 'preview, ticket of the whole', \%preview, ticketed(),
      '403/0 403 403 403 403' ],
    [ 'another track', \%full, ticketed(track => $TRACK),
      '403/0 403 403 403 403' ],
    [ 'expired', \%full, ticketed(expires => time - 1),
      '403/0 403 403 403 403' ],
    [ 'bent', \%full, ticketed() =~ s/.\z/$& eq 'A' ? 'B' : 'A'/er,
      '403/0 403 403 403 403' ],
    [ 'download', \%full, ticketed(mode => 'download'),
      '403/0 403 403 403 403' ],
    [ 'of another key', \%full, ticketed(key => 'x' x 32),
      '403/0 403 403 403 403' ],
) {
    my ($what, $decision, $ticket, $seen) = @$_;

    decide($edge, $ID, $decision);
    is seen(ticket => $ticket), $seen, $what;
}


# a preview's segment is its own: bytes of the whole are in none of them

decide($edge, $ID, \%preview);

my $file = slurp(media() . "/$path");
my $list = playlist($edge->get("$base/playlist.m3u8"));
my $sent = join '', map { $edge->get("$base/$_")->{content} } @{$list->{urls}};

is length($sent) < length($file) * 0.51, 1, 'about half of it';

decide($edge, $ID, \%full);

my $ticket = ticketed(mode => 'preview');
my $cut = $edge->get("$base/segments/7.m4s?ticket=$ticket");
my $all = $edge->get("$base/segments/7.m4s");

cmp_ok length($cut->{content}), '<', length($all->{content}), 'the last, cut';
isnt $cut->{headers}{etag}, $all->{headers}{etag}, 'with an ETag of its own';
is $cut->{headers}{'referrer-policy'}, 'no-referrer', 'its URL is told nobody';
is $edge->get("$base/segments/7.m4s?ticket=$ticket", headers => {
       Range => 'bytes=0-', 'If-Range' => $all->{headers}{etag}
   })->{status}, 200, 'and no range of the other';


# a playlist gives the ticket on that it was asked with

$list = playlist($edge->get("$base/playlist.m3u8?ticket=$ticket"));
is scalar(grep { !/\Q&ticket=$ticket\E$/ } @{$list->{urls}}), 0,
    'the same ticket';

unlike $edge->log . $edge->access_log, qr/rst2[\w-]{20}/,
    'and no log has one';

done_testing;
