# An operator ends replies by their tags: on this machine and on all others.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my %conf = (
    http => 'resonate_cache 1m listen=read;',
    server => 'location = /purge { resonate_cache_purge; }
               location = /local { resonate_cache_purge; allow 192.0.2.1;
                                   deny all; }',
    routes => 'resonate_route GET /thing/<id:int> v3.thing cache=1h;');

my @edges = map { $things->edge(%conf) } 1 .. 2;

for my $edge (@edges) {
    wait_for { $edge->get('/status')->{content}
               =~ /^resonate_cache_listening 1$/m } 10, 'listening';
}

$things->set(1, tags => [ 'track:1' ]);
$things->set(2, tags => [ 'artist:1', 'track:2' ]);
$things->set(3, tags => []);

sub keep { for my $edge (@edges) { $edge->get("/thing/$_") for 1 .. 3 } }

sub ended {
    my ($edge) = @_;

    return join ' ', grep {
        $things->calls;
        $edge->get("/thing/$_");
        $things->calls;
    } 1 .. 3;
}

sub invalidations {
    return ($edges[0]->get('/status')->{content}
                =~ /^resonate_cache_invalidations_total (\d+)$/m)[0];
}


for (
    # query, answer, what has ended
    [ 'tag=track:1', 200, '1' ],
    [ 'tag=artist%3A1&x=y&tag=track:9', 200, '2' ],
    [ 'tag=track:', 200, '1 2' ],
    [ 'tag=*', 200, '1 2 3' ],
    [ 'tag=none', 200, '' ],
    [ join('&', map { "tag=track:$_" } 1 .. 200), 200, '1 2' ],
    [ join('&', map { "tag=track:$_" } 1 .. 201), 400, '' ],
    [ '', 400, '' ], [ 'tag=', 400, '' ], [ 'tags=track:1', 400, '' ],
    [ 'tag=a,b', 400, '' ], [ 'tag=track:1&tag=%00', 400, '' ],
    [ 'tag=track:1%20', 400, '' ], [ "tag=it's", 400, '' ],
    [ 'tag=' . 'x' x 257, 400, '' ], [ 'tag=%23ff', 400, '' ],
) {
    my ($query, $status, $ended) = @$_;
    my $name = substr $query, 0, 30;
    my $tags = $status == 200 ? () = $query =~ /tag=/g : 0;
    my $before = invalidations();

    keep();
    my $res = $edges[0]->post("/purge?$query");
    is $res->{status}, $status, "$name: $status";
    is ended($edges[0]), $ended, 'what has ended';

    if ($status == 200) {
        is $res->{content}, qq({"purged":$tags,"told":true}),
            'and how many tags';
    }

    # elsewhere once it is heard, at the latest with what is told behind it;
    # this machine hears it, too
    $edges[1]->get('/thing/3');
    $edges[0]->post('/purge?tag=*');
    wait_for { $things->calls; $edges[1]->get('/thing/3'); $things->calls } 5,
        'the other machine';
    wait_for { invalidations() == $before + 2 * $tags + 2 } 5,
        'its own notifications';
}

keep();
$edges[0]->post('/purge?tag=track:1');
ok wait_for { ended($edges[1]) eq '1' } 5, 'the other machine, too';


# who may, and how

keep();

is $edges[0]->get('/purge?tag=*')->{status}, 405, 'GET does not';
is $edges[0]->post('/local?tag=*')->{status}, 403, 'nor who is not allowed';
is ended($edges[0]), '', 'nothing has ended';


# no database: here it is done

keep();
$pg->kill;
wait_for { $edges[0]->get('/thing/4')->{status} == 503 } 10, 'no database';
my $res = $edges[0]->post('/purge?tag=track:1');
is $res->{status}, 503, 'others cannot be told';
is json($res)->{detail}, 'Purged on this machine; others could not be told',
    'and that is said';
is $edges[0]->get('/thing/1')->{status}, 503, 'here it is purged';
is $edges[0]->get('/thing/2')->{status}, 200, 'and what is not is served';
$pg->start;

done_testing;
