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

my $edge = stream_edge(media => $media, http => 'limit_rate 1k;',
    server => "location /plain/ { alias $media/; }");
my $worker;

wait_for { ($worker) = $edge->workers } 10, 'a worker';

my %full = (file => 'a.m4a', mode => 'full');
my %preview = (file => 'a.m4a', mode => 'preview', previewMs => 110000);

sub memory {
    return slurp("/proc/$worker/status") =~ /^RssAnon:\s+(\d+)/m ? $1 : die;
}


# clients that have the first bytes, and how many kB the worker has grown

sub slow {
    my ($path, $count) = @_;
    my $before = memory();
    my @clients;

    for my $i (1 .. $count) {
        my $client = $edge->client;

        $client->send($client->compose('GET', $path->($i)));
        sysread $client->{socket}, my $bytes, 400 or die "no answer\n";
        push @clients, $client;
    }

    return memory() - $before, @clients;
}

sub short { return { %preview, previewMs => 1000 + shift } }

my $plain = sub { '/plain/a.m4a' };
my $whole = sub { audio_path(\%full) };
my $head = sub { audio_path(\%preview) };
my $each = sub { audio_path(short(shift)) };

my @kept = map { slow($_, 3) } $plain, $whole, $head, $each;

my ($static, @static) = slow($plain, $CLIENTS);
my ($most, @full) = slow($whole, $CLIENTS);
my ($same, @preview) = slow($head, $CLIENTS);
my ($other, @other) = slow(sub { $each->(9 + shift) }, $CLIENTS);

cmp_ok $static, '>', $CLIENTS, 'streams take memory';
cmp_ok $most, '<', 1.15 * $static, 'full ones as much as a static file';
cmp_ok $same, '<', 1.4 * $most, 'previews hardly more';
cmp_ok $other, '<', 1.7 * $most, 'nor while each is made of the index';

# it stays while anybody receives it, and then comes from the cache

my $first = audio($edge, \%preview, range => '0-99')->{content};

@$_ = () for \(@kept, @static, @preview, @full, @other);

is audio($edge, \%preview, range => '0-99')->{content}, $first,
    'the same bytes when all have gone';
isnt audio($edge, short(0), range => '0-99')->{content}, $first,
    'another length';

done_testing;
