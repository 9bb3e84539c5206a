#!/usr/bin/perl

# How an artist is spelled: as the first file said, until one is corrected.

use utf8;
use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;
use Resonate::Manage;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my $manage = Resonate::Manage->new(pg => $pg);

sub sound {
    my ($name, $owner, $artist) = @_;
    my $make = -e $in->music . "/$name.flac" ? 'retag' : 'sound';

    $in->$make("$name.flac", title => $name, artist => $artist // $owner,
               album_artist => $owner, album => $name =~ s{/.*}{}r);
}

sub is_spelled {
    my ($names, $why) = @_;
    my ($status, $output) = $in->run;

    is($status, 0, "$why: taken in") or diag($output);
    is(join(', ', @{ $pg->dbh->selectcol_arrayref(
           'SELECT display_name FROM resonate.creator
            ORDER BY sort_name COLLATE "C"') }), $names, $why);
}

sound("old/$_", 'radiohead') for 1 .. 2;
is_spelled('radiohead', 'as the file has it');

sound('new/1', 'RADIOHEAD');
is_spelled('radiohead', 'a new file changes nothing');

sound('old/2', 'Radiohead', 'RadioHead');
is_spelled('Radiohead', 'a corrected one does, by its album artist');

sound("old/$_", 'Rädiohead') for 1 .. 2;
sound('new/1', 'radioHead');
is_spelled('radioHead', 'the first one of a run');

sound('old/1', 'Rädiohead', 'Rädiohead feat. ann');
is_spelled('ann, Rädiohead', 'a guest');
sound('old/1', 'Rädiohead', 'Rädiohead feat. Ann');
is_spelled('Ann, Rädiohead', 'is corrected too');

# by hand

$manage->json('edit', 'artist:Ann', 'display_name=Anna');
sound('old/1', 'Rädiohead', 'Rädiohead feat. ANN');
is_spelled('Anna, Rädiohead', 'what a person edited stays');
$manage->json('edit', 'artist:Anna', '--reset', 'display_name');
is_spelled('ANN, Rädiohead', 'until it is given back');

done_testing();
