# A session that was revoked is over, whatever tokens it has or would get, and
# so are the tickets that it got.

use lib 't/lib';
use JSON::PP ();
use MIME::Base64 qw(decode_base64url);
use Resonate::Test;
use Resonate::Clock;
use Resonate::Login;
use Resonate::Ticket;

plan skip_all => $_ for grep { $_ } Resonate::Login::missing();

my $SOON = 3580;    # of an hour: it is time to renew
my $clock = Resonate::Clock->new;
my $pg = Resonate::Pg->new;
my $login = Resonate::Login->new(
    http => 'resonate_revocation read poll=50ms;
             resonate_ticket_key ' . key_file() . ';',
    server => ticket_route($pg)
              . 'location = /told { resonate_backchannel_logout write
                                                              audience=edge; }',
    edge => { pg => $pg, env => { $clock->env }, media => ticket_media(),
              modules => [qw(core auth tracks)] });
my $provider = $login->provider;
my $iss = $provider->issuer;
my $service = $pg->dbh(user => 'resonate_identity');


$provider->client(client_id => 'edge',
                  backchannel_logout_uri => $login->url('/told'),
                  backchannel_logout_session_required => JSON::PP::true);


# somebody logs in; the session's name, which only the provider is told

sub logged_in {
    my ($name) = @_;

    $clock->again;
    $login->agent->forget;
    $login->log_in($name);

    my $agent = Resonate::Agent->new;
    $agent->{jar} = { localhost => { %{$login->agent->{jar}{localhost}} } };

    my $res = $agent->request('POST', $login->url('/logout'),
                              headers => { 'Sec-Fetch-Site' => 'same-origin' });
    my ($payload) = $res->{location} =~ /id_token_hint=[^.]+\.([^.]+)\./;

    is($login->get('/who')->{content}, $name, "$name is logged in");
    return JSON::PP::decode_json(decode_base64url($payload))->{sid};
}


sub ticket_url {
    return json($login->agent->request('POST', $login->url("/t/$TRACK/ticket"),
        headers => { 'Sec-Fetch-Site' => 'same-origin' }))->{data}{url};
}


sub over {
    my ($what, $ticket) = @_;
    my @sent = (headers => {
        Cookie => "$Resonate::Login::COOKIE=" . $login->session });
    my $asked = $provider->count('/token');

    wait_for { $login->edge->get('/who', @sent)->{content} eq '' } 10,
        'the end';
    $clock->set($SOON);

    my $res = $login->get('/who');
    my @cookies = Resonate::Agent::list($res->{headers}{'set-cookie'});

    is($login->edge->get($ticket)->{status}, 403, 'a ticket of it') if $ticket;
    is($res->{content}, '', "$what: nobody");
    is("@cookies" =~ s/=;.*//r, '__Host-resonate', 'the cookie goes');
    is($provider->count('/token'), $asked, 'and no token is asked for');
}

my $sid = logged_in('alice');
my $ticket = ticket_url();

is($login->edge->get($ticket)->{headers}{'x-resonate-stream'}, 'full',
   'a ticket of a session');
$service->do("SELECT resonate.revoke('session', ?, ?)", {}, "no $sid", $iss);
$service->do("SELECT resonate.revoke('subject', 'alice', ?, ?)", {}, $iss,
             '2020-01-01');
$service->do("SELECT resonate.revoke('session', ?, ?)", {}, $sid, $iss);
over('the session', $ticket);

logged_in('dora');
is_deeply([ map { "$_->{client} " . ($_->{error} // 'told') }
            $provider->log_out('dora') ], [ 'edge told' ], 'at the provider');
over('what the provider has ended');

logged_in('alice');

logged_in('bob');
$ticket = ticket_url();
$service->do("SELECT resonate.revoke('subject', 'bob', ?)", {}, $iss);
over('the person', $ticket);

# a ticket of a token that is younger than what the session was revoked by

$clock->again;
$clock->set(-20);
$login->agent->forget;
$login->log_in('erin');
$ticket = ticket_url();
is($login->edge->get($ticket)->{headers}{'x-resonate-stream'}, 'full',
   'a ticket of a new token');
$service->do("SELECT resonate.revoke('subject', 'erin', ?, ?)", {}, $iss,
             gmtime($clock->{start} - 10) . ' UTC');
ok(eval { wait_for { $login->edge->get($ticket)->{status} == 403 } 10 },
   'ends with the session, which is older');

logged_in('carol');
$service->do("SELECT resonate.revoke('client', 'edge', ?)", {}, $iss);
over('the client');

done_testing;
