# Servers of introspection that do not answer as they should; what nginx -t
# says to the lines of the block.

use lib 't/lib';
use Resonate::Test;
use Resonate::Provider;

if (my $why = Resonate::Provider::missing()) { plan(skip_all => $why) }

my $provider = Resonate::Provider->new;
my $issuer = $provider->issuer;
my $secret = $provider->secret_file;
my $path = '/token/introspection';

sub blocks {
    my ($options, @more) = @_;

    return join "\n", 'resonate_fetch {',
        "    location /id/ { proxy_pass $issuer/; proxy_buffering off; }",
        "    location /dead/ { proxy_pass http://127.0.0.1:1/; }", '}',
        "resonate_provider $issuer {", '    audience resonate;',
        "    fetch /id/; client edge $secret;",
        "    introspection $issuer$path $options;", @more, '}';
}

my $server = 'location / { resonate_auth required; empty_gif; } '
             . 'location /optional { resonate_auth optional; empty_gif; }';

my $edge = Resonate::Edge->new(
    http   => blocks('timeout=1s negative=0 inactive=404,500'),
    server => $server, connections => 512, expect => qr/too big subrequest/);

my $n = 0;

sub unknown { return "token-$n-" . ++$n }
sub get { return $edge->get($_[0], token => $_[1]) }

sub status {
    my ($script) = @_;

    $provider->script($path, $script);
    return get('/', unknown())->{status};
}

sub active {
    my (%more) = @_;

    return { status => 200, headers => { 'content-type' => 'application/json' },
             body => JSON::PP::encode_json({ active => JSON::PP::true,
                                             sub => 'alice', %more }) };
}

sub answer { return { status => $_[0], body => $_[1] // '' } }


for (
    [ active(), 200, 'active, and nothing more' ],
    [ active(aud => 'other'), 401, 'for another audience' ],
    [ active(aud => [ 'resonate', 'other' ]), 200, 'for this one, too' ],
    [ active(iss => 'https://other.example'), 401, 'of another issuer' ],
    [ active(exp => time - 100), 401, 'expired, and active' ],
    [ active(exp => 'soon'), 401, 'that expires soon' ],
    [ active(sub => undef), 401, 'nobody' ],
    [ active(sub => "a\nb"), 401, 'a subject with a line feed' ],
    [ answer(200, '{"active": false}'), 401, 'inactive' ],
    [ answer(404), 401, 'as the co-operative: unknown' ],
    [ answer(500), 401, 'as the co-operative: expired' ],
    [ answer(200, '{"active": "true"}'), 503, 'active as a string' ],
    [ answer(200, '{"active": 1}'), 503, 'active as a number' ],
    [ answer(200, '[true]'), 503, 'an array' ],
    [ answer(200, '{"active": true, "sub": "a", "active": false}'), 503,
      'both' ],
    [ answer(200, '{"active": true'), 503, 'cut JSON' ],
    [ answer(200, '[' x 5000), 503, 'many brackets' ],
    [ answer(401), 503, 'it does not know us' ],
    [ answer(204), 503, 'no content' ],
    (map { [ $_, 503, $_ ] }
        qw(redirect html empty active_missing huge drip cut hang close)),
) {
    my ($script, $status, $name) = @$_;

    is status($script), $status, "$status: $name";

    # a failure is followed by a pause
    wait_for { status(active()) == 200 };
}

$provider->script($path, 'hang');
is get('/optional', unknown())->{status}, 503,
    'who cannot be known is nobody\'s anonymous';

my $token = unknown();
wait_for { $provider->script($path, active()); get('/', $token)->{status}
               == 200 };
$provider->script($path, 'hang');
is get('/', $token)->{status}, 200, 'what is known is known without it';

# after a failure the server is spared for a moment
my $before = $provider->count($path);
is get('/', unknown())->{status}, 503, 'no answer';
is get('/', unknown())->{status}, 503, '... for many' for 1 .. 5;
is $provider->count($path), $before + 1, '... to one question';

$edge->stop;
like $edge->log, qr/introspection at "\Q$issuer$path\E" answered 401/,
    'the log says what the server did';
unlike $edge->log, qr/\Q$token/, '... and has no token';


# nginx -t

my $in = "resonate_provider $issuer {";

for (
    [ blocks('ttl=1h negative=60s timeout=60s match=uuid inactive=404'),
      undef ],
    (map { [ blocks($_->[0]), qq(invalid parameter "$_->[0]" in )
             . qq("introspection" directive, it must be $_->[1]) ] }
        [ 'ttl=0', 'a time of 1s to 1h' ],
        [ 'ttl=2h', 'a time of 1s to 1h' ],
        [ 'negative=61s', 'a time of at most 60s' ],
        [ 'timeout=1ms', 'a time of 100ms to 60s' ],
        [ 'match=jwt', '"any" or "uuid"' ],
        [ 'inactive=200', 'statuses from 400 to 599' ],
        [ 'inactive=404,', 'statuses from 400 to 599' ]),
    [ "$in introspection $issuer/x; }",
      qq("introspection" of issuer "$issuer" needs a "client") ],
    [ "$in client edge $secret; introspection $issuer/x; }",
      qq("$issuer/x" of "introspection" leads to no origin of a "fetch") ],
    (map { [ 'resonate_fetch { } ' . "$in fetch /id/; client edge $secret; "
             . "introspection $_; }", 'leads to no origin' ] }
        'https://other.example/x', "$issuer.example/x", "$issuer", '/x',
        "$issuer/%2e%2e/x", "$issuer/../x"),
    [ "resonate_fetch { } $in fetch /id/; client edge $secret; "
      . "introspection $issuer/x signed=on; }",
      qq("signed=on" of issuer "$issuer" needs its keys) ],
    [ "$in client edge /missing; }", 'open() "/missing" of "client" failed' ],
) {
    my ($text, $expected) = @$_;
    my ($ok, $output) = conf_test($text);

    if ($expected) {
        like $output, qr/\Q$expected/, "refused: $expected";
    } else {
        ok $ok, 'valid' or diag $output;
    }
}

done_testing;
