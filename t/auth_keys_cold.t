# Without keys yet: who waits, who is refused, and how discovery finds them.

use lib 't/lib';
use Resonate::Test;
use Resonate::Keys;
use Resonate::Provider;

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $provider = Resonate::Provider->new;
my $origin = $provider->issuer;
my $set = slurp(Resonate::Token::jwks());
my $n = 0;

sub fresh { return token(iss => shift, sub => 'p' . ++$n, @_) }
sub serve { $provider->script($_[0], { body => $_[1], headers =>
                { 'content-type' => 'application/json' } }) }

sub document {
    my ($issuer, %more) = @_;
    return JSON::PP::encode_json({ issuer => $issuer,
                                   jwks_uri => "$origin/set", %more });
}


# the server is down when the edge starts

$provider->script('/on', 'error');
$provider->script('/off', 'error');

my $edge = Resonate::Edge->new(
    log    => 'info',
    http   => keys_of($provider, "jwks_uri $origin/on required=on timeout=1s "
                                 . 'interval=3s', iss => 'https://on')
              . keys_of($provider, "jwks_uri $origin/off interval=3s",
                        iss => 'https://off')
              . fetch_from($provider),
    server => keys_location() . 'location = /any { resonate_auth optional;
        try_files /none @said; }');

sub ask { return $edge->get('/', token => fresh(@_))->{status} }

for (
    [ on  => 503, 'there are none: 503' ],
    [ off => 401, 'there are none: its tokens are refused' ],
) {
    my ($name, $status, $said) = @$_;
    my $iss = "https://$name";

    wait_for { $provider->count("/$name") } 10, 'a fetch';

    my $res = $edge->get('/', token => fresh($iss));
    is $res->{status}, $status, "no keys, required=$name: $status";
    is $res->{headers}{'retry-after'}, $status == 503 ? 1 : undef,
        '... come again';
    ok wait_for { $edge->log =~ /\[error\].*"$iss" were not fetched: .*$said/ },
        '... logged';
    is key_metric($edge, $iss, 's'), 0, '... no keys';
    is key_metric($edge, $iss, 's_age_seconds'), undef, '... of no age';

    serve("/$name", $set);
    wait_for { ask($iss) == 200 } 10, 'the keys';
    ok wait_for { $edge->log =~ /\[notice\].*"$iss" were fetched again/ },
        '... are told';
}

is $edge->get('/any', token => fresh('https://none'))->{status}, 200,
    'another issuer has nothing to wait for';


# the first requests wait for the first fetch, however it ends

for (
    [ 'a set',     '{}', 200, '20s' ],
    [ 'no answer', 'hang', 503, '500ms' ],
) {
    my ($name, $script, $status, $timeout) = @$_;

    serve('/first', $set) if $script eq '{}';
    $provider->script('/first', 'hang') if $script eq 'hang';
    $edge->reload(http => keys_of($provider, "jwks_uri $origin/first "
        . "required=on timeout=$timeout max=${\ (3600 + ++$n)}s",
        iss => "https://first.$n") . fetch_from($provider));

    my $res = $edge->get('/', token => fresh("https://first.$n"));
    is $res->{status}, $status, "the first request, $name: $status";
}


# discovery

my @rows = (
    # issuer, the line, path of the document, what it says, status, log
    [ $origin, 'on', '/.well-known/openid-configuration',
      document($origin), 200 ],
    [ "$origin/", 'on', '/.well-known/openid-configuration',
      document("$origin/"), 200 ],
    [ "$origin/realm/a", 'on', '/realm/a/.well-known/openid-configuration',
      document("$origin/realm/a"), 200 ],
    [ "$origin/realm/a", 'on oauth',
      '/.well-known/oauth-authorization-server/realm/a',
      document("$origin/realm/a"), 200 ],
    [ $origin, 'on oauth', '/.well-known/oauth-authorization-server',
      document($origin), 200 ],
    [ $origin, 'on', '/.well-known/openid-configuration',
      document("$origin/"), 401, 'discovery document: another "issuer"' ],
    [ $origin, 'on', '/.well-known/openid-configuration',
      document($origin, jwks_uri => 'https://evil.example/set'), 401,
      'no "fetch" leads to the "jwks_uri" "https://evil.example/set"' ],
    [ $origin, 'on', '/.well-known/openid-configuration',
      document($origin, jwks_uri => "$origin/../set"), 401,
      'no "fetch" leads to' ],
    [ $origin, 'on', '/.well-known/openid-configuration',
      document($origin, jwks_uri => 'http://169.254.169.254/'), 401,
      'discovery document: bad "jwks_uri"' ],
    [ $origin, 'on', '/.well-known/openid-configuration',
      JSON::PP::encode_json({ issuer => $origin }), 401,
      'no "fetch" leads to the "jwks_uri" ""' ],
    [ $origin, 'on', '/.well-known/openid-configuration', 'html', 401,
      'discovery document: not a JSON object' ],
);

serve('/set', $set);

for (@rows) {
    my ($iss, $line, $path, $document, $status, $said) = @$_;
    my $seen = length $edge->log;

    serve($path, $document);

    # another zone than those of the rows before
    $edge->reload(http => fetch_from($provider) . <<"END");
resonate_provider $iss { audience resonate; fetch /id/;
                         discovery $line max=${\ (4000 + ++$n)}s; }
END
    is ask($iss), $status, "discovery $line of $iss: $status";
    like substr($edge->log, $seen), qr/\Q$said/, "... $said" if $said;
}

done_testing;
