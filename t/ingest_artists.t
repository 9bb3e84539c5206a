#!/usr/bin/perl

# One artist or several, and how they are shown together.

use utf8;
use lib 't/lib', 'bin/lib';
use Resonate::Test;
use Resonate::Ingest::Tags qw(describe);

my ($ONE, $TWO) = map { "$_-d987-4042-ae91-78d6a3267d69" }
                  qw(b1a9c0e9 c1a9c0e9);

binmode $_, ':utf8' for map { Test::More->builder->$_ }
                        qw(output failure_output todo_output);

my @cases = (
    # tags                           artists, display unless it is the first

    # one, whatever its name looks like
    [ { artist => 'Simon & Garfunkel' }, ['Simon & Garfunkel'] ],
    [ { artist => 'Earth, Wind & Fire' }, ['Earth, Wind & Fire'] ],
    [ { artist => 'AC/DC' }, ['AC/DC'] ],
    [ { artist => 'Tyler, The Creator' }, ['Tyler, The Creator'] ],
    [ { artist => 'Mumford and Sons' }, ['Mumford and Sons'] ],
    [ { artist => 'Featherweight' }, ['Featherweight'] ],
    [ { artist => 'A & B', MUSICBRAINZ_ARTISTID => $ONE }, ['A & B'] ],

    # repeated tags (ffprobe joins them with ";") and lists
    [ { ARTIST => 'A;B' }, [qw(A B)], 'A & B' ],
    [ { ARTIST => 'A; B;C' }, [qw(A B C)], 'A, B & C' ],
    [ { ARTIST => "A\0B" }, [qw(A B)], 'A & B' ],
    [ { ARTIST => 'A / B' }, [qw(A B)], 'A / B' ],
    [ { ARTIST => 'A;a;Á' }, ['A'] ],
    [ { artist => 'A & B', ARTISTS => 'A;B' }, [qw(A B)], 'A & B' ],
    [ { artist => 'A & B', ARTISTS => 'A' }, ['A'], 'A & B' ],
    [ { artist => 'A & B', 'WM/ARTISTS' => 'A;B' }, [qw(A B)], 'A & B' ],

    # guests
    [ { artist => 'A feat. B' }, [qw(A B)], 'A feat. B' ],
    [ { artist => 'A ft. B' }, [qw(A B)], 'A ft. B' ],
    [ { artist => 'A Featuring B' }, [qw(A B)], 'A Featuring B' ],
    [ { artist => 'A (feat. B)' }, [qw(A B)], 'A (feat. B)' ],
    [ { artist => 'A (UK) feat. B (US)' }, ['A (UK)', 'B (US)'],
      'A (UK) feat. B (US)' ],
    [ { artist => 'A feat. B & C' }, ['A', 'B & C'], 'A feat. B & C' ],
    [ { artist => 'A feat. B', ARTISTS => 'A' }, [qw(A B)], 'A feat. B' ],

    # the MusicBrainz ids say how many there are
    [ { artist => 'A & B', MUSICBRAINZ_ARTISTID => "$ONE;$TWO" },
      [qw(A B)], 'A & B' ],
    [ { artist => 'A/B', 'MusicBrainz Artist Id' => "$ONE/$TWO" },
      [qw(A B)], 'A/B' ],
    [ { artist => 'A, B & C', MUSICBRAINZ_ARTISTID => "$ONE;$TWO" },
      ['A, B & C'] ],

    # on an album of one of them
    [ { artist => 'Ben & Zoë', album_artist => 'Ben' },
      ['Ben', 'Zoë'], 'Ben & Zoë' ],
    [ { artist => 'Benjamin', album_artist => 'Ben' }, ['Benjamin'] ],
    [ { album_artist => 'Ben' }, ['Ben'] ],
);

for my $case (@cases) {
    my ($tag, $artists, $display) = @$case;
    my $about = describe('/Downloads/x.mp3', { format => { tags => $tag } });
    my $shown = join ', ', map { "$_=$tag->{$_}" } sort keys %$tag;

    is_deeply([ @$about{qw(artists artist display_artist)} ],
              [ $artists, $artists->[0], $display ],
              $shown =~ s/[\0]/?/gr);
}

my @owners = (
    [ 'A', 'A' ], [ 'A;B', 'A', 'B' ], [ 'A & B', 'A & B' ],
    [ 'VA', 'Various Artists' ], [ 'V.A.', 'Various Artists' ],
    [ 'various artists', 'Various Artists' ],
    [ 'Various', 'Various Artists' ], [ 'Vanessa', 'Vanessa' ],
    [ 'Unknown Artist' ], [ '' ],
);

for my $case (@owners) {
    my ($text, @names) = @$case;
    my $about = describe('/Downloads/x.mp3', {
        format => { tags => { album_artist => $text } } });

    is_deeply($about->{album_artists}, \@names, "album artist \"$text\"");
}

done_testing();
