# A provider says that a session has ended: which logout tokens are believed,
# and what becomes of the tokens of the session.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $iss = 'https://demo.resonate.example';
my $event = 'http://schemas.openid.net/event/backchannel-logout';
my $now = time;
my $n = 0;

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, modules => [qw(core auth)],
    http => "resonate_revocation read poll=50ms;
             resonate_issuer https://other.example audience=resonate jwks="
            . Resonate::Token::jwks() . ';',
    server => <<'END');
location /        { resonate_auth required; try_files /none @said; }
location @said    { return 200 here; }
location = /out   { resonate_backchannel_logout write; }
location = /named { resonate_backchannel_logout write audience=a,b lasts=1h; }
location = /status  { resonate_status; }
END

# a logout token; undef leaves a claim out

sub logout_token {
    my (%claims) = @_;

    return token(_header => { typ => 'logout+jwt' }, scope => undef,
                 exp => $now + 60, jti => 'l' . ++$n, sid => "s$n",
                 events => { $event => {} }, %claims);
}

sub send_form {
    my ($path, $form) = @_;

    return $edge->request('POST', $path, body => $form,
        headers => { 'Content-Type' => 'application/x-www-form-urlencoded' });
}

# an aggregate of what was revoked

sub revoked {
    my ($sql) = @_;

    return $pg->dbh->selectrow_array("SELECT $sql FROM resonate.revocation");
}


# each of them: its status, what is said of it, the claims

my %signed = (bad => 'bad signature', claims => 'claims that are missing',
              header => 'a header', audience => 'another audience',
              expired => 'has expired', early => 'not valid yet',
              issuer => 'unknown issuer', key => 'unknown key',
              seen => 'seen before', malformed => 'malformed');

for (
    [ 200, '' ],
    [ 200, '', sub => undef ],
    [ 200, '', sid => undef ],
    [ 200, '', exp => undef ],
    [ 200, '', aud => [ 'x', 'resonate' ] ],
    [ 200, '', _header => { typ => 'application/logout+jwt' } ],
    [ 200, '', _header => { typ => 'JWT' } ],
    [ 200, '', _header => { typ => undef } ],
    [ 200, '', events => { $event => {}, 'urn:other' => {} } ],
    [ 200, '', iss => 'https://other.example' ],
    [ 200, '', jti => "'; DROP TABLE resonate.revocation; --" ],

    [ 400, 'header', _header => { typ => 'at+jwt' } ],
    [ 400, 'header', _header => { typ => 'secevent+jwt' } ],
    [ 400, 'issuer', iss => 'https://unknown.example' ],
    [ 400, 'issuer', iss => undef ],
    [ 400, 'audience', aud => 'somebody' ],
    [ 400, 'audience', aud => undef ],
    [ 400, 'audience', aud => [] ],
    [ 400, 'expired', exp => $now - 60 ],
    [ 400, 'expired', exp => undef, iat => $now - 700 ],
    [ 400, 'early', iat => $now + 120 ],
    [ 400, 'claims', iat => undef ],
    [ 400, 'claims', iat => 'now' ],
    [ 400, 'claims', exp => '1e99' ],
    [ 400, 'claims', jti => undef ],
    [ 400, 'claims', jti => '' ],
    [ 400, 'claims', jti => 7 ],
    [ 400, 'claims', jti => "a\nb" ],
    [ 400, 'claims', jti => 'x' x 256 ],
    [ 400, 'claims', nonce => 'n' ],
    [ 400, 'claims', sub => undef, sid => undef ],
    [ 400, 'claims', sub => '', sid => undef ],
    [ 400, 'claims', sid => 7 ],
    [ 400, 'claims', events => undef ],
    [ 400, 'claims', events => $event ],
    [ 400, 'claims', events => [ $event ] ],
    [ 400, 'claims', events => { 'urn:other' => {} } ],
    [ 400, 'claims', events => { $event => undef } ],
    [ 400, 'claims', events => { $event => 1 } ],
    [ 400, 'key', _header => { typ => 'logout+jwt', kid => 'other' } ],
) {
    my ($status, $said, @claims) = @$_;
    my $before = revoked('count(*)');
    my $res = send_form('/out', 'logout_token=' . logout_token(@claims));
    my $what = JSON::PP->new->canonical->encode({ @claims });

    is $res->{status}, $status, $what;
    is $res->{headers}{'cache-control'}, 'no-store', 'nobody keeps it';
    is revoked('count(*)') - $before, $status == 200 ? 1 : 0,
        'and what it does';

    if ($said) {
        like json($res)->{detail}, qr/$signed{$said}/, "it says $said";
    } else {
        is $res->{content}, '', 'and nothing more';
    }
}
is revoked("string_agg(kind, ' ' ORDER BY id)"),
    'session session subject' . ' session' x 8, 'of which kind';


# no token at all, or bent ones

my $token = logout_token();
my ($signed, $sig) = $token =~ /^(.*)\.(.*)$/;

for (
    [ '', 'no logout_token' ], [ 'token=a.b.c', 'no logout_token' ],
    [ "logout_token=$token&logout_token=$token", 'no logout_token' ],
    [ 'logout_token=%zz', 'no logout_token' ], [ 'logout_token=', 'malformed' ],
    [ "logout_token=$signed", 'malformed' ],
    [ "logout_token=$signed." . ('A' x length $sig), 'bad signature' ],
    [ 'logout_token=' . ('x' x 9000), 'no logout_token' ],
) {
    my ($form, $said) = @$_;
    my $res = send_form('/out', $form);

    is $res->{status}, 400, substr $form, 0, 40;
    like json($res)->{detail}, qr/$said/, $said;
}

my $res = $edge->get('/out');
is "$res->{status} $res->{headers}{allow}", '405 POST', 'GET';
is send_form('/out', 'x' x 20_000)->{status}, 413, 'a body that is too long';


# the tokens of the session, and of the subject

sub statuses {
    return join ' ', map { $edge->get('/', token => $_)->{status} } @_;
}

my @tokens = map { token(iat => $now, @$_) } [ sub => 'eve', sid => 'e1' ],
    [ sub => 'eve', sid => 'e2' ], [ sub => 'eve', iat => $now + 1 ],
    [ sub => 'fay' ];

is statuses(@tokens), '200 200 200 200', 'tokens';
$token = logout_token(sub => 'eve', sid => 'e1', jti => 'once');
is send_form('/out', "logout_token=$token")->{status}, 200, 'a session ends';
wait_for { statuses($tokens[0]) eq '401' } 10, 'it to be refused';
is statuses(@tokens), '401 200 200 200', 'its token is refused';
$res = send_form('/out', "logout_token=$token");
is "$res->{status} " . json($res)->{detail}, '400 The token was seen before',
    'once more';

send_form('/out', 'logout_token='
          . logout_token(sub => 'eve', sid => undef, iat => $now));
wait_for { statuses($tokens[1]) eq '401' } 10, 'the other one';
is statuses(@tokens), '401 401 200 200', 'all of a subject, of before';


# where the directive says for whom, and for how long

is send_form('/named', 'logout_token=' . logout_token())->{status}, 400,
    'for somebody else';
is send_form('/named', 'logout_token=' . logout_token(aud => 'b'))->{status},
    200, 'for a client that is named';
is revoked('min(round(extract(epoch FROM expires_at - now()) / 60))'), 60,
    'kept as long as it says';


# the database is away

$token = logout_token();
$pg->stop;
is send_form('/out', "logout_token=$token")->{status}, 503, 'no database';
$pg->start;
ok eval { wait_for { send_form('/out', "logout_token=$token")->{status} == 200 }
          20, 'it'; 1 }, 'what failed can be repeated';

my $status = $edge->get('/status')->{content};
like $status, qr/^resonate_auth_logouts_total 15$/m, 'accepted ones';
like $status, qr/^resonate_auth_logouts_refused_total \d\d$/m, 'refused ones';
unlike $edge->log, qr/\Q$signed\E/, 'no token is in the log';
like $edge->log, qr/logout token refused: The token has a bad signature/,
    'but why it was refused';

done_testing;
