# A server, or a pooler before it, that does not do what it should.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Peer;
use Resonate::Test;
use Time::HiRes qw(time);

sub edge {
    my ($peer) = @_;
    my $info = 'host=' . $peer->socket_dir . ' dbname=x user=x';

    return Resonate::Edge->new(
        http   => qq(resonate_pg read "$info" connections=1;
                     resonate_pg write "$info" connections=1;),
        server => routes(),
    );
}

sub errors { return scalar(() = $_[0]->log =~ /\[error\].*"read"/g) }

# Each query has one answer.  The protocol allows a COPY in place of any, and a
# pooler that mixes up its clients gives one two and another none.

sub message { return Resonate::Peer::message(@_) }

my $done = message('C', "SELECT 0\0");

for (
    [ CopyOut => message('H', pack 'Cn', 0, 0), 'unexpected COPY' ],
    [ CopyIn => message('G', pack 'Cn', 0, 0), 'unexpected COPY' ],
    [ CopyBoth => message('W', pack 'Cn', 0, 0), 'unexpected COPY' ],
    [ 'two answers' => $done . $done, 'two answers to one query' ],
    [ 'no answer' => '', 'no answer to a query' ],
) {
    my ($name, $bytes, $reason) = @$_;
    my $peer = Resonate::Peer->new(execute => $bytes);
    my $edge = edge($peer);

    wait_for(sub { $peer->logins == 2 }, 10, 'two connections');
    is($edge->get('/echo?word=a')->{status}, 503, "$name: the query fails");
    like($edge->log, qr/\[error\].*$reason while keeping step with/,
         "$name: the connection is given up");
    wait_for(sub { $peer->logins == 3 }, 10, 'another connection');
    is($edge->get('/status')->{status}, 200, "$name: the worker goes on");
    $edge->stop;
}

# closed as soon as it is made: the delays grow as with a server that is away

{
    my $start = time;
    my $peer = Resonate::Peer->new(hangup => 1);
    my $edge = edge($peer);

    wait_for(sub { $peer->logins >= 10 }, 20, 'ten logins');
    cmp_ok(time - $start, '>', 1.4, 'attempts become rare');
    is($edge->get('/echo?word=a')->{status}, 503, 'queries are refused');
    is(errors($edge), 1, 'one error is logged');
    unlike($edge->log, qr/connected again/, 'and nothing of success');
    $edge->stop;
}

done_testing();
