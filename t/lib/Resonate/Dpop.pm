package Resonate::Dpop;

# Clients that have a key, their bound tokens and proofs (RFC 9449).
#
#   my $client = Resonate::Dpop->new($kind)     es256 (default), eddsa, rs256
#   $client->jkt                                its key's thumbprint
#   $client->token(%claims)                     a token that is bound to it
#   $client->proof(htm => 'GET', htu => $url, token => $token, %more)
#                                               any claim, undef leaves it
#                                               out; _header as in token()
#   $client->headers(%as_proof)                 Authorization and DPoP

use strict;
use warnings;

use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use Digest::SHA qw(sha256);
use MIME::Base64 qw(encode_base64url);
use Resonate::Forge ();
use Resonate::Token;

my %KIND = (
    es256 => [ ES256 => sub { Crypt::PK::ECC->new->generate_key('secp256r1') },
               sub { $_[0]->sign_message_rfc7518($_[1], 'SHA256') } ],
    eddsa => [ EdDSA => sub { Crypt::PK::Ed25519->new->generate_key },
               sub { $_[0]->sign_message($_[1]) } ],
    rs256 => [ RS256 => sub { Crypt::PK::RSA->new->generate_key(256, 65537) },
               sub { $_[0]->sign_message($_[1], 'SHA256', 'v1.5') } ],
);

my $count = 0;


sub new {
    my ($class, $kind) = @_;

    my ($alg, $make, $sign) = @{$KIND{$kind || 'es256'}};
    my $key = $make->();

    my $jwk = $key->export_key_jwk('public', 1);

    return bless { alg => $alg, key => $key, sign => $sign, jwk => $jwk,
                   jkt => thumbprint($jwk) }, $class;
}


# RFC 7638

sub thumbprint {
    my ($jwk) = @_;

    my %named = map { exists $jwk->{$_} ? ($_ => $jwk->{$_}) : () }
                    qw(kty crv x y n e);

    return encode_base64url(sha256(Resonate::Forge::text(\%named)));
}


sub jkt { return $_[0]{jkt} }

sub token {
    my ($self, %claims) = @_;

    return Resonate::Token::token(cnf => { jkt => $self->{jkt} }, %claims);
}


sub proof {
    my ($self, %claims) = @_;

    my $header = delete $claims{_header} || {};
    my $token = delete $claims{token} // '';

    %claims = (jti => join('-', $$, ++$count), iat => time,
               ath => encode_base64url(sha256($token)), %claims);
    my %header = (typ => 'dpop+jwt', alg => $self->{alg},
                  jwk => $self->{jwk}, %$header);

    delete $claims{$_} for grep { !defined $claims{$_} } keys %claims;
    delete $header{$_} for grep { !defined $header{$_} } keys %header;

    return Resonate::Forge::forge(\%header, \%claims,
                                  sub { $self->{sign}->($self->{key}, $_[0]) });
}


sub headers {
    my ($self, %claims) = @_;

    return (Authorization => "DPoP $claims{token}",
            DPoP => $self->proof(%claims));
}


1;
