#!/usr/bin/perl

# What the tags of a file say, in the spelling of each format.

use utf8;
use lib 't/lib', 'bin/lib';
use Encode;
use Resonate::Test;
use Resonate::Ingest::Tags qw(describe);

my $ID = 'b1a9c0e9-d987-4042-ae91-78d6a3267d69';
my $ID2 = 'c1a9c0e9-d987-4042-ae91-78d6a3267d69';
my $PATH = '/music/Folder/Record/03 - Name.mp3';
my ($E, $G) = ('MusicBrainz', 'GBAYE0601498');

binmode $_, ':utf8' for map { Test::More->builder->$_ }
                        qw(output failure_output todo_output);


sub said {
    my (%tag) = @_;

    return describe($PATH, {
        streams => [ { codec_type => 'audio' } ], format => { tags => \%tag },
    });
}


# as ffprobe shows what taggers write; all mean the same

my %same = (
    ID3 => {
        title => 'T', artist => 'A', album => 'R', album_artist => 'O',
        track => '3/9', disc => '2/3', date => '2027-03-01', genre => 'Dub',
        compilation => '1', TSRC => $G, TSST => 'Live', publisher => 'L',
        composer => 'C', copyright => '(c)', 'lyrics-eng' => "la\r\nla",
        BARCODE => '0123456789012', "$E Album Id" => $ID, "$E Track Id" => $ID,
        "$E Album Type" => 'ep', CATALOGNUMBER => '12345678',
    },
    Vorbis => {
        TITLE => 'T', ARTIST => 'A', ALBUM => 'R', album_artist => 'O',
        track => '3', TRACKTOTAL => '9', disc => '2', DATE => '2027-03-01',
        ORIGINALDATE => '1999-01-01', GENRE => 'Dub', COMPILATION => '1',
        ISRC => "GB-AYE-06-01498;$G", DISCSUBTITLE => 'Live', LABEL => 'L',
        COMPOSER => 'C', COPYRIGHT => '(c)', LYRICS => "la\nla",
        BARCODE => '0 123456 789012', MUSICBRAINZ_ALBUMID => uc $ID,
        MUSICBRAINZ_TRACKID => $ID, MUSICBRAINZ_RELEASETRACKID => $ID2,
        RELEASETYPE => 'EP;live',
    },
    MP4 => {
        title => 'T', artist => 'A', album => 'R', album_artist => 'O',
        track => '3/9', disc => '2/3', date => '2027-03-01T00:00:00Z',
        genre => 'Dub', compilation => '1', ISRC => $G, composer => 'C',
        DISCSUBTITLE => 'Live', LABEL => 'L', copyright => '(c)',
        lyrics => "la\nla", BARCODE => '0123456789012',
        "$E Album Id" => $ID, "$E Track Id" => $ID, "$E Album Type" => 'ep',
    },
    ASF => {
        title => 'T', artist => 'A', album => 'R', album_artist => 'O',
        track => '3', disc => '2/3', 'WM/Year' => '2027-03-01',
        genre => 'Dub', 'WM/IsCompilation' => 'True', 'WM/ISRC' => $G,
        'WM/SetSubTitle' => 'Live', publisher => 'L', composer => 'C',
        copyright => '(c)', 'WM/Lyrics' => "la\nla",
        'WM/Barcode' => '0123456789012', "$E/Album Id" => $ID,
        "$E/Track Id" => $ID, "$E/Album Type" => 'ep',
    },
    APEv2 => {
        Title => 'T', Artist => 'A', Album => 'R', 'Album Artist' => 'O',
        Track => '3/9', Disc => '2/3', Year => '2027-03-01', Genre => 'Dub',
        Compilation => '1', ISRC => $G, DiscSubtitle => 'Live', Label => 'L',
        Composer => 'C', Copyright => '(c)', Lyrics => "la\nla",
        Barcode => '0123456789012', MUSICBRAINZ_ALBUMID => $ID,
        MUSICBRAINZ_TRACKID => $ID, MUSICBRAINZ_ALBUMTYPE => 'ep',
    },
);

for my $format (sort keys %same) {
    my $about = said(%{ $same{$format} });

    delete $about->{name};
    is_deeply($about, {
        title => 'T', artist => 'A', artists => ['A'], album => 'R',
        display_artist => undef, album_artist => 'O', album_artists => ['O'],
        album_tag => 1, artist_said => 1, number => 3, disc => 2,
        disc_title => 'Live',
        date => '2027-03-01', genre => ['Dub'], compilation => 1, isrc => $G,
        barcode => '0123456789012', composer => 'C', lyrics => "la\nla",
        copyright => '(c)', label => 'L', type => 'ep',
        musicbrainz => { track => $ID, release => $ID, artist => [],
                         albumartist => [] },
    }, $format);
}

# tag => value, what is said about it

my @values = (
    # without tags the names speak; what programs write for "unknown" is none
    [ comment => 'x', title => 'Name' ],
    [ comment => 'x', artist => 'Folder' ],
    [ comment => 'x', album => 'Record' ],
    [ comment => 'x', number => 3 ],
    [ comment => 'x', album_artist => undef ],
    [ title => " \t\0", title => 'Name' ],
    [ title => '03 - Name', number => undef ],
    [ title => 'Other', number => 3 ],
    [ artist => 'Unknown Artist', artist => 'Folder' ],
    [ album => 'Unknown album (3/4/2005 1:02:03 PM)', album => 'Record' ],

    # discs in the names of albums
    [ album => 'R (Disc 2)', disc => 2 ],
    [ album => 'R [CD 2: Live]', album => 'R' ],
    [ album => 'R [CD 2: Live]', disc_title => 'Live' ],
    [ album => 'R (Live)', album => 'R (Live)' ],

    # numbers
    [ track => '0', number => 3 ],
    [ track => '07/12', number => 7 ],
    [ track => '99999999999', number => 3 ],
    [ disc => 'x', disc => undef ],

    # dates
    [ date => '1998', date => '1998' ],
    [ date => '1998-05', date => '1998-05' ],
    [ date => '1998-05-04 12:00', date => '1998-05-04' ],
    [ date => '19980504', date => '1998-05-04' ],
    [ date => '04.05.1998', date => '1998-05-04' ],
    [ date => '1998-00-00', date => '1998' ],
    [ date => '2027-02-30', date => '2027-02' ],
    [ date => 'May 1998', date => '1998' ],
    [ date => 'soon', date => undef ],
    [ ORIGINALDATE => '1969-09-26', date => '1969-09-26' ],

    # codes
    [ ISRC => 'US-S1Z-99-00001', isrc => 'USS1Z9900001' ],
    [ ISRC => 'none', isrc => undef ],
    [ BARCODE => '12345', barcode => undef ],
    [ CATALOGNUMBER => '12345678', barcode => undef ],
    [ MUSICBRAINZ_ALBUMID => 'x', 'musicbrainz' ],

    # what it is
    [ RELEASETYPE => 'album;compilation', type => 'compilation' ],
    [ RELEASETYPE => 'album', type => 'lp' ],
    [ RELEASETYPE => 'Broadcast', type => 'podcast' ],
    [ genre => 'Podcast', type => 'podcast' ],
    [ genre => 'Podcast Rock', type => undef ],
    [ genre => '(17)Rock; Dub/Ska,', genre => [qw(Rock Dub Ska)] ],
    [ genre => join(';', 1 .. 999), genre => [ 1 .. 20 ] ],
    [ compilation => '0', compilation => 0 ],

    # any text
    [ title => "a\r\nb\0c\x{9b}d\x{feff}", title => 'a b c d' ],
    [ title => "Zoe\x{308}", title => 'Zoë' ],
    [ title => "\x{202e}evil\x{d800}", title => 'evil' ],
    [ title => "\x{2066}evil\x{2068}", title => 'evil' ],
    [ title => "\x{5e9}\x{5dc} \x{1f469}\x{200d}\x{1f3a4}",
      title => "\x{5e9}\x{5dc} \x{1f469}\x{200d}\x{1f3a4}" ],
    [ title => '<b>&amp;', title => '<b>&amp;' ],
    [ title => 'x' x 100_000, title => 'x' x 500 ],
    [ artist => 'x;' x 50_000, artists => ['x'] ],
    [ lyrics => 'y' x 150_000, lyrics => 'y' x 100_000 ],
    [ lyrics => "[00:01.00]la\r\n\x07la\n", lyrics => "[00:01.00]la\n la" ],
    [ composer => 'Ann;Ben', composer => 'Ann, Ben' ],
);

for my $case (@values) {
    my ($tag, $value, $what, $want) = @$case;

    $want = { track => undef, release => undef, artist => [],
              albumartist => [] } if $what eq 'musicbrainz';
    is_deeply(said($tag => $value)->{$what}, $want,
              "$what of $tag " . substr $value =~ s/[^ -~]/?/gr, 0, 40);
}

subtest 'several tags' => sub {
    is(describe('/a/Track 05.wav', {})->{number}, 5, 'of "Track 05"');
    is(said(YEAR => 1998, DATE => '1998-05-04')->{date}, '1998-05-04',
       'the year with its day');
    is(said(DATE => 2001, ORIGINALDATE => '1969-09-26')->{date}, '2001',
       'not the day of another year');
    is(describe($PATH, { streams => [ { codec_type => 'audio',
                         tags => { TITLE => 'of the stream' } } ] })->{title},
       'of the stream', 'Ogg');
    is(describe($PATH, {})->{title}, 'Name', 'nothing at all');
};

subtest 'words beside the file' => sub {
    my $dir = tempdir();
    my $probe = { format => { tags => { lyrics => 'tag' } } };

    is(describe("$dir/a.mp3", $probe)->{lyrics}, 'tag', 'without a file');
    spew("$dir/a.lrc", "\xef\xbb\xbf[00:01.00]f\xfcr\r\n");
    is(describe("$dir/a.mp3", $probe)->{lyrics}, '[00:01.00]für',
       'its name.lrc comes first');
};

done_testing();
