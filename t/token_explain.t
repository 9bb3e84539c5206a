# "resonate-token explain" says of each token what an edge of the same
# configuration answers.

use lib 't/lib', 'bin/lib';
use Resonate::Test;
use Resonate::Conf;
use Resonate::Explain::Conf;
use Resonate::Explain::Rules qw(rules);
use Resonate::Forge;

my $dir = tempdir();
my $secret = 'secret-' x 6;
my $jwks = Resonate::Token::jwks();

spew("$dir/hs.key", "$secret\n");
spew("$dir/client.key", 'client-secret');
chmod 0600, "$dir/hs.key", "$dir/client.key" or die;
spew("$dir/more.conf", "profile rfc9068; # as it should be\n"
                       . "leeway 1m1s; name_claim /a~1b;");

my $edge = Resonate::Edge->new(modules => [qw(core auth)],
    http => <<"HTTP", server => <<'SERVER');
large_client_header_buffers 4 16k;
resonate_fetch {
    location = /id/jwks { alias $jwks; }
    location = /id/ask { return 200 '{"active":true,"sub":"u","aud":"a"}'; }
}
resonate_issuer https://demo.resonate.example jwks=$jwks
    audience=other,resonate;
resonate_provider "https://at.example" {
    audience 're}so;"nate' "a\\"b{c"; jwks $jwks; include $dir/more.conf;
    roles_claim realm_access.roles;
}
resonate_provider https://hs.example {
    algorithms HS256; secret $dir/hs.key; audience resonate; max_age 1h;
}
resonate_provider https://url.example {
    audience resonate; jwks_uri https://url.example/jwks required=off;
    fetch /id/;
}
resonate_provider https://uuid.example {
    audience a; client edge $dir/client.key; fetch /id/;
    introspection https://uuid.example/ask match=uuid;
}
HTTP
location / { resonate_auth required; empty_gif; }
SERVER

my %place = (c => "$edge->{dir}/nginx.conf", p => $edge->{dir},
             nginx => Resonate::Conf::nginx());
%ENV = (%ENV, Resonate::Conf::environment($edge->{dir}));

system('make', '-s', '-C', $Resonate::Test::ROOT, 'token') == 0
    or die 'make token';

my $conf = Resonate::Explain::Conf->read(%place);
my @program = ("$Resonate::Test::ROOT/build/resonate-token", 'explain');
my @command = ("$Resonate::Test::ROOT/bin/resonate-token", 'explain',
               map { (length > 1 ? "--$_" : "-$_", $place{$_}) } keys %place);


# with the token on standard input

sub run {
    my ($token, @run) = @_;

    spew("$dir/token", $token);
    open my $out, '-|', 'sh', '-c', qq(exec "\$@" 2>&1 < $dir/token), 'sh',
         @run or die "$run[0]: $!";
    my $text = do { local $/; <$out> };
    close $out;

    return ($? >> 8, $text);
}


# as its last line would have it

sub answer {
    my ($res) = @_;

    return 'accepted' if $res->{status} == 200;
    my ($why) = ($res->{headers}{'www-authenticate'} // '')
                =~ /error_description="([^"]+)"/;
    return ($res->{status} == 401 ? '' : $res->{status})
           . 'refused: ' . ($why // '');
}


sub at {
    my ($header, %more) = @_;

    return forge(header('es256', typ => 'at+jwt', %$header),
                 claims(iss => 'https://at.example', aud => 'a"b{c',
                        client_id => 'app', jti => 'j', iat => time, %more));
}

sub hs { return token(iss => 'https://hs.example', _hmac => $secret, @_) }

my $pem = Resonate::Token::key('rs256')->export_key_pem('public');
my $good = token(scope => 'stream', roles => [ 'artist' ]);
my $uuid = '00000000-0000-4000-8000-00000000000a';
my $now = time;

# name, token, what it says of it, a file of keys, whether it cannot know
my @rows = (
    [ 'good', $good, qr/^subject .* listener\n.*^roles .* artist$/ms ],
    [ 'expired', token(exp => $now - 60), qr/^times +no .*exp \d+s ago/m ],
    [ 'expired within the leeway', token(exp => $now - 3), qr/leeway 30s/ ],
    [ 'from the future', token(iat => $now + 900), qr/iat in \d+s/ ],
    [ 'another audience', token(aud => [ 'x', 'y' ]),
      qr/^audience +no +\["x","y"\], .* one of \["other","resonate"\]$/m ],
    [ 'unknown key', token(_header => { kid => "k\e[2J" }),
      qr/^key +no +k\?\[2J for/m ],
    [ 'key of another algorithm', token(_header => { kid => 'rs256' }),
      qr/^key +no/m ],
    [ 'bad signature', $good =~ s/[^.]+\z/(split m{\.}, token())[2]/er,
      qr/^signature +no/m ],
    [ 'HS256 with a public key', token(_hmac => $pem), qr/^algorithm +no/m ],
    [ 'no algorithm', forge(header('es256', alg => 'none'), claims()),
      qr/^header .* alg none,/m ],
    [ 'unknown issuer', token(iss => 'https://x'), qr/^issuer +no +https:/m ],
    [ 'no subject', token(sub => undef), qr/^claims +no +missing: sub$/m ],
    [ 'HS256', hs(), qr/^key +ok .*hs\.key$/m ],
    [ 'too old', hs(iat => $now - 7200), qr/iat 7\d+s ago/ ],
    [ 'rfc9068', at({}, realm_access => { roles => [ 'admin' ] },
                    'a/b' => 'Ada'), qr/^roles .* admin\n.* Ada$/m ],
    [ 'rfc9068, another audience', at({}, aud => 're}so'), qr/re\}so;/ ],
    [ 'rfc9068, the first audience', at({}, aud => 're}so;"nate'), qr/app/ ],
    [ 'rfc9068, within 61s', at({}, exp => $now - 35), qr/leeway 61s/ ],
    [ 'rfc9068, another type', at({ typ => 'JWT' }), qr/^type +no +JWT/m ],
    [ 'rfc9068, no client', at({}, client_id => undef, jti => undef),
      qr/missing: client_id jti$/m ],
    [ 'bound to a key', token(cnf => { jkt => 'A' x 43 }), qr/^bound +no/m ],
    [ 'keys by URL', token(iss => 'https://url.example'),
      qr/^key .*fetched from https.*^subject/ms, undef, 1 ],
    [ '... given', token(iss => 'https://url.example'), qr/of \Q$jwks\E$/m,
      $jwks ],
    [ 'opaque, asked', $uuid, qr/introspection at https:.*\/ask,/, undef, 1 ],
    [ 'opaque, not asked', 'x' x 36, qr/^asked +no/m ],
    [ 'a JWT of which nobody is asked', token(iss => 'https://uuid.example'),
      qr/^asked +no/m ],
    [ 'encrypted', 'e30.x.x.x.x', qr/\(JWE\)/ ],
    [ 'too large', 'x' x 8193, qr/^shape +no/m ],
);

for my $row (@rows) {
    my ($name, $token, $said, $keys, $unknown) = @$row;
    my ($status, $text) = run($token, @program, rules($conf, $keys));
    my ($last) = $text =~ /^(.*)\n\z/m;
    my $answer = answer($edge->get('/', token => $token));
    my $signature = (split /\./, $token)[2] // $token;

    is(($last // '') =~ s/^cannot say:.*/accepted/r, $answer, $name);
    is $status, $unknown ? 2 : $answer eq 'accepted' ? 0 : 1, '... its status';
    like $text, $said, '... and what it says';
    unlike $text, qr/\Q$signature/, '... without the token'
        if length $signature > 1;
}

# what is of a request

for ([ bound => '--dpop', 'on', 'accepted, with a proof of its key',
       cnf => { jkt => 'A' x 43 } ],
     [ bound => '--dpop', 'on', 'accepted, with its certificate',
       cnf => { 'x5t#S256' => 'A' x 43 } ],
     [ bound => '--dpop', 'required', 'accepted' ],
     [ revocation => '--dpop', 'off', 'accepted' ])
{
    my ($line, $option, $value, $last, %claims) = @$_;
    my ($status, $text) = run(token(%claims), @program, rules($conf, undef),
                              $option, $value, '--revocation');

    like "$status $text", qr/^0 .*^$line +- .*^\Q$last\E\n\z/ms,
         "$line $value, $last";
}

# the command itself

my ($status, $text) = run("Bearer $good\n", @command);
like "$status $text", qr/^0 .*^accepted\n\z/ms, 'from standard input';

($status, $text) = run('', @command, token(exp => 1));
like "$status $text", qr/^1 .*^refused: The token has expired\n\z/ms,
     'as an argument';

is_deeply [ run('x', @command, '-c', '/nonesuch') ],
          [ 2, "resonate-token: cannot read /nonesuch\n" ], 'no file';

spew("$dir/bad.conf", 'events {} http { nonesuch on; }');
($status, $text) = run('x', @command, '-c', "$dir/bad.conf");
like "$status $text", qr/^2 .*unknown directive "nonesuch"/s, 'a bad file';

($status, $text) = run('', @command, qw(a b));
like "$status $text", qr/^2 usage:/, 'two tokens';

done_testing();
