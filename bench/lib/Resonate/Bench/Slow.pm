package Resonate::Bench::Slow;

# Case D: what 10,000 slow streams take of one worker, beside as many of a
# static file, whether all get their share, and what a reload does to them.
#
#   my $slow = Resonate::Bench::Slow->new($load, $small);
#   %{ $slow->cases }       letter => { lines }

use strict;
use warnings;

use Resonate::Bench::Small;
use Resonate::Readers;
use Resonate::Test;
use Time::HiRes qw(sleep);

my $STREAMS = 10_000;
my $FILES = $STREAMS + 1000;            # that a process has to open
my $ROUNDS = 8;                         # a second each
my $STEP = 16_384;                      # bytes of each stream in a round
my $CHECKED = 300;                      # streams after a reload, to their end


sub new {
    my ($class, $load, $small) = @_;

    return bless { load => $load, small => $small }, $class;
}


sub cases { my ($self) = @_; return { D => { lines => sub { $self->lines } } } }


sub lines {
    my ($self) = @_;
    my $limit = (split ' ', `prlimit --nofile --noheadings --output SOFT`)[0];

    return "needs $FILES open files, the limit is $limit"
        if $limit ne 'unlimited' && $limit < $FILES;

    my $plain = $self->grown('nginx static file', 'plain', 'audio', 'token');

    return (
        "$STREAMS slow streams on one worker, private memory of each, and the"
        . ' kernel\'s of its sockets:',
        $self->row($plain, $plain),
        map({ $self->row($self->grown(@$_), $plain) }
            [ 'full stream, token', 'edge', 'stream', 'token' ],
            [ 'preview', 'edge', 'preview' ],
            [ 'HLS segment, ticket', 'edge', 'segment' ]),
        $self->{said},
    );
}


sub row {
    my ($self, $it, $plain) = @_;

    return sprintf '  %-24s%8.0f bytes%8.2f   %4.0f kB', $it->{name},
                   $it->{own}, $it->{own} / $plain->{own},
                   $it->{kernel} / 1024;
}


# by a worker that has had no other

sub grown {
    my ($self, $name, $server, $path, $token) = @_;
    my $small = $self->{small};
    my $edge = $small->$server(connections => $FILES, listen => 'sndbuf=16k');
    my ($worker) = wait_for { ($edge->workers)[0] } 10, 'a worker';
    my @token = $token ? (token => $self->line($token)) : ();
    my $target = $self->line($path);
    my $bytes = $edge->get($target, @token)->{content};
    my $request = $edge->client->compose('GET', $target, @token);
    my $readers = Resonate::Readers->new($edge);
    my @before = memory($worker);

    $readers->open($STREAMS, $request, \$bytes);
    wait_for { !$readers->begin } 60, "$STREAMS streams to begin";

    my @after = memory($worker);

    $self->{said} = $self->shares($edge, $worker, $readers, $request, \$bytes)
        if $path eq 'stream';

    $readers->close;
    $edge->quit;

    return { name => $name, own => ($after[0] - $before[0]) / $STREAMS,
             kernel => ($after[1] - $before[1]) / $STREAMS };
}


# each is read as fast as the others: who has less was served less

sub shares {
    my ($self, $edge, $worker, $readers, $request, $bytes) = @_;
    my ($own) = memory($worker);
    my $later = Resonate::Readers->new($edge);

    for my $round (1 .. $ROUNDS) {
        if ($round == $ROUNDS / 2) {
            kill 'HUP', $edge->pid;
            wait_for { grep { $_ != $worker } $edge->workers } 30, 'a reload';
        }

        $readers->read($STEP);
        sleep 1;
    }

    my @got = sort { $a <=> $b } $readers->received;
    my ($then) = memory($worker);

    $later->open($CHECKED, $request, $bytes);
    wait_for { !$later->read(1 << 20) } 120, 'new streams to end';

    return sprintf('  the slowest received %.2f of the median, %d of %d kB;'
                   . ' reloaded meanwhile, the old worker has %.2f of its'
                   . ' memory, and all bytes were right, those of %d new'
                   . ' streams, too', $got[0] / $got[@got / 2],
                   $got[0] / 1024, $got[@got / 2] / 1024, $then / $own,
                   $CHECKED);
}


# of a process, and of all sockets

sub memory {
    my ($pid) = @_;
    my ($own) = slurp("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m or die;
    my ($pages) = slurp('/proc/net/sockstat') =~ /^TCP:.* mem (\d+)/m or die;

    return ($own * 1024, $pages * 4096);
}


sub line {
    my ($self, $name) = @_;

    chomp(my $line = slurp("$self->{load}{dir}/$name"));
    return $line;
}


1;
