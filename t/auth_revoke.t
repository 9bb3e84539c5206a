# Which tokens a revocation refuses: on every machine, in every worker, whoever
# knew them, and no others.

use lib 't/lib';
use Resonate::Test;
use Resonate::Workers;
use Digest::SHA ();
use Math::BigInt;
use MIME::Base64 ();
use POSIX ();

my $pg = Resonate::Pg->new;
my $service = $pg->dbh(user => 'resonate_identity');
my $iss = 'https://demo.resonate.example';
my $other = 'https://other.example';
my $now = time;

my @edges = map { Resonate::Edge->new(
    pg => $pg, auth => 1, workers => 2, listen => 'reuseport',
    modules => [qw(core auth)],
    http => "resonate_revocation read poll=50ms;
             resonate_issuer $other audience=resonate jwks="
            . Resonate::Token::jwks() . ';',
    server => whoami() . <<'END') } 1 .. 2;
keepalive_requests 100000;
location /          { resonate_auth required; try_files /none @said; }
location @said      { resonate_auth optional; return 200 $resonate_user; }
location = /anybody { resonate_auth optional; try_files /none @said; }
location = /status  { resonate_status; }
END
my @workers = map { workers($_) } @edges;

sub revoke {
    my (@args) = @_;

    $service->do('SELECT resonate.revoke(' . join(', ', ('?') x @args) . ')',
                 {}, @args);
}

# what all workers of all machines say

sub statuses {
    my ($token) = @_;
    my %seen;

    $seen{$_->request('GET', '/', token => $token)->{status}}++ for @workers;
    return join ' ', sort keys %seen;
}

sub refused {
    my ($token) = @_;

    return eval { wait_for { statuses($token) eq '401' } 10, 'it'; 1 };
}

# a hash as the manual says to make it: all before the last dot

sub hash {
    my ($token) = @_;

    return Digest::SHA::sha256_hex($token =~ s/\.[^.]*\z//r);
}


# kinds; of each two tokens, one of which is refused

my %one = (jti => 'j1', sub => 'ann', client_id => 'player', sid => 's1');
my $n = 0;

for (
    # the revocation, which is of claims "one"; claims of another token
    [ [ 'jti', 'j1', $iss ], { jti => 'j2' } ],
    [ [ 'jti', 'j1', $iss ], { jti => undef } ],
    [ [ 'jti', 'j1', $iss ], { iss => $other } ],
    [ [ 'session', 's1', $iss ], { sid => 's2' } ],
    [ [ 'session', 's1', $iss ], { sid => undef } ],
    [ [ 'subject', 'ann', $iss ], { sub => 'bob' } ],
    [ [ 'subject', 'ann', $iss ], { iss => $other } ],
    [ [ 'subject', 'ann', $iss ], { sub => 'bob', client_id => 'ann' } ],
    [ [ 'subject', 'ann', $iss, at(-99) ], { iat => $now - 99 } ],
    [ [ 'client', 'player', $iss ], { client_id => 'radio' } ],
    [ [ 'client', 'player', $iss, at(-99) ], { iat => $now - 99 } ],
    [ 'token', { nonce => 1 } ],
) {
    my ($row, $claims) = @$_;
    my @names = ref $row ? map { $_ // '-' } @$row[0, 1] : $row;

    # values of its own, so that it is of no other row
    $n++;
    my %mine = (iat => $now - 100, map { $_ => "$one{$_}-$n" } keys %one);
    my %more = map { $_ => $one{$_} && $claims->{$_} ? "$claims->{$_}-$n"
                                                     : $claims->{$_} }
               keys %$claims;
    my ($bad, $good) = (token(%mine), token(%mine, %more));

    is statuses($bad) . statuses($good), '200200', "@names: two tokens";

    if (ref $row) {
        revoke($row->[0], "$row->[1]-$n", @$row[2 .. $#$row]);
    } else {
        revoke('token', hash($bad));
    }

    ok refused($bad), 'one is refused';
    is statuses($good), '200', 'and not that with '
        . join ', ', map { "$_ " . ($claims->{$_} // 'none') } keys %$claims;
}

sub at { return POSIX::strftime('%FT%TZ', gmtime($now + $_[0])) }


# times

my $subject = 'clara';
my @issued = map { token(sub => $subject, iat => $_) }
             $now - 9, $now - 8, $now - 7, undef;

revoke('subject', $subject, $iss, at(-8));
ok refused($issued[0]), 'issued before';
is statuses($issued[1]) . statuses($issued[2]), '200200', 'at that time, later';
is statuses($issued[3]), '401', 'or not said when';

revoke('subject', $subject, $iss, at(-9));
revoke('subject', $subject, $iss, at(-7) =~ s/Z/.4Z/r);
ok refused($issued[2]), 'within that second counts as before';

my $fresh = token(sub => $subject, iat => $now + 1);
is statuses($fresh), '200', 'who logs in again has a token that is good';


# an ECDSA signature that is as good as the one that was revoked

my $token = token(sub => 'dora');
my ($signed, $sig) = $token =~ /^(.*)\.(.*)$/;
my $raw = MIME::Base64::decode_base64url($sig);
my $order = Math::BigInt->from_hex(
    'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
my $s = $order - Math::BigInt->from_bytes(substr $raw, 32);
my $twin = "$signed." . MIME::Base64::encode_base64url(
    substr($raw, 0, 32) . substr("\0" x 32 . $s->to_bytes, -32));

isnt $twin, $token, 'a signature has a twin';
is statuses($twin), '200', 'which is good';
revoke('token', hash($token));
ok refused($token), 'the token is revoked';
is statuses($twin), '401', 'and so is the twin';


# what it looks like, and that nothing is left of it

my $res = $edges[0]->get('/', token => $token);
is $res->{headers}{'www-authenticate'}, 'Bearer realm="resonate", '
    . 'error="invalid_token", error_description="The token was revoked"',
    'the answer says so';
$res = $edges[0]->get('/anybody', token => $token);
is "$res->{status} $res->{content}", '200 ', 'where all may come he is nobody';
like $edges[0]->log, qr/token refused: The token was revoked/, 'the log, too';
unlike $_->log, qr/\Q$sig\E/, 'but no token' for @edges;
like $edges[0]->get('/status')->{content},
    qr/^resonate_auth_tokens_revoked_total [1-9]/m, 'they are counted';
like $edges[0]->get('/status')->{content},
    qr/^resonate_auth_revocations\{database="read"\} 14$/m, 'so are these';

done_testing;
