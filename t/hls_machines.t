#!/usr/bin/perl

# One machine's playlist, another one's segments: of a copy of the file, with
# the same date and the same keys.

use lib 't/lib';
use Resonate::Test;
use Resonate::Hls;
use Resonate::Media;

my $path = Resonate::Media::files()->{long}{path};
my $copy = tempdir();

Resonate::Pg::run('cp', '-rpL', media() . '/audio', "$copy/audio");

my $one = hls_edge(media => media());
my $other = hls_edge(media => $copy, pg => $one->{opt}{pg});
my $base = "/hls/$ID";

decide($one, $ID, { file => $path, mode => 'full', previewMs => 45_000 });

my @inodes = map { (stat "$_/$path")[1] } media(), $copy;

isnt $inodes[0], $inodes[1], 'two files';

my $list = playlist($one->get("$base/playlist.m3u8"));

for my $url ($list->{init}, $list->{urls}->@[0, 7, 14]) {
    my ($here, $there) = map { $_->get("$base/$url") } $one, $other;

    is $there->{status}, 200, $url =~ s/\?.*//r;
    ok $there->{content} eq $here->{content}, '... the same bytes';
    is $there->{headers}{etag}, $here->{headers}{etag}, '... the same ETag';
}

utime 1, 1, "$copy/$path" or die "utime: $!";
$other->reload;

is $other->get("$base/$list->{urls}[0]")->{status}, 404,
    'not of a file with another date';

done_testing();
