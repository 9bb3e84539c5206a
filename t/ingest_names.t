#!/usr/bin/perl

# What the names of a file and its folders say.

use utf8;
use lib 't/lib', 'bin/lib';
use Encode;
use Resonate::Test;
use Resonate::Ingest::Name qw(album_folder from_name);

binmode $_, ':utf8' for map { Test::More->builder->$_ }
                        qw(output failure_output todo_output);

my $HOME = '/home';
my @KEYS = qw(folder_artist album disc artist number title);
my @names = (
    # path                   artist, album, disc of the folders,
    #                        artist, number, title of the file

    # Artist/Album/01 - Title, wherever the music is
    [ '/music/Neu/Two/07 Super.wav', 'Neu', 'Two', undef, undef, 7, 'Super' ],
    [ "$HOME/ada/Music/Neu/Two/07 Super.wav",
      'Neu', 'Two', undef, undef, 7, 'Super' ],
    [ '/mnt/usb/Neu/Two/07 Super.wav',
      'Neu', 'Two', undef, undef, 7, 'Super' ],
    [ '/media/ada/USB STICK/Neu/Two/07 Super.wav',
      'Neu', 'Two', undef, undef, 7, 'Super' ],

    # a place is no album, and no artist
    [ "$HOME/ada/x.mp3", undef, undef, undef, undef, undef, 'x' ],
    [ "$HOME/ada/Downloads/x.mp3", (undef) x 5, 'x' ],
    [ '/media/ada/USB STICK/x.mp3', (undef) x 5, 'x' ],
    [ '/x.mp3', (undef) x 5, 'x' ],
    [ '/srv/music/Two/07 Super.wav', undef, 'Two', undef, undef, 7, 'Super' ],
    [ '/srv/Music/Downloads/Cluster - Sowiesoso.wav',
      undef, undef, undef, 'Cluster', undef, 'Sowiesoso' ],

    # discs
    [ '/music/Neu/Two/CD2/07 Super.wav', 'Neu', 'Two', 2, undef, 7, 'Super' ],
    [ '/music/Neu/Two/disc 02/07 Super.wav',
      'Neu', 'Two', 2, undef, 7, 'Super' ],
    [ '/music/Neu/Two (Disc 2)/07 Super.wav',
      'Neu', 'Two', 2, undef, 7, 'Super' ],
    [ '/music/Can - Tago/1-04. Halleluwah.wav',
      'Can', 'Tago', 1, undef, 4, 'Halleluwah' ],

    # names of folders
    [ '/music/Faust/So_Far/no_harm.wav',
      'Faust', 'So Far', undef, undef, undef, 'no harm' ],
    [ '/music/Can - 1971 - Tago Mago/1.wav',
      'Can', 'Tago Mago', undef, undef, undef, '1' ],
    [ '/music/Can/1971 - Tago Mago/1.wav',
      'Can', 'Tago Mago', undef, undef, undef, '1' ],
    [ '/music/Can/Tago Mago (1971) [FLAC 24bit]/1.wav',
      'Can', 'Tago Mago', undef, undef, undef, '1' ],
    [ '/music/Prince/1999/1.wav', 'Prince', '1999', (undef) x 3, '1' ],
    [ '/music/Compilations/Hits/1.wav',
      'Various Artists', 'Hits', (undef) x 3, '1' ],
    [ '/music/VA - Hits/1.wav', 'Various Artists', 'Hits', (undef) x 3, '1' ],

    # names of files: artist and title before those of the folders
    [ '/music/Hits/02 - ABBA - SOS.mp3',
      undef, 'Hits', undef, 'ABBA', 2, 'SOS' ],
    [ '/music/ABBA/ABBA - SOS.mp3',
      undef, 'ABBA', undef, 'ABBA', undef, 'SOS' ],
    [ '/Downloads/ABBA - Abba - 04 - SOS.mp3',
      undef, 'Abba', undef, 'ABBA', 4, 'SOS' ],
    [ '/Downloads/ABBA - 04 - SOS.mp3', (undef) x 3, 'ABBA', 4, 'SOS' ],

    # numbers, and what is none
    [ '/Downloads/7 Seconds.mp3', (undef) x 5, '7 Seconds' ],
    [ '/Downloads/07 Seconds.mp3', (undef) x 4, 7, 'Seconds' ],
    [ '/Downloads/99 Luftballons.mp3', (undef) x 5, '99 Luftballons' ],
    [ '/Downloads/50 Cent - In da Club.mp3',
      (undef) x 3, '50 Cent', undef, 'In da Club' ],
    [ '/Downloads/3. Three.mp3', (undef) x 4, 3, 'Three' ],
    [ '/Downloads/Track 12.wav', (undef) x 4, 12, 'Track 12' ],
    [ '/Downloads/Mr. Blue.flac', (undef) x 5, 'Mr. Blue' ],

    # any bytes
    [ "/Downloads/a\nline.wav", (undef) x 5, 'a line' ],
    [ "/Downloads/zo\xeb.wav", (undef) x 5, 'zoë' ],
    [ encode('UTF-8', "/Downloads/zoe\x{308}.wav"), (undef) x 5, 'zoë' ],
    [ "/Downloads/\xff\xfe\x01.wav", (undef) x 5, 'ÿþ' ],
    [ '/Downloads/ .wav', (undef) x 5, 'Untitled' ],
);

for my $case (@names) {
    my ($path, @want) = @$case;

    is_deeply([ @{ from_name($path) }{@KEYS} ], \@want, shown($path));
}

subtest 'dates of folders' => sub {
    is(from_name("/music/$_->[0]/1.wav")->{date}, $_->[1], $_->[0])
        for [ 'Can/1971 - Tago' => 1971 ], [ 'Can/[1971] Tago' => 1971 ],
            [ 'Can/Tago (1971)' => 1971 ], [ 'Can - Tago (1971)' => 1971 ],
            [ 'Prince/1999' => undef ], [ 'Can/Tago 1971' => undef ];
};

subtest 'the folder of an album' => sub {
    is(album_folder($_->[0]), $_->[1], $_->[0])
        for [ '/m/A/B/1.wav' => '/m/A/B' ], [ '/m/A/B/CD1/1.wav' => '/m/A/B' ],
            [ '/m/A/B/Disc 2 - Live/1.wav' => '/m/A/B' ],
            [ '/m/A/CD/1.wav' => '/m/A/CD' ], [ '/1.wav' => '' ];
    is(from_name('/m/A/B/Disc 2 - Live/1.wav')->{disc_title}, 'Live',
       'and the title of a disc');
};


sub shown {
    my ($path) = @_;

    return $path =~ s/[^\x20-\x7e]/?/gr;
}

done_testing();
