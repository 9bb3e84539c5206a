# Sessions whose access token ends are renewed, once for all who ask.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Login;
use Resonate::Workers;

plan skip_all => $_ for grep { $_ } Resonate::Login::missing();

my $clock = Resonate::Clock->new;
my $login = Resonate::Login->new(
    server => whoami() . 'location = /status { resonate_status; }',
    edge => { workers => 2, listen => 'reuseport', log => 'info',
              env => { $clock->env } });
my $provider = $login->provider;
my ($SOON, $LATE) = (3580, 3605);    # of an hour
my $JSON = { 'content-type' => 'application/json' };


# a session whose token ends soon, and how often it was asked for another

sub aged {
    my ($seconds) = @_;

    $clock->again;
    $login->agent->forget;
    $login->log_in('alice');
    my $cookie = $login->session;
    $clock->set($seconds // $SOON);
    return ($cookie, $provider->count('/token'));
}

sub set_cookies {
    return Resonate::Agent::list($_[0]{headers}{'set-cookie'});
}

sub ended { return grep { /^__Host-resonate=;.*Max-Age=0/ } set_cookies(@_) }


subtest 'renewed' => sub {
    my ($old, $asked) = aged();
    my $res = $login->get('/who');
    my $new = $login->session;

    is($res->{content}, 'alice', 'somebody');
    is($provider->count('/token'), $asked + 1, 'with a new token');
    isnt($new, $old, 'in a new cookie');
    like((set_cookies($res))[0], qr/Max-Age=258\d{4};/,
         'which ends when the old one did');
    is($res->{headers}{'cache-control'}, 'private, no-store', 'not cached');

    $res = $login->get('/who');
    is($res->{content}, 'alice', 'again');
    ok(!set_cookies($res), 'no need for another');

    $res = $login->edge->get('/who', headers => {
        Cookie => "__Host-resonate=$old" });
    is($res->{content}, 'alice', 'a tab with the old cookie');
    like((set_cookies($res))[0], qr/=\Q$new\E;/, 'gets the same');
    is($provider->count('/token'), $asked + 1, 'which was asked for once');

    $clock->set($SOON - 20);
    is($login->get('/login/session')->{status}, 200, 'and so on');
    is($login->who->{sub}, 'alice', 'for the page');
};


subtest 'all at once' => sub {
    my ($cookie, $asked) = aged();
    my %headers = (headers => { Cookie => "__Host-resonate=$cookie" });
    my @clients = map { workers($login->edge) } 1 .. 4;
    my @watch = workers($login->edge);

    $provider->hold('/token');
    $_->send($_->compose('GET', '/who', %headers)) for @clients;
    read_by($_) for @watch;
    wait_for { $provider->count('/token') > $asked } 5, 'the provider';

    my $gone = $login->edge->client;
    $gone->send($gone->compose('GET', '/who', %headers));
    $gone->close;

    is($provider->release('/token'), 1, 'two workers ask once');
    is_deeply([ map { $_->response->{content} } @clients ],
              [ ('alice') x @clients ], 'and all are served');
};


subtest 'the one who caused it goes away' => sub {
    my ($cookie, $asked) = aged();
    my $client = $login->edge->client;

    $provider->hold('/token');
    $client->send($client->compose('GET', '/who', headers => {
        Cookie => "__Host-resonate=$cookie" }));
    wait_for { $provider->count('/token') > $asked } 5, 'the provider';
    $client->close;
    $provider->release('/token');

    is($login->get('/who')->{content}, 'alice', 'the next one is served');
    is($provider->count('/token'), $asked + 1, 'with what it was given');
};


subtest 'refused' => sub {
    my (undef, $asked) = aged();

    $provider->script('/token', { status => 400, headers => $JSON,
                                  body => '{"error":"invalid_grant"}' });
    my $res = $login->get('/who');

    is("$res->{status} $res->{content}", '200 ', 'anonymous');
    is(scalar ended($res), 1, 'the session ends');
    ok(!$res->{headers}{'www-authenticate'}, 'and that is all');
    $provider->script('/token', undef);
    is($login->get('/need')->{status}, 401, 'nobody');
};


subtest 'no answer' => sub {
    for my $script ('error', 'close',
                    { status => 401, headers => $JSON,
                      body => '{"error":"invalid_client"}' },
                    { headers => $JSON, body => '{"access_token":"a"}' })
    {
        my (undef, $asked) = aged();
        my $what = ref $script ? $script->{body} : $script;

        $provider->script('/token', $script);
        my $before = $provider->count('/token');
        is($login->get('/who')->{content}, 'alice',
           "$what: the old token is good for a while");
        is($login->get('/who')->{content}, 'alice', 'again');
        is($provider->count('/token'), $before + 1, 'and is not asked at once');

        $provider->script('/token', undef);
        $clock->set($SOON + 3);
        $login->get('/who');
        is($provider->count('/token'), $before + 2, 'but soon');
    }

    aged($LATE);
    $provider->script('/token', 'error');
    is($login->get('/who')->{status}, 503, 'not known: it has ended');
    ok($login->session, 'the session is kept');
    $provider->script('/token', undef);
};


subtest 'no refresh token' => sub {
    $provider->client(client_id => 'edge',
                      grant_types => [ 'authorization_code' ]);
    my (undef, $asked) = aged();

    is($login->get('/who')->{content}, 'alice', 'good until it ends');
    $clock->set($LATE);
    my $res = $login->get('/who');
    is($res->{content}, '', 'and no longer');
    is(scalar ended($res), 1, 'the session ends');
    is($provider->count('/token'), $asked, 'nothing was asked');
};


subtest 'the end of the session itself' => sub {
    my ($cookie) = aged(31 * 86400);
    my $res = $login->edge->get('/who', headers => {
        Cookie => "__Host-resonate=$cookie" });

    is($res->{content}, '', 'after its life nobody');
    is(scalar ended($res), 1, 'and its cookie goes');
};

$clock->set(0);
my %count = $login->edge->get('/status')->{content}
            =~ /^resonate_logins_(\w+)_total (\d+)/mg;
is("@count{qw(started completed refreshed ended)}",
   "$count{started} $count{started} 7 1", 'counted');

done_testing;
