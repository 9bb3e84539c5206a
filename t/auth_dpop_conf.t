# What nginx -t says to the directives of DPoP and of bound certificates.

use lib 't/lib';
use Resonate::Test;

my $dir = tempdir();

spew("$dir/$_->[0]", $_->[1]) for [ key => 'k' x 32 ], [ open => 'k' x 32 ],
                                  [ short => 'k' x 31 ];
chmod 0600, "$dir/key", "$dir/short";

my $time = 'it must be a time';
my $origin = 'it must be http[s]://host[:port]';

for (
    [ '' ],
    [ 'resonate_dpop off;' ],
    [ 'resonate_dpop on;' ],
    [ 'resonate_dpop required;' ],
    [ 'resonate_dpop maybe;', 'invalid value "maybe"' ],
    [ 'resonate_dpop on; resonate_dpop on;', 'is duplicate' ],

    [ 'resonate_dpop_algorithms ES256 EdDSA;' ],
    [ 'resonate_dpop_algorithms none;', 'unsupported algorithm "none"' ],
    [ 'resonate_dpop_algorithms HS256;', 'unsupported algorithm "HS256"' ],
    [ 'resonate_dpop_algorithms ES256 ES256;',
      'duplicate algorithm "ES256"' ],
    [ 'resonate_dpop_algorithms ES256; resonate_dpop_algorithms ES384;',
      'is duplicate' ],

    [ 'resonate_dpop_nonce off;' ],
    [ 'resonate_dpop_nonce auto;' ],
    [ 'resonate_dpop_nonce auto lifetime=10s;' ],
    [ "resonate_dpop_nonce $dir/key lifetime=1d;" ],
    [ "resonate_dpop_nonce $dir/open;", 'mode 0644, group and others' ],
    [ "resonate_dpop_nonce $dir/short;", 'must have 32 to 1024 bytes' ],
    [ "resonate_dpop_nonce $dir/none;", 'No such file' ],
    [ 'resonate_dpop_nonce auto lifetime=9s;', "$time between 10s and 1d" ],
    [ 'resonate_dpop_nonce auto lifetime=2d;', "$time between 10s and 1d" ],
    [ 'resonate_dpop_nonce auto; resonate_dpop_nonce off;', 'is duplicate' ],

    [ 'resonate_dpop_origin https://a.example http://b.example:8080/;' ],
    [ 'resonate_dpop_origin a.example;', $origin ],
    [ 'resonate_dpop_origin https://a.example/b;', $origin ],
    [ 'resonate_dpop_origin https://a.example/?b;', $origin ],
    [ 'resonate_dpop_origin https://a.example https://a.example:x;',
      $origin ],
    [ 'resonate_dpop_origin http://a; resonate_dpop_origin http://b;',
      'is duplicate' ],

    [ 'resonate_dpop on; resonate_dpop_replay size=64k;' ],
    [ 'resonate_dpop_replay size=63k;', 'it must be a size of at least 64k' ],
    [ 'resonate_dpop_replay database=;',
      'it must be the name of a "resonate_pg"' ],
    [ 'resonate_dpop on; resonate_dpop_replay database=none;',
      'needs "resonate_pg none"' ],
    [ 'resonate_dpop_replay size=1m; resonate_dpop_replay size=1m;',
      'is duplicate' ],

    [ 'resonate_dpop_window past=1s ahead=0;' ],
    [ 'resonate_dpop_window past=0;', "$time between 1s and 600s" ],
    [ 'resonate_dpop_window past=601s;', "$time between 1s and 600s" ],
    [ 'resonate_dpop_window ahead=601s;', "$time of at most 600s" ],
    [ 'resonate_dpop_window past=1s; resonate_dpop_window past=1s;',
      'is duplicate' ],

    [ 'resonate_mtls_certificate $http_client_cert;' ],
    [ 'resonate_mtls_certificate $unknown_one;', 'unknown "unknown_one"' ],
    [ 'resonate_mtls_certificate a; resonate_mtls_certificate b;',
      'is duplicate' ],
) {
    my ($http, $error) = @$_;
    my ($ok, $output) = conf_test(auth => 1, modules => [qw(core auth)],
                                  http => $http);

    ok !$ok == !!$error, $http || 'none';
    like $output, qr/\Q$error\E/, "... $error" if $error;
}

done_testing;
