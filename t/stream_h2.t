#!/usr/bin/perl

# Streams over HTTP/2, with files read and sent by threads.

use lib 't/lib';
use Resonate::Test;
use Resonate::Http2;
use Resonate::Preload;
use Resonate::Stream;

my $media = tempdir();
my $disk = Resonate::Preload->new('slow_pread');

tone($media, 'a.m4a', 12);

my $edge = stream_edge(
    media  => $media, listen => 'http2', log => 'debug',
    env    => $disk->env,
    main   => 'thread_pool disk threads=2;',
    http   => 'resonate_media_cache off; aio threads=disk;
               output_buffers 1 4k;');

my %decision = (full => { file => 'a.m4a', mode => 'full' },
                preview => { file => 'a.m4a', mode => 'preview',
                             previewMs => 5000 });


sub client { return Resonate::Http2->new(port => $edge->port) }


# the content of answers to requests sent at once

sub fetch {
    my ($client, @requests) = @_;
    my @streams = map { $client->start(audio_path($decision{$_->[0]}),
                            $_->[1] ? (range => "bytes=$_->[1]") : ()) }
                      @requests;
    my $answers = $client->answers;

    return map { $answers->{$_}{content} } @streams;
}


my $full = slurp("$media/a.m4a");
my ($preview) = fetch(client(), ['preview']);

cmp_ok length $preview, '<', length $full, 'the preview is shorter';
is substr($preview, 4, 4), 'ftyp', 'and an MP4';

my @requests = map { (
    [ 'full' ],
    [ 'full', '0-1', 0, 2 ],
    [ 'full', '1000-9999', 1000, 9000 ],
    [ 'preview' ],
    [ 'preview', '0-1', 0, 2 ],
    [ 'preview', '100-', 100, length($preview) - 100 ],
) } 1 .. 8;
my @got = fetch(client(), @requests);

for my $i (0 .. $#requests) {
    my ($mode, $range, $first, $length) = @{$requests[$i]};
    my $all = $mode eq 'full' ? $full : $preview;

    ok $got[$i] eq ($range ? substr $all, $first, $length : $all),
        "$mode, " . ($range // 'all');
}

# a connection that goes while the tables of files are read

for my $streams (1, 5) {
    my $client = client();
    my $seen = length $edge->log;

    $disk->open;
    $client->start(audio_path($decision{preview})) for 1 .. $streams;
    wait_for { $disk->waiting } 10, 'a read';
    wait_for {
        $streams <= (() = substr($edge->log, $seen)
                     =~ /resonate media: /g);
    } 10, 'all requests';

    $client->close;
    wait_for { substr($edge->log, $seen) =~ /http terminate request/ } 10,
        'the worker to see it';
    $disk->close;

    ok +(fetch(client(), ['preview']))[0] eq $preview,
        "well after $streams were left";
}

done_testing;
