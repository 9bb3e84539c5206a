# No log has a ticket: none that nginx writes, in any format, whatever became
# of the request, and none of the servers behind it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Http2;
use Resonate::Stream;
use Resonate::Ticket;

my $track = '0d6dd7a4-0000-4000-8000-000000000001';
my $other = $track =~ s/1$/2/r;
my ($dir, $media) = (tempdir(), tempdir());

tone($media, 'a.m4a', 3);

my $pg = Resonate::Pg->new;
$pg->psql(<<"END");
CREATE FUNCTION v3.test_stream(id uuid, caller uuid) RETURNS resonate.reply
LANGUAGE sql STABLE AS \$\$
    SELECT (200, format('{"track":"%s","mode":"full","file":"%s"}', id,
                        CASE WHEN id = '$track' THEN 'a' ELSE 'none' END
                        || '.m4a'), '{}')::resonate.reply \$\$;
GRANT EXECUTE ON FUNCTION v3.test_stream(uuid, uuid) TO resonate_edge;
END

my @variables = map { "\$$_" } qw(request request_uri uri args query_string
    arg_ticket http_referer is_args document_uri);

sub configured {
    my ($listen) = @_;
    my $behind = "unix:$dir/behind$listen";

    return Resonate::Edge->new(
        pg => $pg, auth => 1, media => $media, listen => $listen,
        http => 'resonate_ticket_key ' . key_file() . ';'
              . "log_format all '@variables'; large_client_header_buffers 2 4k;
                 server {
                     listen $behind;
                     access_log behind.log combined;
                     access_log behind.log all;
                     return 200;
                 }",
        server => <<"END");
access_log access.log combined;
access_log access.log all;
rewrite_log on;
location /a/ {
    resonate_auth optional;
    resonate_route GET /<id:uuid> v3.test_stream caller reply=audio
        ?ticket:text(1..2000);
    resonate_unknown \@other;
}
location \@other  { proxy_pass http://$behind; }
location /behind/ { proxy_pass http://$behind; }
location /before/ { proxy_pass http://$behind:/x/; }
location /moved/  { rewrite ^/moved/(.*)\$ /a/\$1 last; }
location /asked/  { auth_request /behind/; proxy_pass http://$behind; }
location /gone/   { proxy_pass http://127.0.0.1:1; }
location /files/   { root $dir; }
END
}

my $edge = configured('');
my $good = ticket(track => $track);
my $bent = $good =~ s/.\z/$& eq 'A' ? 'B' : 'A'/er;
my $late = ticket(track => $track, expires => 2);
my $none = ticket(track => $other);

# the status, what is asked for, more of the request

my @requests = (
    [ 200, "/a/$track?ticket=$good" ],
    [ 206, "/a/$track?ticket=$good", 'Range: bytes=0-9' ],
    [ 403, "/a/$track?ticket=$bent" ],
    [ 403, "/a/$track?ticket=$late" ],
    [ 403, "/a/$track?ticket=$none" ],
    [ 404, "/a/$other?ticket=$none" ],
    [ 400, "/a/$track?ticket=$good&ticket=$good" ],
    [ 403, "/a/x?ticket=$good" ],
    [ 200, "/a/$track?x=1&ticket=$good&y=2" ],
    [ 403, "/a/$track?ticket=" . $good =~ s/rst2/%72s%742/r ],
    [ 200, "/a/$track", "Referer: http://x/a?ticket=$good" ],
    [ 200, "/a/other/x?ticket=$good" ],
    [ 200, "/behind/x?ticket=$good" ],
    [ 200, "/before/x?ticket=$good" ],
    [ 200, "/moved/$track?ticket=$good" ],
    [ 200, "/asked/x?ticket=$good" ],
    [ 502, "/gone/x?ticket=$good" ],
    [ 404, "/files/x?ticket=$good" ],
    [ 404, "/files/x%3Fticket%3D$good" ],
    [ 200, "/behind/?next=%2Fa%3Fticket%3D$good" ],
    [ 400, "/a/$track?ticket=$good", 'X: ' . 'x' x 5000 ],
);

for (@requests) {
    my ($status, $path, $line) = @$_;
    my ($first) = split /\r\n/, $edge->raw(join "\r\n",
        "GET $path HTTP/1.1", 'Host: localhost', 'Connection: close',
        'Authorization: Bearer undefined', $line // (), '', '');

    is $first =~ s/^\S+ (\d+).*/$1/r, $status,
        join ': ', map { s/rst2[\w-]+/*/gr =~ s/x{20,}/x/r } $path, $line // ();
}

# what a client has not finished

my $http = $edge->client;
$http->send("GET /a/$track?ticket=$good HTTP/1.1\r\nHost: x\r\n");
$http->close;

# HTTP/2

my $h2 = configured('http2');
my $client = Resonate::Http2->new(port => $h2->port);
my @streams = map { $client->start($_->[1]) }
              grep { !$_->[2] } @requests;
my $answers = $client->answers;
is scalar(grep { ($answers->{$_}{status} // 0) == 200 } @streams), 8, 'HTTP/2';


# no part of a ticket is in any log but its first characters

sub logs { return join '', map { ($_->log, $_->access_log,
                                  $_->file('behind.log')) } $edge, $h2 }

wait_for { 2 * @requests <= (() = $edge->access_log =~ /\n/g) } 10, 'the log';
my $log = logs();

# no module can change what nginx says, at level info, of a header that it
# could not read to its end
$log =~ s/^.* \[info\] .* (?:too\ long\ header\ line
                            |while\ reading\ client\ request).*$//mgx;

for (['a ticket', $good], ['one that is bent', $bent],
     ['one that has expired', $late], ['one for another track', $none])
{
    my ($name, $ticket) = @$_;
    my @parts = map { substr $ticket, $_, 16 } 4, 40, length($ticket) - 16;

    is scalar(grep { index($log, $_) >= 0 } @parts), 0, "$name is in no log";
}

cmp_ok scalar(() = $log =~ /ticket=\*\*\*/g), '>', 60, 'but what it was in';
like $edge->file('behind.log'), qr{"GET /behind/x\?ticket=\*\*\* HTTP/1\.[01]"},
    'and servers behind see no more';
like $edge->log, qr/ticket refused: The ticket has expired/, 'nor why';

# what is not ours is left alone

$edge->get('/behind/x?ticket=ST-1856339-aA5Yuvrxzpv8Tau1cYQ7&rst2=rst2');
like $edge->file('behind.log'),
    qr{\Q/behind/x?ticket=ST-1856339-aA5Yuvrxzpv8Tau1cYQ7&rst2=rst2 },
    'tickets of other applications are';

done_testing;
