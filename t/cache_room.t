# The cache has its size: the least recently used make room, workers share
# it, and it survives reloads.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;
use Resonate::Workers;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(
    workers => 2, server => whoami(), http => 'resonate_cache 256k;',
    routes => 'resonate_route GET /thing/<id:int> v3.thing cache=1h;');

my ($one, $other) = workers($edge);

# some 8 kB each: not all of them fit
my ($first, $last) = (1, 60);

$things->set($_, body => '{"data":"' . unpack('H*', join '',
                         map { chr int rand 256 } 1 .. 3500) . '"}')
    for $first .. $last;

sub calls_of {
    my ($client, @ids) = @_;

    $things->calls;

    for my $id (@ids) {
        my $res = $client->request('GET', "/thing/$id");
        die "thing $id: $res->{status}\n" if $res->{status} != 200;
    }

    return $things->calls;
}

is calls_of($one, 1 .. 5), 5, 'some are stored';
is calls_of($other, 1 .. 5), 0, 'by one worker for the other';

# the first is used over and over, the second is not

my $calls = 0;
$calls += calls_of($one, $_, 1) for 6 .. $last;

is $calls, $last - 5, 'what is used stays';
is calls_of($one, 1), 0, 'to the end';
is calls_of($one, 2), 1, 'what is not used makes room';
is calls_of($one, $last, 1, 2), 0, 'and what is new has it';

$edge->reload;
($one) = workers($edge);
is calls_of($one, $last, 1, 2), 0, 'a reload keeps them';

$edge->reload(http => 'resonate_cache 512k;');
($one) = workers($edge);
is calls_of($one, $last, 1, 2), 3, 'another size begins anew';


# Readers copy while others evict: each gets the whole of what it asked for.

my %body;
my @clients = (workers($edge), workers($edge));

for my $n (1 .. 400) {
    my @asked = map { [ $_, 1 + int rand $last ] } @clients;

    $_->[0]->send($_->[0]->compose('GET', "/thing/$_->[1]")) for @asked;

    for (@asked) {
        my ($client, $id) = @$_;
        my $content = $client->response('GET')->{content};

        $body{$id} //= $content;
        die "thing $id is another\n" if $content ne $body{$id};
    }
}

is keys %body, $last, 'all are whole, whoever evicts them';

done_testing;
