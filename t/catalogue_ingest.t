#!/usr/bin/perl

# What a person has set, hidden or removed stays so when the library is taken
# in again, with other tags too, until it is given back.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;
use Resonate::Manage;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $in = Resonate::Ingestion->new(pg => $pg);
my $manage = Resonate::Manage->new(pg => $pg);

sub library {
    my ($title, $album, $date) = @_;

    for my $number (1 .. 4) {
        my $make = -e $in->music . "/A/B/$number.flac" ? 'retag' : 'sound';

        $in->$make("A/B/$number.flac", title => "$title $number",
                   artist => 'Ann', album_artist => 'Ann', album => $album,
                   track => $number, date => $date);
    }

    my ($status, $out) = $in->run;
    is($status, 0, "$title: taken in") or diag($out);
}

sub titles {
    return join ', ', @{ $dbh->selectcol_arrayref(
        'SELECT t.title || CASE t.status WHEN \'paid\' THEN \'\'
                                         ELSE \' \' || t.status END
         FROM resonate.track t JOIN resonate.release_item i
              ON i.track_id = t.id
         ORDER BY i.index') };
}

sub release {
    return $dbh->selectrow_array('SELECT concat_ws(\', \', title, release_date)
                                  FROM resonate.release
                                  WHERE deleted_at IS NULL');
}

library('One', 'First', '2001-02-03');
is(titles(), 'One 1, One 2, One 3, One 4', 'as the tags have it');

$manage->json('edit', 'track:One 1', 'title=Mine');
$manage->json('hide', 'track:One 2');
$manage->json('remove', 'track:One 3');
$manage->json('edit', 'release:First', 'release_date=1999-09-09');

library('Two', 'First', '2001-02-04');
is(titles(), 'Mine, Two 2 hidden, Two 3 deleted, Two 4',
   'what a person did stays, the rest follows the tags');
is(release(), 'First, 1999-09-09', 'so does a release');

# given back

my $reset = $manage->json('edit', 'track:Mine', '--reset', 'title');
is(titles(), 'Mine, Two 2 hidden, Two 3 deleted, Two 4', 'given back');
$in->run;
is(titles(), 'Two 1, Two 2 hidden, Two 3 deleted, Two 4',
   'it follows the tags with the next run');

$manage->json('edit', 'release:First', '--reset', 'release_date');
$in->run;
is(release(), 'First, 2001-02-04', 'a release, too');

# removed for good: the file is taken as a new one

my ($id) = $dbh->selectrow_array(
    'SELECT id FROM resonate.track WHERE title = \'Two 4\'');
$manage->json('remove', '--erase', $id);
$in->run;
like(titles(), qr/Two 4/, 'what is erased is taken as new');
isnt($dbh->selectrow_array('SELECT id FROM resonate.track
                            WHERE title = \'Two 4\''), $id, 'another track');

# a release that was removed stays so

$manage->json('remove', 'release:First');
library('Three', 'First', '2001-02-03');
is(release(), undef, 'a removed release stays removed');
$manage->json('publish', 'release:First');
like(release(), qr/^First/, 'until it is published');

done_testing();
