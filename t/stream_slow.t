#!/usr/bin/perl

# A slow disk: while a preview's tables are read, others are served, those
# that want the same wait for it, clients may go, and a reload waits.

use lib 't/lib';
use Resonate::Test;
use Resonate::Preload;
use Resonate::Stream;

my $media = tempdir();
my $pages = tempdir();
my $disk = Resonate::Preload->new('slow_pread');

tone($media, 'a.m4a', 12);

my $edge = stream_edge(
    media => $media, http => 'resonate_media_cache off;',
    main => 'worker_shutdown_timeout 30s;', env => $disk->env,
    log => 'debug',
    server => "location = /page.html { root $pages; ssi on;
                                       default_type text/html; }");

my %preview = (file => 'a.m4a', mode => 'preview', previewMs => 5000);

spew("$pages/page.html",
     '[<!--# include virtual="' . audio_path(\%preview) . '" -->]');

my $want = audio($edge, \%preview)->{content};

sub start_slow {
    my ($path) = @_;
    my $client = $edge->client;

    $disk->open;
    $client->send($client->compose('GET', $path // audio_path(\%preview)));
    wait_for { $disk->waiting } 10, 'a read';

    return $client;
}

my $client = start_slow();

is audio($edge, { %preview, mode => 'full' })->{status}, 200,
    'others are served meanwhile';

$disk->close;
ok $client->response('GET')->{content} eq $want, 'then the preview comes';

# one read for all that want the same version of a file, whatever they want

my $reads = counter($edge, 'resonate_media_reads_total');
my $seen = length $edge->log;
my @clients = start_slow();

for my $path (audio_path(\%preview), audio_path({ %preview, previewMs => 1 }),
              '/page.html')
{
    push @clients, $edge->client;
    $clients[-1]->send($clients[-1]->compose('GET', $path));
}

sub said {
    my ($pattern, $times) = @_;

    wait_for { $times <= (() = substr($edge->log, $seen) =~ /$pattern/g) }
        10, $pattern;
}

said('resonate index: ', 4);
close $clients[1]{socket};
said('prematurely closed', 1);
$disk->close;

my ($first, $gone, $short, $page) = @clients;

ok $first->response('GET')->{content} eq $want, 'the first of four';
ok length $short->response('GET')->{content} < length $want, 'another form';
ok $page->response('GET')->{content} eq "[$want]", 'a part of a page';
is counter($edge, 'resonate_media_reads_total'), $reads + 1,
    'one read for four';

# gone while its file is read, for itself or for a page

for my $path (audio_path(\%preview), '/page.html') {
    $seen = length $edge->log;
    $client = start_slow($path);
    close $client->{socket};
    said('prematurely closed', 1);
    $disk->close;

    is audio($edge, \%preview)->{status}, 200, 'well after a client went';
}

ok $edge->get('/page.html')->{content} eq "[$want]", 'a page with a preview';

$client = start_slow();

my ($old) = $edge->workers;

$edge->reload;
ok !Resonate::Process::gone($old), 'an old worker waits for the disk';

$disk->close;
ok $client->response('GET')->{content} eq $want, 'and answers';
wait_for { Resonate::Process::gone($old) } 10, 'the old worker to end';

done_testing;
