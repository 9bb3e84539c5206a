package Resonate::Workers;

# One connection to each worker of an edge, so that a test chooses who is
# asked:
#
#   Resonate::Edge->new(workers => 2, listen => 'reuseport',
#                       server => whoami() . ...);
#   my ($one, $other) = workers($edge);         Resonate::Http each
#
#   read_by($client)            its worker has read all that was sent before
#
# A connection stays with the worker that accepted it.  With "reuseport" the
# kernel chooses that one by the client's port, and not by who is idle.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(whoami workers read_by);


sub whoami { return 'location = /whoami { return 200 $pid; } ' }


sub workers {
    my ($edge) = @_;

    my $all = $edge->{opt}{workers} || 1;
    my %client;

    Resonate::Test::wait_for(sub {
        my $client = $edge->client;

        $client{$client->request('GET', '/whoami')->{content}} ||= $client;
        return keys %client == $all;
    }, 20, 'a connection to each worker');

    return map { $client{$_} } sort { $a <=> $b } keys %client;
}


# "client" has no answer pending; what other connections of the same worker
# sent is in the same round of events, or in one before

sub read_by {
    my ($client) = @_;

    $client->request('GET', '/whoami') for 1 .. 2;
}


1;
