package Resonate::Forge;

# Tokens as no honest issuer makes them, signed by the suite's keys.
#
#   forge($header, $payload, $key)     each a hash, or JSON text as it is;
#                                      $key es256 (default), rs256, ps256,
#                                      eddsa, or code: $input -> signature
#   claims(%more), header($key, %more) hashes to start from
#   refused($edge, @rows)              each row [name, token, reason]: 401
#                                      on /required, with the reason

use strict;
use warnings;

use Exporter qw(import);
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use Resonate::Token;
use Test::More ();

our @EXPORT = qw(forge claims header refused encode_base64url);

my %SIGN = (
    es256 => sub { $_[0]->sign_message_rfc7518($_[1], 'SHA256') },
    rs256 => sub { $_[0]->sign_message($_[1], 'SHA256', 'v1.5') },
    ps256 => sub { $_[0]->sign_message($_[1], 'SHA256', 'pss', 32) },
    eddsa => sub { $_[0]->sign_message($_[1]) },
);

my %ALG = (es256 => 'ES256', rs256 => 'RS256', ps256 => 'PS256',
           eddsa => 'EdDSA');


sub claims {
    my (%more) = @_;

    my %claims = (iss => 'https://demo.resonate.example', aud => 'resonate',
                  sub => 'listener', exp => time + 3600, %more);

    delete $claims{$_} for grep { !defined $claims{$_} } keys %claims;
    return \%claims;
}


sub header {
    my ($key, %more) = @_;

    my %header = (alg => $ALG{$key}, kid => $key, %more);

    delete $header{$_} for grep { !defined $header{$_} } keys %header;
    return \%header;
}


sub forge {
    my ($header, $payload, $key) = @_;

    $key ||= 'es256';
    my $sign = ref $key ? $key
               : sub { $SIGN{$key}->(Resonate::Token::key($key), $_[0]) };

    my $input = join '.', map { encode_base64url(ref $_ ? text($_) : $_) }
                              $header, $payload;

    return "$input." . encode_base64url($sign->($input));
}


sub text { return JSON::PP->new->canonical->utf8->encode($_[0]) }


sub refused {
    my ($edge, @rows) = @_;

    for my $row (@rows) {
        my ($name, $token, $reason) = @$row;
        my $res = $edge->get('/required', token => $token);

        Test::More::is("$res->{status} "
                       . ($res->{headers}{'www-authenticate'} // ''),
                       '401 Bearer realm="resonate", error="invalid_token", '
                       . qq(error_description="The token $reason"), $name);
    }
}


1;
