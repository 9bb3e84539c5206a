# bin/resonate-token: keys of its own, and tokens that the edge takes.

use lib 't/lib';
use Resonate::Test;
use JSON::PP ();
use MIME::Base64 qw(decode_base64url);

my $tool = "$Resonate::Test::ROOT/bin/resonate-token";
my $keys = tempdir() . '/run/keys';

sub run {
    my (@args) = @_;
    open my $out, '-|', $tool, '--keys', $keys, @args or die "$tool: $!";
    my @lines = <$out>;
    close $out;
    chomp @lines;
    return @lines;
}

sub part {
    my ($token, $n) = @_;
    return JSON::PP::decode_json(decode_base64url((split /\./, $token)[$n]));
}

sub fails {
    my (@args) = @_;
    my $text = `'$tool' --keys '$keys' @args 2>&1`;
    return $? ? $text : undef;
}

my $token = (run())[-1];
my $private = slurp("$keys/private.pem");
my $jwks = JSON::PP::decode_json(slurp("$keys/jwks.json"));

is((stat "$keys/private.pem")[2] & 07777, 0600, 'the key is private');
unlike(slurp("$keys/jwks.json"), qr/"d"/, 'the set is public');
is_deeply(part($token, 0), { alg => 'ES256', typ => 'JWT',
                             kid => $jwks->{keys}[0]{kid} }, 'header');

my $claims = part($token, 1);
cmp_ok(abs($claims->{iat} - time), '<', 60, 'iat is now');
is($claims->{exp} - $claims->{iat}, 3600, 'one hour by default');
is($claims->{sub}, 'listener', 'the demo listener by default');
is($claims->{scope}, 'stream plays profile', 'all that a player needs');

for my $row ([ 30 => 30 ], [ '10m' => 600 ], [ '2h' => 7200 ],
             [ '1d' => 86400 ])
{
    my $c = part((run('--ttl', $row->[0]))[-1], 1);
    is($c->{exp} - $c->{iat}, $row->[1], "--ttl $row->[0]");
}

$claims = part((run('--user', 'Zoë', '--scope', '', '--issuer', 'urn:x',
                    '--audience', 'b'))[-1], 1);
is($claims->{sub}, "Zo\x{eb}", '--user');
is($claims->{scope}, undef, '--scope');
is("$claims->{iss} $claims->{aud}", 'urn:x b', '--issuer, --audience');

is(slurp("$keys/private.pem"), $private, 'the key stays');

unlink "$keys/jwks.json" or die;
run();
is_deeply(JSON::PP::decode_json(slurp("$keys/jwks.json")), $jwks,
          'a lost set is made again from the key');

like(fails('--ttl 0'), qr/bad --ttl "0"/, 'no ttl of 0');
like(fails('--ttl 1y'), qr/bad --ttl "1y"/, 'no other unit');
like(fails("--user ''"), qr/--user must have 1 to 255 bytes/, 'no empty user');
like(fails('surplus'), qr/unexpected argument "surplus"/, 'no surplus');
like(fails('--nonsense'), qr/nonsense/, 'no unknown option');

chmod 0644, "$keys/private.pem";
like(fails(), qr/private\.pem must have mode 0600/, 'no open key');
chmod 0600, "$keys/private.pem";

my $edge = Resonate::Edge->new(
    modules => [qw(core auth)],
    http    => 'resonate_issuer https://demo.resonate.example '
               . "jwks=$keys/jwks.json audience=resonate;",
    server  => <<'END');
location / { resonate_auth required; try_files /none @said; }
location @said { resonate_auth optional; return 200 $resonate_user; }
END

# Every 128th signature has a short r or s.  These are of the program, because
# the script has make look each time whether it is up to date.

my $script = $tool;
$tool = "$Resonate::Test::ROOT/build/resonate-token";

my $http = $edge->client;
my $bad = grep { $http->request('GET', '/', token => (run())[-1])->{status}
                 != 200 } 1 .. 300;
is($bad, 0, 'the edge takes 300 of 300');
$tool = $script;

# several at once, all starting without keys

unlink "$keys/private.pem", "$keys/jwks.json";
my @at_once = map { open my $out, '-|', $tool, '--keys', $keys or die; $out }
              1 .. 6;
my @tokens = map { my @l = <$_>; close $_; $l[-1] } @at_once;
chomp @tokens;
is(scalar(grep { part($_, 0)->{kid} eq part($tokens[0], 0)->{kid} } @tokens),
   6, 'six first starts agree on one key');
is_deeply([ sort map { m{([^/]+)$} } glob "$keys/*" ],
          [ 'jwks.json', 'private.pem' ], 'and leave no drafts');

done_testing();
