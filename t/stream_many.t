#!/usr/bin/perl

# Hundreds of slow streams, while nginx reloads: the old worker sends them to
# their end, the new one takes who comes, and no byte is another.

use lib 't/lib';
use Resonate::Test;
use Resonate::Readers;
use Resonate::Stream;

my $COUNT = 100;                # of each
my $STEP = 32_768;

my $media = tempdir();

tone($media, 'a.m4a', 16);

my $edge = stream_edge(media => $media, listen => 'sndbuf=16k');
my $readers = Resonate::Readers->new($edge);
my ($worker, @streams);

wait_for { ($worker) = $edge->workers } 10, 'a worker';

for (
    { mode => 'full' },
    { mode => 'preview', previewMs => 8000 },
    { mode => 'preview', previewMs => 12000 },
) {
    my $decision = { file => 'a.m4a', %$_ };

    push @streams, [ $edge->client->compose('GET', audio_path($decision)),
                     \audio($edge, $decision)->{content} ];
}

sub more { $readers->open($COUNT, @$_) for @streams }

sub memory { slurp("/proc/$_[0]/status") =~ /^RssAnon:\s+(\d+)/m ? $1 : die }

more();
wait_for { !$readers->begin } 30, 'all to begin';

my $before = memory($worker);

$edge->reload;

ok !Resonate::Process::gone($worker), 'the old worker stays for its streams';
is scalar(grep { $_ == length ${$streams[0][1]} } $readers->received), 0,
    'none of which has ended';

my ($new) = $edge->workers;

isnt $new, $worker, 'there is a new one';
cmp_ok memory($worker), '<', 1.1 * $before, 'the old one has not grown';

more();
wait_for { !$readers->begin } 30, 'those who come to begin';
wait_for { !$readers->read($STEP) } 60, 'all to end';
is $readers->received, 2 * 3 * $COUNT, 'all streams, every byte';

$readers->close;
wait_for { Resonate::Process::gone($worker) } 30, 'the old worker to end';
ok !Resonate::Process::gone($new), 'the new one goes on';

done_testing;
