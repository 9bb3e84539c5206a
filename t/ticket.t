# Tickets: who gets one, what it plays, for how long, and for whom.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Ticket;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $clock = Resonate::Clock->new;
my $long = slurp(media() . '/' . Resonate::Media::files()->{long}{path});

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(),
    env => { $clock->env },
    http   => 'resonate_cache 1m; resonate_ticket_key ' . key_file() . ';',
    server => ticket_location('v3.stream', 'cache=1h personal=5s')
              . 'location = /status { resonate_status; }');
my $token = token(exp => time + 9e8);


sub made {
    my ($track, %opt) = @_;

    return $edge->post("/t/$id->{$track}/ticket", '', %opt);
}

sub plays {
    my ($url, %opt) = @_;
    my $res = $edge->get($url, %opt);

    return join ' ', $res->{status},
        $res->{headers}{'x-resonate-stream'} // '',
        $res->{content} eq $long ? 'all' : ();
}


# what is answered

my $res = made('paid', token => $token);
my $data = json($res)->{data};

is $res->{status}, 200, 'a ticket';
is $res->{headers}{'cache-control'}, 'private, no-store', 'is not kept';
is $data->{mode}, 'full', 'for all of it';
like $data->{ticket}, qr/^rst2[\w-]+$/, 'is known by its form';
is $data->{url}, "/t/$id->{paid}?ticket=$data->{ticket}",
    'with a URL';
cmp_ok abs($data->{expires} - ($clock->{start} + 90 + 3600)), '<=', 60,
    'an hour longer than the track';
is plays($data->{url}), '200 full all', 'which plays';
is $data->{hls}, "/t/$id->{paid}/master.m3u8?ticket=$data->{ticket}",
    'and one of a playlist';

for (
    # track, who, status, mode, what it plays
    [ 'paid', undef, 200, 'preview', '200 preview' ],
    [ 'paid', token(sub => 'nobody'), 200, 'preview', '200 preview' ],
    [ 'free', undef, 200, 'full', '200 full all' ],
    [ 'deleted', $token, 404 ],
) {
    my ($track, $who, $status, $mode, $plays) = @$_;
    my $res = made($track, token => $who);
    my $data = json($res)->{data};

    is $res->{status}, $status, "$track for " . ($who ? 'one' : 'anybody');
    next if $status != 200;
    is $data->{mode}, $mode, 'mode';
    is plays($data->{url}), $plays, 'what it plays';
}


# what is beside it: a token that is of no use does not matter

for (
    [ 'the same token', { token => $token } ],
    [ 'none that is', { token => 'undefined' } ],
    [ 'an old one', { token => token(exp => 1) } ],
    [ 'one of nobody known', { token => token(iss => 'x') } ],
    [ 'another scheme', { headers => { Authorization => 'Basic eDp5' } } ],
    [ 'a range', { headers => { Range => 'bytes=0-' } }, '206 full all' ],
) {
    my ($name, $opt, $wanted) = @$_;
    my $res = $edge->get($data->{url}, %$opt);

    is plays($data->{url}, %$opt), $wanted // '200 full all', $name;
    is $res->{headers}{'www-authenticate'}, undef, 'and nothing is said of it';
}

# but two proofs that are good do not disagree

my $theirs = token(sub => 'nobody', exp => time + 9e8);
$res = $edge->get($data->{url}, token => $theirs);
is $res->{status}, 403, 'with the token of another';
is $res->{headers}{'content-type'}, 'application/problem+json', 'a problem';
is $res->{headers}{'cache-control'}, 'no-store', 'that is not kept';
is json($res)->{detail}, 'The ticket and the token are of two callers', 'why';

$res = $edge->get($data->{url} =~ s/.\z//r, token => $token);
is $res->{status}, 403, 'a ticket that is no good with a token that is';
is $edge->get("$data->{url}&ticket=$data->{ticket}")->{status}, 400,
    'two tickets';

# nobody gets a later one by showing it

$res = $edge->post($data->{url} =~ s/\?/\/ticket?/r, '');
is json($res)->{data}{mode}, 'preview', 'for whom it gets one of nobody';


# as long as it says

my $left = $data->{expires} - $clock->{start};
$clock->set($left - 1);
is plays($data->{url}), '200 full all', 'a second before its end';
$clock->set($left);
is plays($data->{url}), '403 ', 'and at it';

my $status = $edge->get('/status')->{content};
like $status, qr/^resonate_tickets_made_total 5$/m, 'made are counted';
like $status, qr/^resonate_tickets_refused_total 4$/m, 'and refused ones';
like $status, qr/^resonate_tickets_accepted_total [1-9]/m, 'and good ones';

done_testing;
