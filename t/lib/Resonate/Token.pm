package Resonate::Token;

# Tokens signed by the suite's own keys.
#
#   token()                            the demo issuer's listener, one hour
#   token(sub => 'x', scope => 'a b')  any claim; undef leaves it out
#   token(_key => 'rs256')             es256 (default), rs256, ps256, eddsa
#   token(_header => { kid => 'x' })   header fields; undef leaves one out
#   token(_hmac => $secret)            HS256, without a kid
#   Resonate::Token::jwks()            the file with the public keys
#   Resonate::Token::private('es256')  the private key, PEM

use strict;
use warnings;

use Crypt::JWT qw(encode_jwt);
use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use JSON::PP ();

our $now;       # where a test's clock stands still, see Resonate::Clock

my %ALG = (es256 => 'ES256', rs256 => 'RS256', ps256 => 'PS256',
           eddsa => 'EdDSA');


sub token {
    my (%claims) = @_;

    my $key = delete $claims{_key} || 'es256';
    my $header = delete $claims{_header} || {};
    my $hmac = delete $claims{_hmac};

    $header = { kid => undef, alg => 'HS256', %$header } if $hmac;
    my $iat = $now // time;

    %claims = (iss => 'https://demo.resonate.example', aud => 'resonate',
               sub => 'listener', scope => 'stream plays profile',
               iat => $iat, exp => $iat + 3600, %claims);
    my %header = (typ => 'JWT', kid => $key, %$header);

    delete $claims{$_} for grep { !defined $claims{$_} } keys %claims;
    delete $header{$_} for grep { !defined $header{$_} } keys %header;

    return encode_jwt(payload => JSON::PP->new->canonical->utf8
                                         ->encode(\%claims),
                      alg => $header{alg} || $ALG{$key},
                      key => $hmac // key($key), extra_headers => \%header);
}


sub dir     { return Resonate::Test::store('keys', \&make) }
sub jwks    { return dir() . '/jwks.json' }
sub private { return Resonate::Test::slurp(dir() . "/$_[0].pem") }


my %key;

sub key {
    my ($name) = @_;

    return $key{$name} ||= do {
        my $pem = private($name);
        $name eq 'es256'   ? Crypt::PK::ECC->new(\$pem)
        : $name eq 'eddsa' ? Crypt::PK::Ed25519->new(\$pem)
        :                    Crypt::PK::RSA->new(\$pem);
    };
}


sub make {
    my ($dir) = @_;
    my @keys;

    my %new = (
        es256 => Crypt::PK::ECC->new->generate_key('secp256r1'),
        rs256 => Crypt::PK::RSA->new->generate_key(256, 65537),
        ps256 => Crypt::PK::RSA->new->generate_key(256, 65537),
        eddsa => Crypt::PK::Ed25519->new->generate_key,
    );

    for my $name (sort keys %new) {
        my $file = "$dir/$name.pem";
        Resonate::Test::spew($file, $new{$name}->export_key_pem('private'));
        chmod 0600, $file or die "chmod $file: $!";

        push @keys, { %{$new{$name}->export_key_jwk('public', 1)},
                      kid => $name, use => 'sig', alg => $ALG{$name} };
    }

    Resonate::Test::spew("$dir/jwks.json",
        JSON::PP->new->canonical->pretty->encode({ keys => \@keys }));
}


1;
