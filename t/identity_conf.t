# What nginx -t says to the directives about passing identity on.

use lib 't/lib';
use Resonate::Test;

my $dir = tempdir();

system "umask 077; openssl genpkey -algorithm ed25519 -out $dir/first.pem"
    and die;
spew("$dir/open.pem", slurp("$dir/first.pem"));
spew("$dir/rsa.pem", Resonate::Token::private('rs256'));
chmod 0640, "$dir/open.pem";
chmod 0600, "$dir/rsa.pem";

my $key = "resonate_identity_key $dir";
my $issuer = 'resonate_identity_issuer https://e.example';

for my $row (
    [ "$key/first.pem; $issuer;", undef ],
    [ "$key/first.pem;",
      '"resonate_identity_key" needs a "resonate_identity_issuer"' ],
    [ "$issuer;",
      '"resonate_identity_issuer" needs a "resonate_identity_key"' ],
    [ 'server { location / { resonate_identity_jwks; } }',
      '"resonate_identity_jwks" needs a "resonate_identity_key"' ],
    [ "$key/first.pem; $key/first.pem; $issuer;",
      qq(duplicate key "$dir/first.pem") ],
    [ "$key/open.pem; $issuer;", qq("$dir/open.pem" of )
      . '"resonate_identity_key" has mode 0640, group and others must have '
      . 'no access' ],
    [ "$key/rsa.pem; $issuer;",
      qq(bad key "$dir/rsa.pem": not a key of P-256 or Ed25519) ],
    [ "$issuer; $issuer;",
      '"resonate_identity_issuer" directive is duplicate' ],
    [ 'resonate_identity_issuer "";',
      '"resonate_identity_issuer" directive must not be empty' ],
    [ "$issuer lifetime=9s;",
      'invalid parameter "lifetime=9s" in "resonate_identity_issuer" '
      . 'directive, it must be a time from 10s to 1h' ],
    [ 'resonate_identity_audience a; resonate_identity_audience b;',
      '"resonate_identity_audience" directive is duplicate' ],
    [ 'server { location / { resonate_identity_jwks;
                             resonate_identity_jwks; } }',
      '"resonate_identity_jwks" directive is duplicate' ],
) {
    my ($http, $expected) = @$row;
    my $why = Resonate::Edge->conf_fails(http => $http,
                                         modules => [qw(core auth)]);
    $why =~ s/ in \S+:\d+$// if defined $why;
    is $why, $expected, $http =~ s/\Q$dir\E/../gr;
}

done_testing();
