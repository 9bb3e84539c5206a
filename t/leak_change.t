# A ticket is asked of again and again: what it was given for ends, and so does
# it, or what it plays.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ticket;
use Digest::SHA qw(sha256_hex);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $service = $pg->dbh(user => 'resonate_identity');
my $iss = 'https://demo.resonate.example';
my $key = key_file();

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(),
    server => ticket_location('v3.stream', 'cache=1h personal=1h') . <<'END',
location /api/ {
    resonate_auth optional;
    resonate_route POST /plays v3.play access=user body.trackId|track_id:uuid!;
}
END
    http => "resonate_cache 1m listen=read; resonate_ticket_key $key;
             resonate_revocation read poll=50ms;
             resonate_pg gone 'host=/nowhere dbname=x user=x';");

$dbh->do('SELECT resonate.demo_listener(?, ?, ?, ?)', {}, $iss, 'poor', 'P', 2);


# the URL that somebody is given for a track

sub given {
    my ($track, $token) = @_;
    my $res = $edge->post("/t/$id->{$track}/ticket", '',
                          token => $token);

    return json($res)->{data}{url};
}

sub heard {
    my ($url) = @_;
    my $res = $edge->request('HEAD', $url);

    return $res->{headers}{'x-resonate-stream'} // $res->{status};
}

sub comes_to {
    my ($url, $wanted) = @_;

    return eval { wait_for { heard($url) eq $wanted } 10, $wanted; 1 };
}


# entitlement

for (
    # what it is, whose it is, for what, before, the change, after
    [ 'a wallet', 'paid', 'poor', 'full', sub {
        $edge->post('/api/plays', qq({"trackId":"$id->{band_track}"}),
                    token => token(sub => 'poor'))->{status} == 200
            or die 'no play' }, 'preview' ],
    [ 'one\'s own', 'paid', 'owner', 'full', sub {
        $dbh->do('UPDATE resonate.creator SET owner_id = ? WHERE id = ?', {},
                 @$id{qw(listener artist)}) }, 'preview' ],
    [ 'a free track', 'free', undef, 'full', sub {
        $dbh->do("UPDATE resonate.track SET status = 'paid' WHERE id = ?", {},
                 $id->{free}) }, 'preview' ],
    [ 'a track', 'short', 'listener', 'full', sub {
        $dbh->do("UPDATE resonate.track SET status = 'deleted' WHERE id = ?",
                 {}, $id->{short}) }, '404' ],
) {
    my ($name, $track, $who, $before, $change, $after) = @$_;
    my $url = given($track, $who && token(sub => $who));

    is heard($url), $before, "$name: $before";
    $change->();
    ok comes_to($url, $after), "then $after";
}


# revocation, of whatever names the token

my $now = time;
my $nobody = given('paid');
my $other = given('paid', token(jti => 'j', client_id => 'radio', sid => 's',
                                iat => $now - 9));

for my $kind (qw(token jti session client subject)) {
    my %names = (jti => "j-$kind", session => "s-$kind", client => "c-$kind",
                 subject => 'listener');
    my $token = token(jti => $names{jti}, sid => $names{session},
                      client_id => $names{client}, iat => $now - 99);
    my $url = given('paid', $token);
    my @args = ($names{$kind}, $iss,
                $kind eq 'subject' ? gmtime($now - 50) . ' UTC' : undef);

    is heard($url), 'full', "$kind: before";

    @args = sha256_hex($token =~ s/\.[^.]*\z//r) if $kind eq 'token';
    $service->do('SELECT resonate.revoke(' . join(', ', ('?') x (1 + @args))
                 . ')', {}, $kind, @args);

    ok comes_to($url, 403), 'after';
    is heard($other), 'full', 'not that of another token';
}

is heard($nobody), 'preview', 'nobody has nothing to be revoked';
is json($edge->get($nobody =~ s/ticket=.*/ticket=x/r))->{detail},
    'The ticket is malformed', 'what is wrong';


# what is not known yet is not taken for good

$edge->reload(http => "resonate_cache 1m; resonate_ticket_key $key;
    resonate_pg gone 'host=/nowhere dbname=x user=x';
    resonate_revocation gone required=on zone=128k;");
my $res = $edge->get($other);
is $res->{status}, 503, 'before revocations were read';
ok $res->{headers}{'retry-after'}, 'to be tried again';
is heard($nobody), 'preview', 'which nobody waits for';

done_testing;
