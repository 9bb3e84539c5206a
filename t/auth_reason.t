# Why a token was refused: in the log, without the token, and in counters.

use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use Resonate::Forge;
use Resonate::Metrics;
use Resonate::Test;

my $edge = Resonate::Edge->new(
    auth => 1, modules => [qw(core auth)], server => <<'END');
location = /status { resonate_status; }
location / { resonate_auth required; return 200; }
location /optional { resonate_auth optional; try_files /none =404; }
location /required { resonate_auth required; try_files /none =404; }
END

my $who = substr sha256_hex('listener'), 0, 16;
my $long = 'k' x 100;

# token, reason, what the log says of it

my @rows = (
    [ 'x', 'malformed', '' ],
    [ forge(header('es256'), '[]'), 'json', '' ],
    [ token(exp => time - 3600), 'expired',
      qq(, kid: "es256", subject: $who) ],
    [ token(aud => 'x', sub => 'someone'), 'audience',
      ', kid: "es256", subject: ' . substr sha256_hex('someone'), 0, 16 ],
    [ token(iss => 'https://x.example'), 'issuer',
      qq(, kid: "es256", subject: $who) ],
    [ forge(header('es256', kid => qq(a\n"b\\\x{7f}c d)), claims()), 'key',
      qq(, kid: "a??b??c?d", subject: $who) ],
    [ forge(header('es256', kid => $long), claims(sub => undef)), 'key',
      ', kid: "' . 'k' x 64 . '"' ],
    [ forge(header('es256'), claims(), sub { 'x' x 64 }), 'signature',
      qq(, kid: "es256", subject: $who) ],
);

for my $row (@rows) {
    my ($token, $reason, $more) = @$row;
    my $before = metrics($edge);
    my $seen = length $edge->log;

    $edge->get('/required', token => $token);

    my $log = substr $edge->log, $seen;
    like $log, qr/\[info\].* bearer token refused: The token [^,]*, (?#
                  )reason: $reason\Q$more\E, client: /, "$reason: logged";
    unlike $log, qr/\Q@{[ substr $token, -20 ]}\E/, '... not the token'
        if length $token > 20;
    is change($before, metrics($edge))
           ->{qq(resonate_auth_refused_total{reason="$reason"})}, 1,
       '... counted';
}

my $before = metrics($edge);
$edge->get('/optional', token => 'x');
$edge->get('/optional');
$edge->get('/optional', token => token());
is change($before, metrics($edge))
       ->{'resonate_auth_refused_total{reason="malformed"}'}, 1,
   'where a token is optional, too';

my $page = $edge->get('/status')->{content};
is scalar(() = $page =~ /^# TYPE resonate_auth_refused_total counter$/mg), 1,
   'one family of counters';

$edge->reload(log => 'notice');
my $seen = length $edge->log;
$edge->get('/required', token => 'x');
unlike substr($edge->log, $seen), qr/refused/, 'log at a higher level';

done_testing();
