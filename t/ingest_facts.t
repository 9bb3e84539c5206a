#!/usr/bin/perl

# What tags say beside titles and names is kept, and goes when they say it no
# more.

use utf8;
use lib 't/lib';
use Resonate::Test;
use Resonate::Ingestion;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $in = Resonate::Ingestion->new(pg => $pg);
my %id = map { $_ => "0000000$_-1111-2222-3333-444444444444" } 1 .. 4;

$in->sound('Zoë/Live/CD2/1.flac',
    title => 'One', artist => 'Zoë feat. Ben', artists => 'Zoë;Ben',
    album => 'Live', album_artist => 'Zoë', track => 1, disc => 2,
    discsubtitle => 'Encores', date => '2019-05-04', genre => 'Dub; Rock',
    isrc => 'GB-AYE-06-01498', barcode => '0602517737280',
    composer => 'C. Omposer', lyrics => "la\nla", copyright => '(c) Us',
    releasetype => 'ep', musicbrainz_trackid => $id{1},
    musicbrainz_albumid => $id{2},
    musicbrainz_artistid => "$id{3};$id{4}",
    musicbrainz_albumartistid => $id{3});
is(($in->run)[0], 0, 'taken in');

my $track = 'resonate.track WHERE title = \'One\'';
my $release = 'resonate.release';
my @facts = (
    # column, of what, says, when the tag is gone
    [ 'isrc', $track, 'GBAYE0601498', undef ],
    [ 'composer', $track, 'C. Omposer', undef ],
    [ 'copyright', $track, '(c) Us', undef ],
    [ 'lyrics', $track, "la\nla", undef ],
    [ 'musicbrainz_id', $track, $id{1}, undef ],
    [ 'year', $track, 2019, 2019 ],
    [ 'array_to_string(tags, \',\')', $track, 'dub,rock', 'folk' ],
    [ 'display_artist', $track, 'Zoë feat. Ben', undef ],
    [ 'barcode', $release, '0602517737280', undef ],
    [ 'copyright', $release, '(c) Us', undef ],
    [ 'musicbrainz_id', $release, $id{2}, undef ],
    [ 'release_date', $release, '2019-05-04', '2019-05-04' ],
    [ 'type', $release, 'ep', 'single' ],
    [ 'array_to_string(tags, \',\')', $release, 'dub,rock', 'folk' ],
    [ 'disc || title', 'resonate.release_disc', '2Encores', undef ],
    [ 'string_agg(c.display_name, \',\' ORDER BY position)',
      'resonate.track_artist a JOIN resonate.creator c ON c.id = a.creator_id',
      'Zoë,Ben', undef ],
    [ 'musicbrainz_id', 'resonate.creator WHERE display_name = \'Zoë\'',
      $id{3}, $id{3} ],
    [ 'musicbrainz_id', 'resonate.creator WHERE display_name = \'Ben\'',
      $id{4}, $id{4} ],
);

sub says { return scalar $dbh->selectrow_array("SELECT $_[0] FROM $_[1]") }

is(says(@$_[0, 1]), $_->[2], "$_->[0] of " . $_->[1] =~ s/ .*//r) for @facts;

$in->retag('Zoë/Live/CD2/1.flac', artist => 'Zoë', genre => 'Folk',
    map { $_ => '' } qw(artists discsubtitle isrc barcode composer lyrics
                        copyright releasetype musicbrainz_trackid
                        musicbrainz_albumid musicbrainz_artistid
                        musicbrainz_albumartistid));
is(($in->run)[0], 0, 'taken again, without them');
is(says(@$_[0, 1]), $_->[3], "$_->[0] of " . $_->[1] =~ s/ .*//r) for @facts;

done_testing();
