package Resonate::Library;

# The music folder of somebody who has collected for thirty years: albums in
# all kinds of order and formats, and what lies between them.
#
#   my $library = Resonate::Library->new($folder);
#   $library->retag($name, title => 'x', ...)   the same sound with other tags
#   $library->move($from, $to)                  a file or a folder
#   $library->path($name)
#
# What its owner means by it is in t/owner/meant.  Everything is made by one
# ffmpeg with as many outputs as there are files; each sound is a second of
# its own pitch.

use strict;
use warnings;
use utf8;

use Encode qw(encode);
use File::Basename qw(dirname);
use File::Path qw(make_path);

use constant AT_ONCE => 32;

my $MB = '-d987-4042-ae91-78d6a3267d69';
my %OPTIONS = (aiff => [qw(-write_id3v2 1)]);
my @ALPHABET = qw(Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India
                  Juliett Kilo Lima);

# name ("#" is the number, "*" the title), tags of all, titles or
# [ title, tags of one; "name": another name, "seconds": another length ]

my @FOLDERS = (
    [ 'Motorcade/Night Drive/# *.flac',
      { artist => 'Motorcade', album_artist => 'Motorcade',
        album => 'Night Drive', date => '1998-05-04', genre => 'Synthpop',
        LABEL => 'Lane Records', BARCODE => '0 123456 789012',
        CATALOGNUMBER => '12345678', composer => 'A. Driver;B. Mapreader',
        MUSICBRAINZ_ALBUMID => "b1a9c0e9$MB", copyright => '1998 Lane',
        picture => 1 },
      [ 'Ignition', ISRC => 'GB-AYE-98-00001',
        MUSICBRAINZ_TRACKID => "c1a9c0e9$MB" ],
      'Headlights', 'Tunnel', [ 'Toll', date => '2011-10-10' ],
      'Rain on Glass', 'Rest Area', 'Exit 12', 'Driveway' ],
    [ 'Motorcade/Motorcade - Tomorrow/# - *.m4a',
      { artist => 'Motorcade', album => 'Tomorrow', date => '2127-03-01' },
      qw(Dawn Noon Dusk Midnight) ],
    [ 'Summer Sampler 2019/# *.mp3',
      { album => 'Summer Sampler', date => '2019-06-21' },
      [ 'Sand', artist => 'Beach Clerks' ],
      [ 'Parasol', artist => 'Umbrella Co.' ],
      [ 'Tunnel', artist => 'Motorcade', name => '' ],
      [ 'Ice Cream', artist => 'Salt & Vinegar' ],
      [ 'Sunburn', artist => 'Red Skins Tan' ],
      [ 'Lemonade', artist => 'Lemmon' ],
      [ 'Waves', artist => 'Beach Clerks' ], [ 'Shade', artist => 'Ann' ],
      [ 'Melon', artist => 'Ben' ], [ 'Home', artist => 'Umbrella Co.' ] ],
    [ 'Compilations/Names Only/# *.mp3', undef, [ 'Uno - Eins' ],
      [ 'Duo - Zwei' ], [ 'Trio - Drei' ], [ 'Quartett - Vier' ] ],
    [ 'The Assertions/Everything/CD1/# *.flac',
      { artist => 'The Assertions', album => 'Everything', disc => '1/2',
        date => '2004-11-01', DISCSUBTITLE => 'The Singles' },
      qw(True Equal Defined Like) ],
    [ 'The Assertions/Everything/CD2/# *.ogg',
      { artist => 'The Assertions', album => 'Everything',
        date => '2004-11-01', DISCSUBTITLE => 'Live in Utrecht' },
      'True (live)', 'Equal (live)', 'Defined (live)', 'Encore' ],
    [ 'The Box, first/*.mp3', { artist => 'Boxer', date => '1977',
        album => 'The Box (Disc 1)' }, qw(Left Right Jab Hook) ],
    [ 'The Box, second/*.mp3', { artist => 'Boxer', date => '1977',
        album => 'The Box [CD 2: Live]' },
      'Round One', 'Round Two', 'Round Three', 'Bell' ],
    [ 'Zoë & the Testers - First Light/# - *.wav', undef,
      qw(Morning Noon Evening Night), [ 'Track 05', name => 'Track 05.wav' ] ],
    [ "Zoe\x{308} & the Testers/Second Light (2022)/# *.opus",
      { artist => "Zoe\x{308} & the Testers", album => 'Second Light' },
      "Zoe\x{308}'s Song", "A\x{30a}, A\x{308}, O\x{308}", "Cafe\x{301}" ],
    [ 'latin/Malmö Ensemble - Fjärran/# - *.mp2', undef,
      'Första', 'Andra', 'Över ån' ],
    [ 'Lemmon/Interludes/*.flac', { artist => 'Lemmon',
        album => 'Interludes' },
      [ 'Interlude', name => '1 Interlude.flac' ],
      [ 'Interlude', name => '1 Interlude (1).flac', track => 1,
        seconds => 9 ], [ 'Outro', track => 2 ] ],
    [ 'Format Fanatics/Every Format/# *.wav',
      { artist => 'Format Fanatics', album => 'Every Format' },
      map { [ $_->[0], name => "# *.$_->[1]" ] }
          [ Advanced => 'aac' ], [ Apple => 'm4a' ],
          [ 'Direct Stream' => 'dsf' ], [ 'Free Lossless' => 'flac' ],
          [ Interchange => 'aiff' ], [ 'Layer Two' => 'mp2' ],
          [ 'Layer Three' => 'mp3' ],
          [ Opus => 'opus' ], [ Vorbis => 'ogg' ], [ Wave => 'wav' ],
          [ Wavpack => 'wv' ], [ Windows => 'wma' ] ],
    [ '*.mp3', undef, [ 'Ann - Alone' ], [ 'mystery' ],
      [ '21 Pistols', title => '21 Pistols', artist => 'Ben',
        date => 2009 ] ],
    [ 'Downloads/*.mp3', { album => 'Greatest Hits' },
      [ 'Bohemian Fragment', artist => 'Queens' ],
      [ 'Waterlog', artist => 'ABBAcus', track => 1 ] ],
    [ 'Duets/# *.flac', { album => 'Duets', album_artist => 'Ann;Ben',
        date => '2021-02-14' },
      [ 'You and Me', artist => 'Ann;Ben' ],
      [ 'Me and You', artist => 'Ben;Ann' ],
      [ 'All of Us', artist => 'Ann feat. Zoë & the Testers' ],
      [ 'Just Me', artist => 'Ann' ] ],
    [ 'AC Unit/Rip from 2001/# *.flac', { artist => 'A/C Unit',
        album => 'One Name' }, 'Cold',
      [ 'Colder', artist => 'A/C Unit feat. The Ice Cube Trays' ],
      [ 'Ice; Snow', artist => 'Salt & Vinegar' ],
      [ 'Water / Fire', name => '# Water.flac' ], 'Steam', 'Vapour',
      [ 'Thaw', album => '' ] ],
    [ 'Podcasts/Late Night Talk/*.mp3', { artist => 'Late Night Talk',
        album => 'Late Night Talk', genre => 'Podcast' },
      'The First One', 'The Second One',
      [ 'Questions', artist => 'Late Night Talk feat. Ann' ] ],
    [ 'Stress/#.mp3', { artist => 'Stress Test',
        album => '<b>Bold</b> & "quoted"' },
      'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten'
      . 'gesellschaft', 'שיר השירים', '👩‍🎤 🎸 ✨',
      '<script>alert(1)</script>',
      "two\r\nlines", '50% off; DROP TABLE track',
      [ '../../etc/passwd', comment => 'x' x 100_000 ] ],
    [ 'Classical/Clavier/# *.flac', { artist => 'Johanna Sebastian',
        album => 'Clavier', date => '1986-06', composer => 'J. S.' },
      map { my ($n, $key) = @$_;
            map { "$_ No. $n in $key" } qw(Prelude Fugue) }
          [ 1, 'C' ], [ 2, 'C Minor' ], [ 3, 'C-Sharp' ],
          [ 4, 'C-Sharp Minor' ], [ 5, 'D' ] ],
    [ 'old_stuff/Ripper/Old_Rips/#_*.mp3', undef, @ALPHABET ],
);


sub new {
    my ($class, $folder) = @_;
    my $self = bless { folder => $folder, pitch => 200 }, $class;

    $self->make(map { files(@$_) } @FOLDERS);
    $self->copies;
    $self->mess;
    return $self;
}


sub path {
    my ($self, $name) = @_;

    # one folder is older than UTF-8
    return "$self->{folder}/" . encode($name =~ /^latin/ ? 'ISO-8859-1'
                                                        : 'UTF-8', $name);
}


# [ name, tags, seconds ] of each file of a folder

sub files {
    my ($pattern, $common, @titles) = @_;
    my $number = 0;

    return map {
        my ($title, %tag) = ref $_ ? @$_ : $_;
        my $name = delete $tag{name} // $pattern =~ s{.*/}{}r;
        my $seconds = delete $tag{seconds} // 1;
        my $file = (dirname($pattern) . "/$name") =~ s{^\./}{}r;
        my $two = sprintf '%02d', ++$number;

        $file =~ s/#/$two/;
        $file =~ s/\*/$title/;
        %tag = (%$common, title => $title, track => $number, %tag)
            if $common;
        delete $tag{track} if $file !~ m{/};

        length $name ? [ $file, \%tag, $seconds ] : ();
    } @titles;
}


sub make {
    my ($self, @files) = @_;

    $self->picture('cover.png', '300x300');
    make_path(map { dirname($self->path($_->[0])) } @files);
    $self->dsf($_->[0]) for grep { $_->[0] =~ /\.dsf$/ } @files;
    @files = grep { $_->[0] !~ /\.dsf$/ } @files;

    while (my @some = splice @files, 0, AT_ONCE) {
        my (@inputs, @outputs);

        for my $file (@some) {
            my $pitch = $self->{pitch} += 10;

            push @inputs, qw(-f lavfi -i),
                 "sine=frequency=$pitch:duration=$file->[2]";
            push @outputs, $self->output(@$file, @inputs / 4);
        }

        ffmpeg('-i', $self->path('cover.png'), @inputs, @outputs);
    }

    rename $self->path('cover.png'),
           $self->path('Summer Sampler 2019/Folder.PNG') or die "rename: $!";
}


sub output {
    my ($self, $name, $tag, undef, $input) = @_;
    my ($ext) = $name =~ /\.(\w+)$/;
    my %tag = %$tag;
    my @picture = delete $tag{picture}
        ? qw(-map 0:v -c:v copy -disposition:v attached_pic) : ();

    return (map({ ('-metadata', encode('UTF-8', "$_=$tag{$_}")) }
                sort keys %tag),
            '-map', "$input:a", @picture, @{ $OPTIONS{$ext} || [] },
            qw(-fflags +bitexact), 'file:' . $self->path($name));
}


sub ffmpeg {
    system('ffmpeg', qw(-nostdin -v error -y), @_) == 0
        or die "ffmpeg cannot make the library\n";
}


sub picture {
    my ($self, $name, $size) = @_;

    ffmpeg(qw(-f lavfi -i), "testsrc=s=$size", qw(-frames:v 1),
           'file:' . $self->path($name));
}


sub retag {
    my ($self, $name, %tag) = @_;

    $self->copy($name, $name, %tag);
}


# The same packets in another file, with its tags and these.

sub copy {
    my ($self, $from, $to, %tag) = @_;
    my ($ext) = $to =~ /(\.\w+)$/;
    my $draft = "$self->{folder}/.draft$ext";

    ffmpeg('-i', 'file:' . $self->path($from), qw(-map 0 -c copy),
           map({ ('-metadata', encode('UTF-8', "$_=$tag{$_}")) }
               sort keys %tag), qw(-fflags +bitexact), $draft);
    make_path(dirname($self->path($to)));
    rename $draft, $self->path($to) or die "rename: $!";
}


sub move {
    my ($self, $from, $to) = @_;

    make_path(dirname($self->path($to)));
    rename $self->path($from), $self->path($to) or die "rename: $!";
}


# One second of DSD, which ffmpeg reads and does not write.

sub dsf {
    my ($self, $name) = @_;
    my $data = "\x69\x96\x5a\xa5" x (4096 * 87 / 4);
    my $format = pack 'V V V V V V Q< V V', 1, 0, 1, 1, 2822400, 1,
                      8 * length $data, 4096, 0;
    my $chunks = 'fmt ' . pack('Q<', 12 + length $format) . $format
                 . 'data' . pack('Q<', 12 + length $data) . $data;

    Resonate::Test::spew($self->path($name),
        'DSD ' . pack('Q< Q< Q<', 28, 28 + length $chunks, 0) . $chunks);
}


# A recording on two albums, a lossy copy of a lossless track, a copy of a
# file, and what else there is twice.

sub copies {
    my ($self) = @_;
    my $drive = 'Motorcade/Night Drive';

    $self->copy("$drive/03 Tunnel.flac", 'Summer Sampler 2019/03 Tunnel.flac',
                album => 'Summer Sampler', album_artist => '',
                date => '2019-06-21');
    ffmpeg('-i', $self->path("$drive/02 Headlights.flac"), '-map', '0:a',
           $self->path("$drive/02 Headlights.mp3"));
    make_path($self->path('backup'));
    Resonate::Test::spew($self->path('backup/01 Ignition.flac'),
        Resonate::Test::slurp($self->path("$drive/01 Ignition.flac")));
}


# What is no music, or cannot be read.

sub mess {
    my ($self) = @_;
    my $whole = Resonate::Test::slurp(
        $self->path('Lemmon/Interludes/1 Interlude (1).flac'));
    my %file = (
        'Broken/half.flac' => substr($whole, 0, length($whole) / 2),
        'Broken/empty.mp3' => '',
        'Broken/noise.ogg' => join('', map { chr($_ * 7919 % 256) } 1 .. 5000),
        'Broken/page.m4a' => '<!DOCTYPE html><title>404</title>',
        'Broken/voice.amr' => '#!AMR',
        'Motorcade/Night Drive/._01 Ignition.flac' => "\0\5\x16\7",
        'Motorcade/Night Drive/all.m3u' => "01 Ignition.flac\n",
        'Motorcade/Night Drive/rip.log' => 'x',
        'Zoë & the Testers - First Light/01 - Morning.lrc' =>
            "\xef\xbb\xbf[00:00.50]Sun\r\n",
        'lost+found/secret.mp3' => 'x', '.DS_Store' => 'x',
        'read me.txt' => 'x',
    );

    for my $name (sort keys %file) {
        make_path(dirname($self->path($name)));
        Resonate::Test::spew($self->path($name), $file{$name});
    }

    symlink '/nowhere/at/all', $self->path('Broken/gone.wav');
    symlink '.', $self->path('loop');
    chmod 0, $self->path('lost+found');
}


1;
