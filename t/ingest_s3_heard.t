#!/usr/bin/perl

# From a folder of music to a listener, by way of an S3 bucket.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;
use Resonate::Remote;
use Resonate::S3;
use Resonate::Ticket;

plan skip_all => $_ for grep { $_ } Resonate::S3::missing();

my $pg = Resonate::Pg->new;
my $s3 = Resonate::S3->new;
my $in = Resonate::Ingestion->new(pg => $pg, options => [
    '--qualities', 64, '--store', 's3://music',
    '--s3-endpoint', $s3->endpoint, '--s3-region', $s3->region,
    '--s3-key', $s3->key_file('write') ]);

$in->sound('Ann/One/1.flac', title => 'One');
is(($in->run)[0], 0, 'taken in');
$pg->dbh->do(q{UPDATE resonate.track SET status = 'free'});

my ($http, $server) = remote_conf($s3);
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, routes => 1,
    http => "$http resonate_cache 4m; resonate_ticket_key " . key_file() . ';',
    server => $server);
my $track = $in->track('One');
my ($low) = $pg->dbh->selectrow_array('SELECT path FROM resonate.rendition
    WHERE quality = ?', {}, 64);

for ([ '', $track->{path} ], [ '?quality=64', $low ]) {
    my ($query, $stored) = @$_;
    my $res = $edge->get("/api/v3/stream/$track->{id}$query");

    is($res->{status}, 200, "heard$query");
    ok($res->{content} eq $s3->get("$stored"), 'every byte of it');
}

done_testing();
