# A ticket beside a token: where no token is required one that is no good does
# not matter, but a ticket opens no location that asks something of tokens.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ticket;
use IO::Socket::INET;

# an issuer that is asked about tokens and does not answer

my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 9)
    or die "listen: $!";
my $issuer = 'http://127.0.0.1:' . $silent->sockport;
my $secret = key_file('s' x 32);

my $edge = ticket_edge(
    expect => qr/^/,
    http => <<"END", server => <<'END2');
resonate_fetch { location /id/ { proxy_pass $issuer/; } }
resonate_provider $issuer {
    audience resonate; fetch /id/; client edge $secret;
    introspection $issuer/ask timeout=30s;
}
END
location @who      { resonate_auth optional; return 200 "who:$resonate_user"; }
location /mine/ {
    resonate_auth optional;
    resonate_route GET /<id:uuid> v3.test_stream scope=write reply=audio;
}
location /anybody  { resonate_auth optional; try_files /none @who; }
location /scope    { resonate_auth_require scope=write; try_files /none @who; }
location /somebody { resonate_auth required; try_files /none @who; }
END2

my $good = ticket(track => $TRACK);
my $nobody = ticket(track => $TRACK, sub => undef);
my $junk = 'rst2' . 'A' x 100;


sub answers {
    my ($path, $ticket, $token) = @_;
    my $res = $edge->get($path . ($ticket ? "?ticket=$ticket" : ''),
                         token => $token, timeout => 20);

    return join ' ', $res->{status}, $res->{headers}{'x-resonate-stream'}
        // ($res->{content} =~ /^(who:.*)/ ? $1 : ());
}

my ($fine, $less, $old) = (token(scope => 'write'), token(scope => 'read'),
                           token(exp => 1));

for (
    # path, ticket, token, answer
    [ "/t/$TRACK", $good, undef, '200 full' ],
    [ "/t/$TRACK", $good, $fine, '200 full' ],
    [ "/t/$TRACK", $good, $old, '200 full' ],
    [ "/t/$TRACK", $good, 'undefined', '200 full' ],
    [ "/t/$TRACK", $good, 'x' x 9000, '400' ],
    [ "/t/$TRACK", $good, 'nobody-has-answered', '200 full' ],
    [ "/t/$TRACK", $junk, 'nobody-has-answered', '403' ],

    # what is asked of a token is, whatever is beside it
    [ '/scope', $good, $less, '403' ],
    [ '/scope', $good, $old, '401' ],

    # where a person has to call, a ticket of nobody is none

    [ "/mine/$TRACK", $nobody, undef, '401' ],
    [ "/mine/$TRACK", $nobody, $less, '403' ],
    [ "/mine/$TRACK", $nobody, $fine, '200 full' ],
    [ "/mine/$TRACK", $good, undef, '403' ],

    # who needs one needs it
    [ '/somebody', $good, undef, '401' ],
    [ '/somebody', $junk, undef, '401' ],
    [ '/somebody', $good, $old, '401' ],
    [ '/somebody', $good, $fine, '200 who:listener' ],

    # nobody is who his ticket says where none is looked at
    [ '/anybody', $good, undef, '200 who:' ],
    [ '/anybody', $good, $fine, '200 who:listener' ],
    [ '/anybody', $junk, $old, '200 who:' ],
) {
    my ($path, $ticket, $token, $answer) = @$_;

    is answers($path, $ticket, $token), $answer, join ', ',
        $path =~ s/0d6d.*/<id>/r,
        !$ticket ? 'no ticket' : $ticket eq $good ? 'a good one' : 'a bad one',
        !$token ? 'no token' : $token eq $fine ? 'a good one'
        : $token eq $less ? 'one of less' : $token eq $old ? 'an old one'
        : substr $token, 0, 20;
}

is $edge->get("/t/$TRACK?ticket=$good")->{headers}{'referrer-policy'},
    'no-referrer', 'who plays it names it to nobody';
is $edge->get("/t/$TRACK")->{headers}{'referrer-policy'}, undef,
    'which is said of tickets only';

done_testing;
