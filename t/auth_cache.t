# The verified-token cache: what it knows, and what it must forget.

use lib 't/lib';
use Resonate::Test;
use Resonate::Forge;
use Time::HiRes ();

my $dir = tempdir();
my $iss = 'https://cache.example';
my $set = JSON::PP::decode_json(slurp(Resonate::Token::jwks()));

sub keys_are {
    my (@kids) = @_;
    my %wanted = map { $_ => 1 } @kids;
    spew("$dir/jwks.json", JSON::PP::encode_json({
        keys => [ grep { $wanted{$_->{kid}} } @{$set->{keys}} ] }));
}

sub http {
    my ($options, $size) = @_;
    return "resonate_token_cache @{[ $size || '1m' ]};"
           . "resonate_issuer $iss jwks=$dir/jwks.json $options;";
}

keys_are(qw(es256 rs256));

my $edge = Resonate::Edge->new(
    modules => [qw(core auth)],
    http    => http('audience=a leeway=0'),
    server  => <<'END');
keepalive_requests 100000;
location /          { resonate_auth required; try_files /none @said; }
location @said      { resonate_auth optional; return 200 $resonate_user; }
location = /status  { resonate_status; }
END

sub fresh { return token(iss => $iss, aud => 'a', @_) }
sub ask   { return $edge->get('/', token => $_[0])->{status} }

sub count {
    my ($what) = @_;
    my ($n) = $edge->get('/status')->{content}
              =~ /^resonate_auth_tokens_${what}_total (\d+)$/m
        or die "no count of $what tokens";
    return $n;
}

sub counts { return join ' ', map { count($_) } qw(verified cached refused) }

my $token = fresh();
is(ask($token), 200, 'a token');
is(counts(), '1 0 0', 'was verified');
is(ask($token), 200, 'again');
is(counts(), '1 1 0', 'and known');

$edge->reload;
is(ask($token), 200, 'after a reload');
is(counts(), '1 2 0', 'a new worker knows it too');

is(ask("${token}x") . ask(substr $token, 0, -1), '401401', 'bent at its end');

# of the same length, with the same end: the worker looks in the same place

for my $part (0 .. 2) {
    my @parts = split /\./, $token;
    substr($parts[$part], 10, 1) =~ tr/A-Za-z0-9_-/B-ZAb-za1-90\-_/;
    is(ask(join '.', @parts), 401, "part $part bent while it is warm");
}
is(ask('x' . $token), 401, 'bent at its start');
is(counts(), '1 2 6', 'is another token');

# expiry, in the worker's memory and in the shared one

my $exp = time + 2;
my $short = fresh(exp => $exp);
my $later = fresh(exp => $exp, jti => 'later');
is(ask($short) . ask($later), '200200', 'two that expire soon');
my $http = $edge->client;
my $answer = wait_for {
    my $before = Time::HiRes::time();
    my $res = $http->request('GET', '/', token => $short);
    die "still good at $before\n"
        if $res->{status} == 200 && $before > $exp + 1;
    $res->{status} == 401 && Time::HiRes::time();
} 10, 'a token to expire';
cmp_ok($answer, '>=', $exp, 'a known token expires, not too early');
$edge->reload;
is(ask($later), 401, 'a shared one too');

# a reload with other keys or rules

my $es = fresh();
my $rs = fresh(_key => 'rs256');

for my $row (
    [ 'all as before',       'audience=a leeway=0', [qw(es256 rs256)], 200 ],
    [ 'another audience',    'audience=b leeway=0', [qw(es256 rs256)], 401 ],
    [ 'one audience more',   'audience=b,a leeway=0', [qw(es256 rs256)],
                                                                      200 ],
    [ 'no such algorithm',   'audience=a algorithms=RS256',
                                                [qw(es256 rs256)],    401 ],
    [ 'the key removed',     'audience=a leeway=0', ['rs256'],         401 ],
    [ 'the key returned',    'audience=a leeway=0', [qw(es256 rs256)], 200 ],
) {
    my ($name, $options, $kids, $status) = @$row;
    keys_are(@$kids);
    $edge->reload(http => http($options));
    is(ask($es), $status, "$name: $status");
    is(ask($rs), 200, "$name: nothing changes for others")
        if $options !~ /audience=b /;
}

$edge->reload(http => http('audience=a') =~ s/\Q$iss/https:\/\/new.example/r);
is(ask($es), 401, 'the issuer renamed: 401');

# tokens that look alike stay apart, in a cache that is too small for them

$edge->reload(http => http('audience=a', '64k'));
$http = $edge->client;

my @tokens = map { fresh(sub => "u$_", jti => 'same') } 1 .. 1500;
my $wrong = 0;

for my $round (1, 2) {
    for my $i (1 .. @tokens) {
        my $res = $http->request('GET', '/', token => $tokens[$i - 1]);
        $wrong++ if $res->{content} ne "u$i";
    }
}

is($wrong, 0, '1500 tokens, 1500 identities, twice');

# whoever has no good token pushes nobody out

my $kept = fresh(sub => 'kept');
is(ask($kept), 200, 'a good one');
my $before = count('verified');
$http->request('GET', '/', token => fresh(sub => $_) . 'x') for 1 .. 500;
is(ask($kept), 200, 'and 500 bad ones');
$edge->reload;
is(ask($kept), 200, 'also shared');
is(count('verified'), $before, 'is still known');

done_testing();
