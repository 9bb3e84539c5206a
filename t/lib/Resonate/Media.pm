package Resonate::Media;

# A media tree of the stored form, made once: tones, AAC in MP4.
#
#   media()                     its root, for resonate_media
#   Resonate::Media::files()    { long => { sha256, path, bytes, duration_ms },
#                                 short => ... }

use strict;
use warnings;

use Digest::SHA;
use JSON::PP ();

my %SECONDS = (long => 90, short => 20);


sub root { return Resonate::Test::store('media', \&make) }

sub files {
    return JSON::PP::decode_json(Resonate::Test::slurp(root()
                                                       . '/files.json'));
}


sub make {
    my ($draft) = @_;
    my %files;

    mkdir "$draft/audio" or die "mkdir: $!";

    for my $name (sort keys %SECONDS) {
        my $source = "sine=frequency=440:sample_rate=48000:"
                     . "duration=$SECONDS{$name}";

        Resonate::Pg::run(qw(ffmpeg -nostdin -v error -f lavfi -i), $source,
            qw(-ac 2 -c:a aac -b:a 128k -map_metadata -1 -fflags +bitexact
               -movflags +faststart -f mp4), "$draft/new");

        my $sha = Digest::SHA->new(256)->addfile("$draft/new", 'b')
                             ->hexdigest;
        my $folder = 'audio/' . substr $sha, 0, 2;
        mkdir "$draft/$folder";
        rename "$draft/new", "$draft/$folder/$sha.m4a" or die "rename: $!";

        $files{$name} = { sha256 => $sha, path => "$folder/$sha.m4a",
                          bytes => -s "$draft/$folder/$sha.m4a",
                          duration_ms => $SECONDS{$name} * 1000 };
    }

    Resonate::Test::spew("$draft/files.json",
                         JSON::PP->new->canonical->encode(\%files));
}


1;
