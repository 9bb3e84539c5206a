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

# the protocol allows a COPY in place of any answer, and nobody asks for one

for ([ CopyOut => 'H' ], [ CopyIn => 'G' ], [ CopyBoth => 'W' ]) {
    my ($name, $type) = @$_;
    my $peer = Resonate::Peer->new(
        execute => Resonate::Peer::message($type, pack 'Cn', 0, 0));
    my $edge = edge($peer);

    wait_for(sub { $peer->logins == 2 }, 10, 'two connections');
    is($edge->get('/echo?word=a')->{status}, 503, "$name: the query fails");
    like($edge->log, qr/\[error\].*unexpected COPY while keeping step with/,
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
