# What nginx -t says to the directives of revocation, and a zone that is full.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $iss = 'https://demo.resonate.example';
my $in = 'in "resonate_revocation" directive';
my $zone = 'it must be a size between 64k and 1g';
my $poll = 'it must be between 50ms and 60s';

# http text, what is wrong with it
for (
    [ 'read' ], [ 'read zone=64k poll=50ms required=on' ],
    [ 'read zone=2m poll=60s required=off' ],
    [ 'read; resonate_revocation read', qr/directive is duplicate/ ],
    [ '', qr/invalid number of arguments $in/ ],
    [ 'other', qr/unknown database "other" in "resonate_revocation"/ ],
    [ 'read zone=63k', qr/"zone=63k" $in, $zone/ ],
    [ 'read zone=2g', qr/"zone=2g" $in, $zone/ ],
    [ 'read zone=much', qr/"zone=much" $in, $zone/ ],
    [ 'read poll=49ms', qr/"poll=49ms" $in, $poll/ ],
    [ 'read poll=61s', qr/"poll=61s" $in, $poll/ ],
    [ 'read poll=', qr/"poll=" $in, $poll/ ],
    [ 'read required=yes', qr/"required=yes" $in, it must be "on" or "off"/ ],
    [ 'read zone=1m zone=1m', qr/"zone=1m" $in/ ],
    [ 'read often', qr/"often" $in/ ],
) {
    my ($text, $wrong) = @$_;
    my ($ok, $output) = conf_test(pg => $pg, auth => 1,
                                  http => "resonate_revocation $text;");

    if ($wrong) {
        like $output, $wrong, "refused: $text";
        ok !$ok, 'as nginx -t says';
    } else {
        ok $ok, "good: $text" or diag $output;
    }
}

my ($ok, $output) = conf_test('server { resonate_revocation read; }');
like $output, qr/"resonate_revocation" directive is not allowed here/,
    'not in a server';


# full: whoever was revoked is refused, and few others; a larger one reads all

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, modules => [qw(core auth)],
    http => 'resonate_revocation read zone=64k poll=50ms;',
    server => <<'END');
location /          { resonate_auth required; try_files /none @said; }
location @said      { return 200 here; }
location = /status  { resonate_status; }
END
my $many = 3000;

sub ask { return $edge->get('/', token => token(jti => $_[0]))->{status} }

sub count {
    my ($n) = $edge->get('/status')->{content}
        =~ /^resonate_auth_revocations\{database="read"\} (\d+)$/m;
    return $n // 0;
}

$pg->psql("SELECT resonate.revoke('jti', 'j' || n, '$iss')
           FROM generate_series(1, $many) n");
wait_for { ask("j$many") == 401 } 20, 'the last one';

is join(' ', grep { ask("j$_") != 401 } map { 60 * $_ } 1 .. $many / 60), '',
    'who was revoked is refused';
cmp_ok scalar(grep { ask("k$_") != 200 } 1 .. 50), '<', 5, 'few others are';
is scalar(() = $edge->log =~ /\[error\] .* "zone=" of .* is too small/g), 1,
    'it says so, once';

$edge->reload(http => 'resonate_revocation read zone=1m;');
wait_for { count() == $many } 20, 'all of them';
is ask("j$many"), 401, 'a larger zone has them all';

done_testing;
