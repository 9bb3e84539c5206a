#!/usr/bin/perl

# A stream takes no more memory while it is slow because it is a preview: its
# header is in memory once, however many clients receive it, and what it was
# made of is not.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $CLIENTS = 100;

my $media = tempdir();

tone($media, 'a.m4a', 120);

my $edge = stream_edge(media => $media, http => 'limit_rate 1k;');
my $worker;

wait_for { ($worker) = $edge->workers } 10, 'a worker';

my %full = (file => 'a.m4a', mode => 'full');
my %preview = (file => 'a.m4a', mode => 'preview', previewMs => 110000);

sub memory {
    return slurp("/proc/$worker/status") =~ /^RssAnon:\s+(\d+)/m ? $1 : die;
}


# clients that have the first bytes, and how many kB the worker has grown

sub slow {
    my ($decision, $count) = @_;
    my $before = memory();
    my @clients;

    for my $i (1 .. $count) {
        my $client = $edge->client;

        $client->send($client->compose('GET', audio_path($decision->($i))));
        sysread $client->{socket}, my $bytes, 400 or die "no answer\n";
        push @clients, $client;
    }

    return memory() - $before, @clients;
}

sub short { return { %preview, previewMs => 1000 + shift } }

my @kept = map { slow($_, 3) } sub { \%full }, sub { \%preview }, \&short;

my ($most, @full) = slow(sub { \%full }, $CLIENTS);
my ($same, @preview) = slow(sub { \%preview }, $CLIENTS);
my ($other, @other) = slow(sub { short(9 + shift) }, $CLIENTS);

cmp_ok $most, '>', $CLIENTS, 'full streams take memory';
cmp_ok $same, '<', 1.4 * $most, 'previews hardly more';
cmp_ok $other, '<', 1.7 * $most, 'nor while each is made of the index';

# it stays while anybody receives it, and then comes from the cache

my $head = audio($edge, \%preview, range => '0-99')->{content};

@$_ = () for \(@kept, @preview, @full, @other);

is audio($edge, \%preview, range => '0-99')->{content}, $head,
    'the same bytes when all have gone';
isnt audio($edge, short(0), range => '0-99')->{content}, $head,
    'another length';

done_testing;
