package Resonate::Stream;

# An edge whose SQL says what a test wants it to say about a stream.
#
#   my $edge = stream_edge(media => $dir, http => '...');
#   my $res = audio($edge, { file => 'a.m4a', mode => 'full' }, range => '0-1',
#                   if_range => $etag, method => 'HEAD', headers => {});
#   my $res = audio($edge, 'any text as the decision');
#   parts($res)     of multipart/byteranges: [ first, last, size, bytes ], ..
#   counter($edge, 'resonate_streams_full_total')
#   tone($dir, 'a.m4a', 60, @ffmpeg)      a stored file of 60 s

use strict;
use warnings;

use Exporter qw(import);
use JSON::PP ();
use Resonate::Test ();

our @EXPORT = qw(stream_edge audio_path audio parts counter tone);

my $JSON = JSON::PP->new->canonical;


sub stream_edge {
    my (%opt) = @_;
    my $pg = $opt{pg} ||= Resonate::Pg->new;

    $pg->psql(<<'EOF');
CREATE OR REPLACE FUNCTION v3.test_audio(decision text)
RETURNS resonate.reply LANGUAGE sql STABLE AS $$
    SELECT (200, decision, '{}')::resonate.reply $$;
GRANT EXECUTE ON FUNCTION v3.test_audio(text) TO resonate_edge;
EOF

    my $server = delete $opt{server} // '';
    $opt{http} = 'sendfile on; ' . ($opt{http} // '');

    return Resonate::Edge->new(%opt, server => <<"EOF");
location /test/ {
    resonate_route GET /audio v3.test_audio ?decision:text(1..8000)!
        reply=audio;
}
location = /status { resonate_status; }
$server
EOF
}


sub audio_path {
    my ($decision) = @_;
    my $text = ref $decision ? $JSON->encode($decision) : $decision;

    $text =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;

    return "/test/audio?decision=$text";
}


sub audio {
    my ($edge, $decision, %opt) = @_;
    my %headers = %{$opt{headers} || {}};

    $headers{Range} = "bytes=$opt{range}" if defined $opt{range};
    $headers{'If-Range'} = $opt{if_range} if defined $opt{if_range};

    return $edge->request($opt{method} || 'GET', audio_path($decision),
                          headers => \%headers);
}


# strict: a delimiter, two header lines, as many bytes as they say

sub parts {
    my ($res) = @_;
    my ($boundary) = $res->{headers}{'content-type'}
        =~ m{^multipart/byteranges; boundary=(\d+)$} or die "no parts\n";
    my $rest = $res->{content};
    my @parts;

    while ($rest =~ s{^\r\n--$boundary\r\nContent-Type:\ audio/mp4\r\n
                      Content-Range:\ bytes\ (\d+)-(\d+)/(\d+)\r\n\r\n}{}x) {
        push @parts, [ $1, $2, $3, substr $rest, 0, $2 - $1 + 1, '' ];
    }

    die "bad end of parts\n" if $rest ne "\r\n--$boundary--\r\n";
    return @parts;
}


sub counter {
    my ($edge, $name) = @_;

    return $edge->get('/status')->{content} =~ /^$name (\d+)$/m ? $1 : undef;
}


sub tone {
    my ($dir, $name, $seconds, @more) = @_;
    my $file = "$dir/$name";

    Resonate::Pg::run(qw(ffmpeg -nostdin -v error -y -f lavfi -i),
        "sine=frequency=440:sample_rate=48000:duration=$seconds",
        qw(-ac 2 -c:a aac -b:a 128k),
        @more ? @more : qw(-movflags +faststart), '-f', 'mp4', $file);

    return $file;
}


1;
