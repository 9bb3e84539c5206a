#!/usr/bin/perl

# Which files are one release, whose it is, and what it is.

use utf8;
use lib 't/lib', 'bin/lib';
use Encode;
use Resonate::Test;
use Resonate::Ingest::Album qw(albums release);
use Resonate::Ingest::Tags  qw(describe);

my $VA = 'Various Artists';
my $MINUTE = 60_000;

binmode $_, ':utf8' for map { Test::More->builder->$_ }
                        qw(output failure_output todo_output);


# path, minutes, tags

sub file {
    my ($path, %tag) = @_;
    my $minutes = delete $tag{minutes} // 4;

    return { path => $path, duration_ms => $minutes * $MINUTE,
             about => describe(encode('UTF-8', $path),
                               { format => { tags => \%tag } }) };
}


# "owner: album: titles" of each release

sub taken {
    my ($outer, @files) = @_;
    my %of;

    albums(\@files, $outer);
    push @{ $of{$_->{album}{key}} }, $_ for @files;

    return [ sort map {
        my @in = @{ $of{$_} };
        "$in[0]{album}{artist}: $in[0]{album}{title}: "
            . join ' ', map { $_->{about}{title} } @in;
    } keys %of ];
}

my @folders = (
    # what, files, releases

    [ 'a compilation that nobody says is one',
      [ map { [ "/music/Hits/$_.mp3", album => 'Hits', title => $_,
                artist => "Band $_" ] } 1 .. 3 ],
      "$VA: Hits: 1 2 3" ],
    [ 'by names alone',
      [ map { [ "/music/Hits/0$_ - Band $_ - Song$_.mp3" ] } 1 .. 3 ],
      "$VA: Hits: Song1 Song2 Song3" ],
    [ 'on two discs',
      [ map { [ "/music/Hits/CD$_/1.mp3", album => 'Hits', title => $_,
                artist => "Band $_" ] } 1 .. 2 ],
      "$VA: Hits: 1 2" ],
    [ 'that says so, among other files',
      [ [ '/Downloads/a.mp3', album => 'H', artist => 'A', compilation => 1 ],
        [ '/Downloads/b.mp3', album => 'H', artist => 'B', compilation => 1 ],
        [ '/Downloads/c.mp3', album => 'I', artist => 'C' ] ],
      'C: I: c', "$VA: H: a b" ],

    [ 'albums of one name in a folder of downloads',
      [ [ '/Downloads/a.mp3', album => 'Greatest Hits', artist => 'Queen' ],
        [ '/Downloads/b.mp3', album => 'Greatest Hits', artist => 'ABBA' ] ],
      'ABBA: Greatest Hits: b', 'Queen: Greatest Hits: a' ],
    [ 'albums of one name in a folder of others',
      [ [ '/music/Best/a.mp3', album => 'Hits', artist => 'Queen' ],
        [ '/music/Best/b.mp3', album => 'Hits', artist => 'ABBA' ],
        map { [ "/music/Best/$_.mp3", album => 'One', artist => 'U2' ] }
            qw(c d) ],
      'ABBA: Hits: b', 'Queen: Hits: a', 'U2: One: c d' ],
    [ 'album artists that differ',
      [ map { [ "/music/Hits/$_.mp3", album => 'Hits', album_artist => $_ ] }
            qw(A B) ],
      'A: Hits: A', 'B: Hits: B' ],
    [ 'a file without the album artist of the others',
      [ [ '/music/H/a.mp3', album => 'H', album_artist => 'A' ],
        [ '/music/H/b.mp3', album => 'H', artist => 'B' ] ],
      'A: H: a b' ],
    [ 'a file without the album of the others',
      [ [ '/music/x/a.mp3', album => 'H', artist => 'A' ],
        [ '/music/x/b.mp3', artist => 'A' ] ],
      'A: H: a b' ],

    [ 'one track of three by another',
      [ map { [ "/music/H/$_.mp3", album => 'H',
                artist => $_ < 3 ? 'A' : 'B' ] } 1 .. 3 ],
      'A: H: 1 2 3' ],
    [ 'a guest on each track',
      [ map { [ "/music/H/$_.mp3", album => 'H', artist => "A feat. B$_" ] }
            1 .. 3 ],
      'A: H: 1 2 3' ],
    [ 'the folder names the artist, as the files spell it',
      [ map { [ "/music/moby/Play/$_ - x.mp3" ] } qw(Moby Bob Joe) ],
      'Moby: Play: x x x' ],

    [ 'loose files are singles',
      [ [ '/Downloads/A - One.mp3' ], [ '/Downloads/B - Two.mp3' ],
        [ '/Downloads/three.mp3' ] ],
      'A: One: One', 'B: Two: Two', 'Unknown Artist: three: three' ],
    [ 'beside folders of albums, too',
      [ [ '/music/Rock/A/One.mp3' ], [ '/music/Rock/A/B - Two.mp3' ],
        [ '/music/Rock/A/C - H - 01 - Three.mp3' ],
        [ '/music/Rock/A/x.mp3', artist => 'D', album => 'I' ] ],
      'A: One: One', 'B: Two: Two', 'C: H: Three', 'D: I: x' ],
    [ 'spelled in two ways',
      [ [ '/music/x/a.mp3', album => 'Zoé', artist => 'Ö' ],
        [ '/music/x/b.mp3', album => "zoe\x{301}", artist => 'Ø' ],
        [ '/music/x/c.mp3', album => 'Zoé', artist => 'Ö' ] ],
      'Ö: Zoé: a b c' ],
);

for my $folder (@folders) {
    my ($what, $files, @releases) = @$folder;

    my $outer = $what =~ /^beside/;

    is_deeply(taken($outer, map { file(@$_) } @$files), \@releases, $what);
    is_deeply(taken($outer, reverse map { file(@$_) } @$files),
              [ map { s/: ([^:]+)$/': ' . join ' ', reverse split ' ', $1/er }
                @releases ], '- in any order');
}


sub made {
    my @files = map { file(@$_) } @_;

    albums(\@files);
    return release(\@files);
}


# a file of an album "R"

sub on { return [ '/music/A/R/' . shift . '.mp3', album => 'R', @_ ] }

my @types = (
    [ single => map { on($_) } 1 .. 3 ],
    [ single => on(1, minutes => 9) ],
    [ ep => on(1, minutes => 10) ],
    [ ep => map { on($_) } 1 .. 6 ],
    [ lp => map { on($_) } 1 .. 7 ],
    [ lp => map { on($_, minutes => 8) } 1 .. 4 ],
    [ lp => on(1, minutes => 45) ],
    [ lp => on(1, RELEASETYPE => 'album') ],
    [ single => map { on($_, RELEASETYPE => 'single') } 1 .. 9 ],
    [ podcast => map { on($_, genre => 'Podcast') } 1 .. 2 ],
    [ lp => map { on($_, minutes => 60, genre => 'Speech') } 1 .. 3 ],
    [ compilation => map { on($_, artist => $_) } qw(B C) ],
    [ compilation => map { on($_, compilation => 1) } 1 .. 9 ],
    [ single => map { on($_, title => 'x', track => 1) } 1 .. 9 ],
    [ ep => map { [ "/music/A/x/$_.mp3", album => 'R - EP' ] } 1 .. 2 ],
    [ single => map { [ "/music/A/x/$_.mp3", album => 'R - Single' ] } 1 .. 4 ],
);

for my $case (@types) {
    my ($type, @files) = @$case;

    is(made(@files)->{type}, $type, @files . " files: $type");
}

my @dates = (
    [ '1998', '1998' ], [ '1998', '1998', '1998', '2011-01-01' ],
    [ '1998-05-04', '1998', '1998-05-04', '1998' ], [ '1998', '2001', '1998' ],
    [ undef, 'x' ], [ '2027-03-01', '2027-03-01', '2027-03-01' ],
);

for my $case (@dates) {
    my ($date, @said) = @$case;

    is(made(map { on($_, date => $said[$_]) } 0 .. $#said)->{date}, $date,
       "date of: @said");
}

is_deeply(made(on(1, disc => 2, DISCSUBTITLE => 'Live', LABEL => 'L'),
               on(2, disc => 1), on(3, disc => 2, DISCSUBTITLE => 'Live',
                                    BARCODE => '12345678', copyright => '(c)')),
          { title => 'R', artist => 'A', artist_musicbrainz => undef,
            date => undef, type => 'single', barcode => '12345678',
            copyright => '(c)', label => 'L', musicbrainz => undef,
            discs => { 2 => 'Live' } }, 'all of a release');

subtest 'a guest on the album of one' => sub {
    my @files = map { file(@$_) } on(1, artist => 'Ben'),
                on(2, artist => 'Ben'), on(3, artist => 'Ben & Zoë');

    albums(\@files);
    is_deeply([ @{ $files[2]{track} }{qw(artist artists display_artist)} ],
              [ 'Ben', [ 'Ben', 'Zoë' ], 'Ben & Zoë' ], 'is not paid');
    is($files[2]{track}{disc}, 1, 'a disc is the first');
};

done_testing();
