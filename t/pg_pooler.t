# Through pgbouncer, transaction mode, with fewer connections behind it than
# before it.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Process;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);

my $dir = tempdir();
Resonate::Pg::give_away($dir);

spew("$dir/users", qq("resonate_edge" ""\n));
spew("$dir/ini", <<"END");
[databases]
resonate = host=@{[ $pg->socket_dir ]}

[pgbouncer]
listen_port = 6432
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
default_pool_size = 2
END

sub pooler {
    return Resonate::Process->spawn(
        command => [ Resonate::Pg::command('/usr/sbin/pgbouncer',
                                           "$dir/ini") ],
        output  => "$dir/log",
    );
}

my $pooler = pooler();

END {
    local $?;
    $pooler->destroy;
}

wait_for(sub { -S "$dir/.s.PGSQL.6432" }, 10, 'pgbouncer');

sub edge {
    my ($options) = @_;
    my $info = "host=$dir port=6432 dbname=resonate user=resonate_edge";

    return Resonate::Edge->new(
        http   => qq(resonate_pg read "$info" connections=4 $options;
                     resonate_pg write "$info" connections=1 $options;),
        server => routes(),
    );
}

sub summary {
    my ($res) = @_;

    return "$res->{status} "
           . ($res->{status} == 200 ? $res->{content} : '');
}

# statements that a pooler cannot keep are not used

my $edge = edge('prepare=off');

is(summary($edge->get('/echo?word=a')), '200 "a"', 'an answer');
$edge->get('/echo?word=a') for 1 .. 30;

for my $round (1 .. 10) {
    my @paths = map { ("/echo?word=$round-$_", '/half?number=0',
                       "/half?number=$_") } 1 .. 40;
    my @expected = map { (qq(200 "$round-$_"), '400 ',
                          '200 ' . int(100 / $_)) } 1 .. 40;

    is_deeply([ map { summary($_) } together($edge, @paths) ], \@expected,
              "each its own, round $round");
}

is($edge->post('/child', '{"parent":1}')->{status}, 200, 'committed');
is($edge->post('/child', '{"parent":2}')->{status}, 500, 'not committed');
is(length $edge->get('/big?size=3000000')->{content}, 3000002, 'a large one');
is(counter($edge, 'lost'), 0, 'no connection was lost');
cmp_ok(inflight($pg), '<=', 2, 'through two connections');

# the pooler goes away and comes back

$pooler->destroy;
unlink "$dir/.s.PGSQL.6432";
wait_for(sub { $edge->get('/echo?word=a')->{status} == 503 }, 10, 'refusal');
$pooler = pooler();
ok(wait_for(sub { $edge->get('/echo?word=a')->{status} == 200 }, 20,
            'the pooler to be back'), 'healed');
$edge->stop;

# with "prepare=on" it refuses the connection, and says which parameter

$edge = edge('');
ok(wait_for(sub { $edge->log =~ /unsupported startup parameter.*options/ }, 10,
            'the reason'), 'prepare=on is refused');

done_testing();
