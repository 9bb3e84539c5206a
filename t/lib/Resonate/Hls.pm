package Resonate::Hls;

# HLS through an edge whose SQL says what a test wants.
#
#   my $edge = hls_edge(%edge)          routes below /hls/<id>, with tickets
#   hls_routes($pg, $more)              those routes, for a server of another
#                                       edge, with more in their location
#   decide($edge, $id, { file => 'a.m4a', mode => 'full', ... })
#   playlist($res)      { target, init, urls => [...], seconds => [...] }
#   made($file, $segment_ms, $limit_ms)
#                       { init, segments => [...] }, as the pure code makes it
#   hls_tool()          t/unit/tool_hls, which writes that, made if need be
#   $ID                 a track

use strict;
use warnings;

use Exporter qw(import);
use JSON::PP ();
use Resonate::Ticket;

our @EXPORT = qw(hls_edge hls_routes decide playlist made hls_tool $ID);

our $ID = '0d6dd7a4-0000-4000-8000-0000000000aa';


sub hls_edge {
    my (%opt) = @_;
    my $pg = $opt{pg} ||= Resonate::Pg->new;
    my $http = 'sendfile on; resonate_ticket_key ' . key_file() . '; '
               . ($opt{http} // '');

    return Resonate::Edge->new(
        auth => 1, %opt, http => $http,
        server => hls_routes($pg) . 'location = /status { resonate_status; }');
}


sub hls_routes {
    my ($pg, $more) = (@_, '');

    $pg->psql(<<'END');
CREATE TABLE IF NOT EXISTS public.decided (id uuid PRIMARY KEY, body text);
CREATE OR REPLACE FUNCTION v3.test_hls(id uuid, caller uuid DEFAULT NULL)
RETURNS resonate.reply LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT (200, body, '{}')::resonate.reply
    FROM public.decided d WHERE d.id = $1 $$;
GRANT EXECUTE ON FUNCTION v3.test_hls(uuid, uuid) TO resonate_edge;
END

    return <<"END";
location /hls/ {
    $more
    resonate_auth optional;
    resonate_route GET /<id:uuid>/playlist.m3u8 v3.test_hls caller
        reply=hls_playlist ?quality:enum(64|128|256|opus|lossless);
    resonate_route GET /<id:uuid>/master.m3u8 v3.test_hls caller
        reply=hls_master;
    resonate_route GET /<id:uuid>/init.mp4 v3.test_hls caller
        reply=hls_init ?quality:enum(64|128|256|opus|lossless)
        ?v:text(1..32);
    resonate_route GET /<id:uuid>/segments/<n:int(0..99999)>.m4s v3.test_hls
        caller reply=hls_segment ?quality:enum(64|128|256|opus|lossless)
        ?v:text(1..32);
    resonate_route GET /<id:uuid>/delivered v3.test_hls access=user
        reply=delivered;
}
END
}


sub decide {
    my ($edge, $id, $decision) = @_;
    my $body = JSON::PP->new->canonical->encode({ track => $id, %$decision });

    $edge->{opt}{pg}->psql(
        "INSERT INTO public.decided VALUES ('$id', '$body') "
        . 'ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body');
}


sub playlist {
    my ($res) = @_;
    my $text = $res->{content};

    return {
        target  => $text =~ /^#EXT-X-TARGETDURATION:(\d+)$/m,
        init    => $text =~ /^#EXT-X-MAP:URI="([^"]*)"$/m,
        urls    => [ $text =~ /^([^#\n].*)$/mg ],
        seconds => [ $text =~ /^#EXTINF:([\d.]+),$/mg ],
    };
}


sub made {
    my ($file, $segment_ms, $limit_ms) = @_;
    my $dir = Resonate::Test::tempdir();
    my $tool = hls_tool();
    my $said = `ASAN_OPTIONS=detect_leaks=0 $tool $file $dir $segment_ms \\
                $limit_ms 2>&1`;

    die "$tool: $said" if $?;

    my $n = () = glob "$dir/segments/*";

    return { init => Resonate::Test::slurp("$dir/init.mp4"),
             segments => [ map { Resonate::Test::slurp(
                                     "$dir/segments/$_.m4s") } 0 .. $n - 1 ] };
}


sub hls_tool {
    my $build = $Resonate::Test::BUILD;
    my $tool = "$build/unit/tool_hls";

    # tests run side by side, and one of them makes it

    my $said = `mkdir -p $build/unit && flock $build/unit/.tool \\
                make -s -C $Resonate::Test::ROOT BUILD=$build $tool 2>&1`;

    die "make $tool: $said" if $?;
    return $tool;
}


1;
