package Resonate::Ticket;

# Tickets, made as media/resonate_ticket.h says, good or not.
#
#   key_file($bytes)            a file with a key, 32 times "k" by default
#   ticket(track => $uuid, sub => 'ann', ...)
#       iss, sub, proof         the demo issuer's listener; sub => undef: nobody
#       mode                    full (default), preview, download, release
#       expires                 in an hour
#       key                     32 times "k"
#   proof(iat => $time, iss => ..., jti => ..., sub => ..., client => ...,
#         sid => ...)
#   ticket_edge(%edge)          an edge with route /t/<id>: three seconds for
#                               callers, one for anybody else
#   ticket_route($pg)           that route, for a server of another edge
#   ticket_location($function, @options)   the same of another function
#   ticket_media()              what it plays
#   $TRACK, $OTHER              two that it has

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256 sha256);
use Exporter qw(import);
use MIME::Base64 qw(encode_base64url);
use Resonate::Stream qw(tone);

our @EXPORT = qw(key_file ticket proof ticket_edge ticket_route
                 ticket_location ticket_media $TRACK $OTHER);

our $TRACK = '0d6dd7a4-0000-4000-8000-000000000001';
our $OTHER = '0d6dd7a4-0000-4000-8000-000000000002';
our $ISSUER = 'https://demo.resonate.example';
my %MODES = (preview => 1, full => 2, download => 3, release => 4);
my %KINDS = (token => 0, jti => 1, sub => 2, client => 3, sid => 4);


sub key_file {
    my ($bytes) = @_;
    my $file = Resonate::Test::tempdir() . '/ticket.key';

    Resonate::Test::spew($file, $bytes // 'k' x 32);
    chmod 0600, $file;
    return $file;
}


sub ticket {
    my (%opt) = (sub => 'listener', mode => 'full', key => 'k' x 32,
                 expires => time + 3600, @_);
    my $body = "\xae\xcb\x76"
        . substr hmac_sha256('resonate ticket key', $opt{key}), 0, 1;
    my ($packed, @texts) = (0, '', '');

    if (defined $opt{sub}) {
        @texts = ($opt{sub}, $opt{proof} // proof(%opt{qw(sub iss)}));
        $packed = 0x80 if $texts[0] =~ s/^([\da-f]{8})-([\da-f]{4})-
            ([\da-f]{4})-([\da-f]{4})-([\da-f]{12})$
            /pack 'H*', "$1$2$3$4$5"/xe;
    }

    $body .= pack 'C N C2', ($MODES{$opt{mode}} // $opt{mode}) | $packed,
                  $opt{expires}, map { length } @texts;
    $body .= join '', @texts;
    $body .= "\0" x (-(length($body) + 16) % 3);

    my $track = pack 'H*', $opt{track} =~ tr/-//dr;

    return encode_base64url($body . substr hmac_sha256($body . $track,
                                                       $opt{key}), 0, 16);
}


# what ngx_resonate_auth keeps of a token

sub proof {
    my (%opt) = @_;
    my $iss = delete $opt{iss} // $ISSUER;
    my $issued = delete $opt{iat} // time;
    my @names = sort { $KINDS{$a} % 4 <=> $KINDS{$b} % 4 } keys %opt;
    my $narrow = grep { $_ ne 'sub' && $_ ne 'client' } @names;

    return join '', pack('C a4 C N', 0x20 | $narrow, sha256($iss), 0, $issued),
        map { substr sha256(pack('Q< Q<', $KINDS{$_}, length $iss)
                            . "$iss$opt{$_}"), 0, 8 } @names;
}


sub ticket_edge {
    my (%opt) = (key => key_file(), media => ticket_media(), @_);
    my $pg = $opt{pg} ||= Resonate::Pg->new;

    return Resonate::Edge->new(
        auth => 1, %opt,
        http   => "resonate_ticket_key $opt{key}; " . ($opt{http} // ''),
        server => ticket_route($pg)
                  . 'location = /status { resonate_status; }'
                  . ($opt{server} // ''));
}


sub ticket_media {
    my $dir = Resonate::Test::tempdir();

    tone($dir, 'a.m4a', 3);
    return $dir;
}


sub ticket_route {
    my ($pg) = @_;

    $pg->psql(<<'END');
CREATE FUNCTION v3.test_stream(id uuid, caller uuid)
RETURNS resonate.reply LANGUAGE sql STABLE AS $$
    SELECT (200, format('{"track":"%s","mode":"%s","previewMs":1000,'
                        '"file":"a.m4a"}', id,
                        CASE WHEN caller IS NULL THEN 'preview'
                             ELSE 'full' END),
            '{}')::resonate.reply $$;
GRANT EXECUTE ON FUNCTION v3.test_stream(uuid, uuid) TO resonate_edge;
END

    return ticket_location('v3.test_stream');
}


sub ticket_location {
    my ($function, @options) = @_;

    return <<"END";
location /t/ {
    resonate_auth optional;
    resonate_route GET /<id:uuid> $function caller reply=audio @options;
    resonate_route POST /<id:uuid>/ticket $function caller safe reply=ticket;
}
END
}


1;
