package Resonate::Topup;

# Signed top-ups.
#
#   topup_edge(pg => $pg, ...)           an edge with POST /dev/topup
#   topup($edge, $body, %opt)            one delivery; the body is JSON text
#                                        or { account, amount, key }
#   signature($body, %opt)               the header's value; time, secret
#   secret_file($bytes, $mode)           a new file

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use Exporter qw(import);
use JSON::PP ();
use Resonate::Edge;

our @EXPORT = qw(topup_edge topup signature secret_file topup_body);
our $SECRET = 'what the suite signs its webhooks with';


sub topup_edge {
    my (%opt) = @_;

    my $file = secret_file("$SECRET\n");
    my $http = delete $opt{http} // '';
    my $server = delete $opt{server} // '';

    return Resonate::Edge->new(
        http   => "resonate_topup_secret $file;\n$http",
        server => "location = /dev/topup { resonate_topup; }\n"
                  . "location = /status { resonate_status; }\n$server",
        pg_topup => 'connections=1',
        %opt,
    );
}


sub secret_file {
    my ($bytes, $mode) = @_;

    my $file = Resonate::Test::tempdir() . '/secret';
    Resonate::Test::spew($file, $bytes);
    chmod $mode // 0600, $file or die "chmod $file: $!";
    return $file;
}


sub topup_body {
    my ($body) = @_;

    return ref $body ? JSON::PP->new->utf8->canonical->encode($body) : $body;
}


sub signature {
    my ($body, %opt) = @_;

    my $time = $opt{time} // time;
    return "t=$time,v1=" . hmac_sha256_hex("$time.$body",
                                           $opt{secret} // $SECRET);
}


sub topup {
    my ($edge, $body, %opt) = @_;

    $body = topup_body($body);
    my $headers = { 'Resonate-Signature' => signature($body),
                    %{$opt{headers} || {}} };
    return $edge->post($opt{path} // '/dev/topup', $body,
                       headers => $headers);
}


1;
