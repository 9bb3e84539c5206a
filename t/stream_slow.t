#!/usr/bin/perl

# A slow disk: while a preview's tables are read, others are served, clients
# may go, and a reload waits.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $media = tempdir();
my $dir = tempdir();
my $gate = "$dir/gate";

tone($media, 'a.m4a', 12);

# a sanitizer's library has to come first
my $first = $ENV{RESONATE_NGINX} ? `cc -print-file-name=libasan.so` : '';
chomp $first;

system(qw(cc -shared -fPIC -o), "$dir/slow.so", 't/lib/slow_pread.c', '-ldl')
    == 0 or die "cc failed\n";

my $edge = stream_edge(
    media => $media, http => 'resonate_preview_cache off;',
    main => 'worker_shutdown_timeout 30s;',
    env => { LD_PRELOAD => "$first $dir/slow.so", SLOW_PREAD => $gate });

my %preview = (file => 'a.m4a', mode => 'preview', previewMs => 5000);
my $want = audio($edge, \%preview)->{content};

sub start_slow {
    my $client = $edge->client;

    unlink "$gate.waiting";
    spew($gate, '');
    $client->send($client->compose('GET', audio_path(\%preview)));
    wait_for { -e "$gate.waiting" } 10, 'a read';

    return $client;
}

my $client = start_slow();

is audio($edge, { %preview, mode => 'full' })->{status}, 200,
    'others are served meanwhile';

unlink $gate;
ok $client->response('GET')->{content} eq $want, 'then the preview comes';

# gone while its file is read

my $seen = length $edge->log;

$client = start_slow();
close $client->{socket};
wait_for { substr($edge->log, $seen) =~ /prematurely closed/ } 10,
    'the worker to see it';
unlink $gate;

is audio($edge, \%preview)->{status}, 200, 'well after a client went';

$client = start_slow();

my ($old) = $edge->workers;

$edge->reload;
ok !Resonate::Process::gone($old), 'an old worker waits for the disk';

unlink $gate;
ok $client->response('GET')->{content} eq $want, 'and answers';
wait_for { Resonate::Process::gone($old) } 10, 'the old worker to end';

done_testing;
