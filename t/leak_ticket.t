# What a ticket does not open: anything but what it names.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ticket;

my ($old, $new) = map { key_file($_ x 32) } qw(o n);
my $edge = ticket_edge(key => "$new $old");
my $all = slurp("$edge->{opt}{media}/a.m4a");
my $http = $edge->client;
my $key = 'n' x 32;


# "full", "preview", or the status; what is more than it says is neither

sub heard {
    my ($query, %opt) = @_;
    my $res = $http->request($opt{method} // 'GET',
        '/t/' . ($opt{track} // $TRACK) . "?$query", %opt);
    my $mode = $res->{headers}{'x-resonate-stream'};

    return "$res->{status}" if !defined $mode;
    return 'too much' if $mode eq 'preview' && $res->{headers}{'content-length'}
                                               > length($all) / 2;
    return $mode;
}

sub of { return 'ticket=' . ticket(track => $TRACK, key => $key, @_) }

my $good = of();
my $now = time;

for (
    # what it is, what is sent, what is heard
    [ 'a ticket', $good, 'full' ],
    [ 'no ticket', '', 'preview' ],
    [ 'one for another track', of(track => $OTHER), '403' ],
    [ 'one of nobody', of(sub => undef), 'preview' ],
    [ 'a preview of whom all is for', of(mode => 'preview'), 'preview' ],
    [ 'one for a download', of(mode => 'download'), '403' ],
    [ 'one for a release', of(mode => 'release'), '403' ],
    [ 'one for nothing', of(mode => 0), '403' ],
    [ 'one for what is unknown', of(mode => 5), '403' ],
    [ 'one of an issuer that is none', of(iss => 'https://x'), '403' ],
    [ 'one without an issuer', of(iss => ''), '403' ],
    [ 'one without a proof', of(proof => ''), '403' ],
    [ 'half a proof', of(proof => substr proof(), 0, 8), '403' ],
    [ 'a proof of another version', of(proof => "\x10" . substr proof(), 1),
      '403' ],
    [ 'a proof of more names', of(proof => "\x21" . substr proof(), 1),
      '403' ],
    [ 'long names', of(sub => 'x' x 255), 'full' ],

    [ 'one that has expired', of(expires => $now - 1), '403' ],
    [ 'one that ended long ago', of(expires => 1), '403' ],
    [ 'one for two days', of(expires => $now + 48 * 3600), 'full' ],
    [ 'one of a clock that is fast', of(expires => $now + 48 * 3600 + 30),
      'full' ],
    [ 'one for longer', of(expires => $now + 49 * 3600), '403' ],
    [ 'one for ever', of(expires => 2 ** 32 - 1), '403' ],

    [ 'one of the older key', of(key => 'o' x 32), 'full' ],
    [ 'one of another key', of(key => 'x' x 32), '403' ],

    [ 'an empty one', 'ticket=', '403' ],
    [ 'a word', 'ticket=undefined', '403' ],
    [ 'its form only', 'ticket=rst2' . 'A' x 200, '403' ],
    [ 'half of it', substr($good, 0, 47), '403' ],
    [ 'padding', "$good==", '403' ],
    [ 'more behind it', "${good}AAAA", '403' ],
    [ 'the longest', 'ticket=rst2' . 'A' x 712, '403' ],
    [ 'longer than any', 'ticket=rst2' . 'A' x 716, '403' ],
    [ 'a line feed', "$good%0A", '403' ],
    [ 'one of the format before', $good =~ s/rst2/rst1/r, '403' ],
    [ 'an escaped character', $good =~ s/rst2/%72st1/r, '403' ],
    [ 'two', "$good&$good", '400' ],
    [ 'another and a good one', "ticket=x&$good", '400' ],
    [ 'by another name', $good =~ s/t/T/r, 'preview' ],
    [ 'by an escaped one', $good =~ s/t/%74/r, 'preview' ],
) {
    my ($name, $query, $heard) = @$_;

    is heard($query), $heard, $name;
}

for (
    [ 'HEAD', method => 'HEAD' ],
    [ 'a part', headers => { Range => 'bytes=-1' } ],
    [ 'with a good token', token => token() ],
    [ 'with one of another', token => token(sub => 'other') ],
) {
    my ($name, @opt) = @$_;

    is heard($good =~ s/.$//r, @opt), '403', "one that is bent: $name";
}

is heard($good, token => token(sub => 'other')), '403', 'the ticket of another';
is heard($good, token => token(sub => 'other', exp => 1)), 'full',
    'whose token is of no use';
my $uuid = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';
is heard(of(sub => $uuid), token => token(sub => $uuid)), 'full',
    'of one whose name is a UUID';
is heard(of(sub => $uuid), token => token(sub => uc $uuid)), '403',
    'whose capitals are another name';
is heard($good, track => uc $TRACK), 'full', 'a path of capitals';
is heard($good, track => $TRACK =~ tr/-//dr), '400', 'one without dashes';


# no character may be another

my @chars = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_');
my %place = map { $chars[$_] => $_ } 0 .. $#chars;
my %heard;

for my $i (7 .. length($good) - 1) {
    my $bent = $good;
    my $place = $place{substr $bent, $i, 1};

    substr $bent, $i, 1, $chars[$place ^ 1 << $i % 6];
    $heard{heard($bent)}++;
}

is_deeply \%heard, { 403 => length($good) - 7 }, 'bent anywhere';


# a key that is no more

my $made = sub { json($edge->post("/t/$TRACK/ticket", '', token => token()))
                     ->{data}{url} };
my ($before) = map { $made->() =~ s/.*\?//r } 1;

$edge->reload(http => "resonate_ticket_key " . key_file('m' x 32) . " $new;");
$http = $edge->client;
is heard($before), 'full', 'the one before still opens';
is heard(of(key => 'o' x 32)), '403', 'the one before that does not';

my ($after) = map { $made->() =~ s/.*\?//r } 1;
$edge->reload(http => 'resonate_ticket_key ' . key_file('m' x 32) . ';');
$http = $edge->client;
is heard($before), '403', 'once it is gone, nor does it';
is heard($after), 'full', 'the first one signs';

$edge->reload(http => '');
$http = $edge->client;
is heard($after), '403', 'without any, no ticket opens anything';
is heard(''), 'preview', 'and who has none hears what he did';
is $edge->post("/t/$TRACK/ticket", '', token => token())->{status}, 501,
    'nor is one made';

done_testing;
