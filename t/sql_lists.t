#!/usr/bin/perl

# Lists: what is in them, in which order, and pages that neither skip nor
# repeat; ingestion gives stable ids.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $ingest = $pg->dbh(user => 'resonate_ingest');

sub list {
    my ($function, %arg) = @_;
    my @name = sort keys %arg;
    my $args = join ', ', map { "\"$_\" => ?" } @name;
    my ($body) = $edge->selectrow_array("SELECT body FROM v3.$function($args)",
                                        {}, @arg{@name});
    return JSON::PP->new->decode($body);
}

sub titles {
    return join ', ', map { $_->{title} // $_->{displayName} }
                      @{list(@_)->{data}};
}

sub ingest {
    my ($function, @arg) = @_;
    my $marks = join ', ', ('?') x @arg;
    return scalar $ingest->selectrow_array(
        "SELECT resonate.ingest_$function($marks)", {}, @arg);
}


# what is in them, in which order

$edge->do("SELECT v3.play('$id->{short}', NULL, '$id->{listener}')");
$dbh->do('SELECT resonate.roll_up()');
$dbh->do('UPDATE resonate.release SET featured = true WHERE id = ?', {},
         $id->{release});

for (
    [ 'Breath, Evening, Noon, Morning', 'tracks' ],
    [ 'Morning, Noon, Evening, Breath', 'tracks', order => 'oldest' ],
    [ 'Breath, Evening, Noon, Morning', 'tracks', order => 'latest' ],
    [ 'Evening, Breath, Noon, Morning', 'tracks', order => 'plays' ],
    [ 'Second Wind, First Light', 'trackgroups' ],
    [ 'First Light, Second Wind', 'trackgroups', order => 'oldest' ],
    [ 'Second Wind', 'trackgroups', type => 'ep' ],
    [ '', 'trackgroups', type => 'single' ],
    [ 'First Light', 'trackgroups', featured => 1 ],
    [ 'Second Wind', 'trackgroups', featured => 0 ],
    [ "The Assertions, Zo\x{eb} & the Testers", 'artists' ],
    [ "Zo\x{eb} & the Testers, The Assertions", 'artists', order => 'desc' ],
    [ "Zo\x{eb} & the Testers, The Assertions", 'artists',
      order_by => 'id' ],
    [ 'Sunrise Records', 'labels' ],
    [ "Zo\x{eb} & the Testers", 'label_artists', id => $id->{label} ],
    [ 'First Light', 'artist_releases', id => $id->{artist} ],
    [ 'Evening, Noon, Morning', 'artist_tracks', id => $id->{artist} ],
    [ 'Evening', 'artist_tracks_top', id => $id->{artist}, limit => 1 ],
) {
    my ($expected, $function, %arg) = @$_;
    is(titles($function, %arg), $expected,
       join ' ', $function, map { "$_=$arg{$_}" } sort grep { $_ ne 'id' }
                 keys %arg);
}


# what comes out, and goes, at once

$dbh->do("UPDATE resonate.release SET release_date = '2023-01-01'
          WHERE id = ?", {}, $id->{coming});
is(list('tracks')->{count}, 5, 'a release came out');
is(titles('tracks', order => 'latest', limit => 1), 'Tomorrow', 'the latest');
$dbh->do("UPDATE resonate.track SET status = 'hidden' WHERE id = ?", {},
         $id->{future});
is(list('tracks')->{count}, 4, 'a track was hidden');
$dbh->do('DELETE FROM resonate.release_item WHERE track_id = ?', {},
         $id->{free});
is(list('tracks')->{count}, 3, 'a track left its only release');
$dbh->do('UPDATE resonate.release SET deleted_at = now() WHERE creator_id = ?',
         {}, $id->{band});
is(titles('artists'), "Zo\x{eb} & the Testers", 'an artist without releases');


# ingestion: the same thing has the same id

my $artist = ingest('artist', 'Ms. Ingested');
my $cover = ingest('image', 'cover', 'c' x 64, 800, 800);
my $release = ingest('release', $artist, 'Pages', 1999, $cover);

sub track {
    my ($n, %opt) = @_;
    my $sha = sprintf '%064x', $opt{file} // $n;
    return ingest('track', $release, $artist, $opt{title} // "Page $n", $n, 1,
                  1999, 1000, $sha, sprintf('audio/%s/%s.m4a',
                  substr($sha, 0, 2), $sha), 1, $sha, 'Spoken Word');
}

my @page = map { track($_) } reverse 1 .. 57;

is(ingest('artist', 'MS. INGESTED'), $artist, 'an artist');
is(ingest('image', 'cover', 'c' x 64, 800, 800), $cover, 'an image');
is(ingest('release', $artist, 'Pages', 1999, $cover), $release, 'a release');
is(track(7), $page[50], 'a track');
is(track(7, title => 'Page Seven'), $page[50], 'a track with a new title');
isnt(track(9, title => 'Another', file => 1001), $page[48],
     'another title of the same number is another track');
is(ingest('known', sprintf '%064x', 7), $page[50], 'a file is known');
is(ingest('known', 'f' x 64), undef, 'or not');

my @items = @{list('trackgroup', id => $release)->{data}{items}};
is_deeply([ map { $_->{index} } @items ], [ 1 .. 58 ], 'items are numbered');
is(join(', ', map { $_->{track}{title} } @items[6 .. 9]),
   'Page Seven, Page 8, Another, Page 9', 'in the order of their numbers');
is(list('trackgroup', id => $release)->{data}{releaseDate}, '1999-01-01',
   'a date from the year');


# pages, of rows that were all made at the same moment

$dbh->do(q{UPDATE resonate.track SET created_at = '2025-01-01'});

for my $order (qw(newest latest oldest plays random)) {
    my ($count, %seen) = list('tracks')->{count};
    my @got = in_a_minute {
        map { map { $_->{id} } @{list('tracks', limit => 10, page => $_,
                                      order => $order)->{data}} } 1 .. 7
    };

    $seen{$_}++ for @got;
    is(scalar @got, $count, "$order: count counts");
    is(scalar keys %seen, $count, 'and no track is skipped or repeated');
}

done_testing();
