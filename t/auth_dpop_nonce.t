# Nonces of DPoP proofs (RFC 9449, section 9): asked for, given, changed in
# time, and the same on every worker and every machine that has the key.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Dpop;
use Resonate::Workers;

my $client = Resonate::Dpop->new;
my $bound = $client->token(exp => time + 7200);
my $origin = 'https://api.example';
my $dir = tempdir();
my $clock = Resonate::Clock->new;
my $period = 100 - $clock->{start} % 100;     # the next one begins
my $now;

spew("$dir/key", 'k' x 32);
spew("$dir/other", 'o' x 32);
chmod 0600, "$dir/key", "$dir/other";

my $server = <<'END';
location /      { resonate_auth required; try_files /none @said; }
location /may   { resonate_auth optional; try_files /none @said; }
location @said  { resonate_auth optional; return 200 "$resonate_user."; }
location /off   { resonate_auth required; resonate_dpop off;
                  try_files /none @said; }
END

sub edge {
    my ($nonce, %opt) = @_;

    return Resonate::Edge->new(
        auth    => 1,
        env     => { $clock->env },
        modules => [qw(core auth)],
        http    => "resonate_dpop on; resonate_dpop_origin $origin;"
                   . "resonate_dpop_nonce $nonce;",
        server  => ($opt{workers} ? whoami() : '') . $server, %opt);
}

# seconds after a period has begun

sub at {
    my ($seconds) = @_;

    $clock->set($period + $seconds);
    $now = $clock->{start} + $period + $seconds;
}

# what is answered, and the nonce that comes with it

sub ask {
    my ($http, $nonce, $path, %more) = @_;
    $path ||= '/';

    my $res = $http->request('GET', $path, headers => { $client->headers(
        htm => 'GET', htu => "$origin$path", token => $bound,
        iat => $now, nonce => $nonce, %more) });
    my $given = $res->{headers}{'dpop-nonce'};
    my ($error) = ($res->{headers}{'www-authenticate'} // '')
                  =~ /, DPoP .*error="(\w+)"/;

    return (join(' ', $res->{status}, $error // ()), $given);
}

my $http = edge("$dir/key lifetime=100s")->client;
my $machine = edge("$dir/key lifetime=100s")->client;
my $stranger = edge("$dir/other lifetime=100s")->client;

at(0);

my ($answer, $nonce) = ask($http);

is $answer, '401 use_dpop_nonce', 'no nonce';
like $nonce, qr/^[\w-]{32}$/, '... here is one';

for (
    [ 'the nonce', $http, $nonce, '200', undef ],
    [ 'once more', $http, $nonce, '200', undef ],
    [ 'on another machine', $machine, $nonce, '200', undef ],
    [ 'on one with another key', $stranger, $nonce, '401 use_dpop_nonce',
      undef ],
    [ 'bent', $http, $nonce =~ s/^(.)/$1 eq 'A' ? 'B' : 'A'/er,
      '401 use_dpop_nonce', $nonce ],
    [ 'cut', $http, substr($nonce, 1), '401 use_dpop_nonce', $nonce ],
    [ 'empty', $http, '', '401 use_dpop_nonce', $nonce ],
    [ 'long', $http, 'x' x 1000, '401 invalid_dpop_proof', $nonce ],
    [ 'a number', $http, 1, '401 invalid_dpop_proof', $nonce ],
) {
    my ($name, $to, $sent, $wanted, $given) = @$_;
    my ($answer, $fresh) = ask($to, $sent);

    is $answer, $wanted, $name;
    isnt $fresh, $nonce, '... its own nonce' if $to == $stranger;
    is $fresh, $given, '... its nonce' if $to != $stranger;
}

my ($bad) = ask($http, undef, '/', ath => 'x');
is $bad, '401 invalid_dpop_proof', 'what is wrong otherwise comes first';

# who has sent no token is told, where proofs are taken

is $http->request('GET', '/')->{headers}{'dpop-nonce'}, $nonce,
   'without a token';
is $http->request('GET', '/off')->{headers}{'dpop-nonce'}, undef,
   '... but not where DPoP is off';
is_deeply [ ask($http, undef, '/may') ], [ '401 use_dpop_nonce', $nonce ],
   'where a token is optional, it is asked for all the same';
is_deeply [ ask($http, $nonce, '/may', ath => 'x') ],
   [ '200 invalid_dpop_proof', $nonce ], '... what is bad is as none';

# time goes on

for (
    [ 99, '200', undef, 'to the end of its period' ],
    [ 100, '200', 'next', 'in the next one, which is given' ],
    [ 199, '200', 'next', 'to its end' ],
    [ 200, '401 use_dpop_nonce', 'third', 'no longer' ],
) {
    my ($seconds, $wanted, $next, $name) = @$_;

    at($seconds);
    my ($answer, $fresh) = ask($http, $nonce);

    is $answer, $wanted, "after $seconds s: $name";
    is defined $fresh, defined $next, '... a new nonce, or none';
    isnt $fresh, $nonce, '... not the same one' if defined $fresh;
    ($answer) = ask($http, $fresh);
    is $answer, '200', '... and it is good' if defined $fresh;
}

# a machine whose clock is a little ahead gave it

at(300);
(undef, my $future) = ask($http);

for ([ 296, '200' ], [ 290, '401 use_dpop_nonce' ]) {
    my ($seconds, $wanted) = @$_;

    at($seconds);
    is +(ask($machine, $future))[0], $wanted,
       "given at 300 s, sent at $seconds s";
}

# a key of its own

my $auto = edge('auto', workers => 2, listen => 'reuseport');
my ($one, $two) = workers($auto);

(undef, $nonce) = ask($one);
is_deeply [ ask($two, $nonce) ], [ '200', undef ],
   'auto: workers have the same';
is +(ask($http, $nonce))[0], '401 use_dpop_nonce',
   '... machines do not';
$auto->reload;
($one, $two) = workers($auto);
is +(ask($one, $nonce))[0], '401 use_dpop_nonce',
   '... and a reload asks anew';

unlike $auto->log, qr/\Q$nonce/, 'no nonce in the log';

done_testing;
