# A browser logs in at a provider by the edge, and out again.

use lib 't/lib';
use Resonate::Test;
use Resonate::Login;

plan skip_all => $_ for grep { $_ } Resonate::Login::missing();

my $login = Resonate::Login->new(
    provider => { people => { alice => { name => "Alic\x{e9}" } } },
    keys     => 'discovery on interval=1s;',
    lines    => 'parameter ui_locales en; resource urn:resonate:es256;');
my $provider = $login->provider;
my $url = $login->url('');
my %own = ('Sec-Fetch-Site' => 'same-origin');


subtest 'the way to the provider' => sub {
    my $res = $login->get('/login?return=/need%3Fa=b%26c');
    my ($open) = $res->{headers}{'set-cookie'};
    my %asked = $res->{headers}{location} =~ /[?&](\w+)=([^&]*)/g;

    is($res->{status}, 302, 'found');
    is($res->{headers}{location} =~ s/\?.*//r, $provider->url('/auth'),
       'to its authorization endpoint');
    is("@asked{qw(response_type client_id scope code_challenge_method)}",
       'code edge openid%20profile%20stream S256', 'what is asked');
    is("@asked{qw(redirect_uri ui_locales resource)}",
       Resonate::Agent::escape("$url/login/callback")
       . ' en urn%3Aresonate%3Aes256', 'and how');
    like($asked{$_}, qr/^[\w-]{43}$/, $_) for qw(state nonce code_challenge);
    is($open =~ s/=[\w-]+;/=;/r,
       '__Host-resonate-' . substr($asked{state}, 0, 8) . '=; Path=/; '
       . 'Max-Age=600; HttpOnly; Secure; SameSite=Lax',
       'a cookie for this log-in alone');
    unlike($open, qr/$asked{state}|need/, 'that says nothing');
    is($res->{headers}{'cache-control'}, 'no-store', 'not cached');

    my %other = $login->get('/login')->{headers}{location}
                =~ /[?&](\w+)=([^&]*)/g;
    isnt($other{$_}, $asked{$_}, "another $_")
        for qw(state nonce code_challenge);

    is($login->get('/login?return=' . Resonate::Agent::escape($_))->{status},
       400, "no way to $_")
        for '//evil.example', '/\\evil.example', 'https://evil.example/',
            'javascript:alert(1)', "/\tx", "/a\r\nSet-Cookie: a=b", '', 'a',
            "/\x{7f}", '/' . 'a' x 2048;
    is($login->get('/login?return=/a&return=/b')->{status}, 400, 'nor to two');
    is($login->agent->request('POST', "$url/login")->{headers}{allow},
       'GET, HEAD', 'only GET');
    $login->agent->forget;
};


subtest 'several at once' => sub {
    my @url = map { $login->get("/login?return=/$_")->{location} } 1 .. 3;
    my $last = $provider->log_in($login->agent, $url[2], 'alice', qr{/3$});
    my $other = $provider->log_in($login->agent, $url[1], 'alice', qr{/2$});

    is("$last->{status} $last->{headers}{location}", '303 /3',
       'one leads where it began');
    is("$other->{status} $other->{headers}{location}", '303 /2',
       'and so does the other');

    $login->get('/login') for 1 .. 6;
    my @kept = $login->agent->cookies('localhost') =~ /__Host-resonate-/g;

    is(scalar @kept, 5, 'of more some end');
    $login->agent->forget;
};


subtest 'logged in' => sub {
    is($login->get('/need')->{status}, 401, 'nobody at first');
    is_deeply($login->who, { sub => undef, name => undef, expires => undef },
              'as the page is told');

    my $before = $provider->count('/token');
    my $res = $login->log_in('alice', '/need');
    my ($cookie) = grep { /^__Host-resonate=/ }
                   @{$res->{headers}{'set-cookie'}};

    is($res->{status}, 303, 'back');
    is($res->{headers}{location}, '/need', 'where it began');
    is($res->{headers}{'cache-control'}, 'no-store', 'not cached');
    is($provider->count('/token'), $before + 1, 'the code was exchanged once');
    is($cookie =~ s/=1\.[\w-]+;/=;/r, '__Host-resonate=; Path=/; '
       . 'Max-Age=2592000; HttpOnly; Secure; SameSite=Lax', 'a session');
    unlike($cookie, qr/eyJ|alice/, 'in which nothing can be read');
    unlike($login->agent->cookies('localhost'), qr/resonate-/,
           'the log-in has ended');

    is($login->get('/need')->{content}, 'alice', 'somebody');

    my $who = $login->get('/login/session');

    is_deeply([ @{json($who)}{qw(sub name)} ], [ 'alice', "Alic\x{e9}" ],
              'as the page is told');
    like(json($who)->{expires}, qr/^\d{4}-\d\d-\d\dT[\d:]{8}\.000Z$/,
         'and until when');
    is(join(' ', sort keys %{json($who)}), 'expires name sub', 'no more');
    is("$who->{headers}{'cache-control'} $who->{headers}{vary}",
       'private, no-store Cookie', 'for this browser alone');
};


subtest 'whose page asks' => sub {
    my $token = $provider->token(sub => 'bob');
    my $send = sub {
        my ($method, %headers) = @_;
        my $res = $login->agent->request($method, "$url/need",
                                         headers => \%headers);
        return "$res->{status} " . ($res->{status} == 200 ? $res->{content}
                                                         : '');
    };

    is($send->('POST'), '403 ', 'POST without a word');
    is($send->('POST', %own), '200 alice', 'from a page of this origin');
    is($send->('POST', 'Sec-Fetch-Site' => $_), '403 ', "POST: $_")
        for qw(cross-site same-site), '';
    is($send->('POST', Origin => $url), '200 alice', 'Origin: our own');
    is($send->('POST', Origin => $_), '403 ', "Origin: $_")
        for 'null', 'http://evil.example', "$url.evil.example",
            $url =~ s/localhost/127.0.0.1/r;
    is($send->('POST', %own, Origin => 'http://evil.example'), '200 alice',
       'Sec-Fetch-Site counts');
    is($send->('POST', Origin => [ $url, $url ]), '403 ', 'two of them');
    is($send->($_, 'Sec-Fetch-Site' => 'cross-site'), '403 ', $_)
        for qw(PUT PATCH DELETE);
    is($send->('GET', 'Sec-Fetch-Site' => 'cross-site'), '200 alice',
       'GET: a link from elsewhere');

    is($send->('GET', Authorization => "Bearer $token"), '400 ',
       'two tokens are one too many');
    is($send->('GET', Authorization => 'Basic YTpi'), '200 alice',
       'a password is no token');
    is($login->edge->get('/need', token => $token)->{content}, 'bob',
       'a token without a cookie');
};


subtest 'new keys of the provider' => sub {
    $provider->rotate;
    $login->agent->forget;

    # the last fetch may be less than a second old
    wait_for { $login->log_in('carol')->{status} == 303 } 10, 'the keys';
    is($login->get('/need')->{content}, 'carol', 'are fetched for a log-in');
    $login->agent->forget;
    $login->log_in('alice');
};


subtest 'logged out' => sub {
    is($login->get('/logout')->{status}, 403, 'not by a link from elsewhere');
    is($login->post('/logout', {}, headers => { Origin => 'http://a.example' })
             ->{status}, 403, 'nor by its form');
    is($login->get('/need')->{content}, 'alice', 'still there');

    my $res = $login->post('/logout', {}, headers => \%own);

    is($res->{status}, 303, 'by ours');
    is($res->{headers}{location} =~ s/=eyJ.*//r,
       $provider->url('/session/end?id_token_hint'), 'to the provider');
    like($res->{headers}{'set-cookie'}, qr/^__Host-resonate=; .*Max-Age=0;/,
         'the session ends');
    is($login->get('/need')->{status}, 401, 'nobody');

    my $end = $provider->end_session($login->agent, $res->{location},
                                     qr/^\Q$url\E/);

    is($end->{location}, "$url/", 'and back');
    $end = $login->log_in('bob', '/who');
    is($login->get('/who')->{content}, 'bob', 'somebody else');
    is($login->get('/logout', headers => \%own)->{status}, 303,
       'by a link of ours');
    is($login->post('/logout', {}, headers => \%own)->{headers}{location},
       '/', 'nobody is there to log out');
};

done_testing;
