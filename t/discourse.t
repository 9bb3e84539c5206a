# DiscourseConnect: a forum asks, the session answers.  The forum is written
# here, by its description (https://meta.discourse.org/t/13045).

use lib 't/lib';
use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64);
use Resonate::Test;
use Resonate::Login;

plan skip_all => $_ for grep { $_ } Resonate::Login::missing();

my $SECRET = 'the forum and the edge know this';
my $FORUM = 'https://forum.example';
my $dir = tempdir();

spew("$dir/secret", "$SECRET\n");
chmod 0600, "$dir/secret";

# what is shipped, with this forum's particulars
my $piece = slurp('conf.d/upstreams/discourse.conf');

for ([ '/etc/resonate/forum.secret', "$dir/secret" ],
     [ 'https://forum.example.org;', "$FORUM http://forum.example:8080;" ],
     [ '/usr/share/resonate', $Resonate::Test::ROOT ],
     [ 'resonate_auth_session  player', 'resonate_auth_session main' ]) {
    my ($shipped, $here) = @$_;
    $piece =~ s/\Q$shipped/$here/ or die "discourse.conf has no $shipped\n";
}

my $login = Resonate::Login->new(
    http     => "upstream discourse { server unix:$dir/forum; } "
                . "server { listen unix:$dir/forum; "
                . 'location / { return 200 "the forum"; } } ',
    scope    => 'openid profile email stream',
    provider => { scopes => 'stream profile email', people => {
        alice => { name => "Alic\x{e9} & Co", preferred_username => 'al',
                   email => 'alice@x.example', email_verified => \1 },
        bob   => { email => 'bob@x.example', email_verified => \0 } } },
    server   => $piece);
my $n = 0;


# the path of a question; changes of its parameters, of its signature

sub question {
    my (%change) = @_;
    my $sig = delete $change{sig};
    my $lines = delete $change{lines} // '';
    my %asked = (nonce => 'n' . ++$n,
                 return_sso_url => "$FORUM/session/sso_login", %change);
    my $sso = encode_base64(Resonate::Agent::form(%asked), $lines);

    return '/sso?' . Resonate::Agent::form(sso => $sso,
        sig => $sig // hmac_sha256_hex($sso, $SECRET));
}


# what the forum makes of where it sends the browser: the answer, or undef

sub answer {
    my ($location) = @_;
    my %got = map { unescape($_) } $location =~ /[?&](\w+)=([^&]*)/g;

    return undef if hmac_sha256_hex($got{sso}, $SECRET) ne $got{sig};
    return { map { unescape($_) }
             decode_base64($got{sso}) =~ /(?:^|&)(\w+)=([^&]*)/g };
}

sub unescape { return $_[0] =~ s/%([0-9A-F]{2})/chr hex $1/ger }


is($login->get('/t/1')->{content}, 'the forum', 'the forum is behind it');

my $path = question();
my $res = $login->get($path);

is("$res->{status} $res->{headers}{location}",
   '302 /login?return=' . Resonate::Agent::escape($path),
   'who is not logged in does so first');

$res = $login->provider->log_in($login->agent, $res->{location}, 'alice',
                                qr/^\Q$FORUM\E/);
is($res->{location} =~ s/\?.*//r, "$FORUM/session/sso_login", 'and goes back');
is($res->{headers}{'cache-control'}, 'no-store', 'not cached');
is_deeply(answer($res->{location}),
          { nonce => "n$n", external_id => 'alice', username => 'al',
            name => "Alic\xc3\xa9 & Co", email => 'alice@x.example' },
          'as somebody');

$res = $login->get($path);
is($res->{status}, 403, 'the same question again');
ok(!$res->{headers}{location}, 'leads nowhere');

$res = $login->get(question(lines => "\n"));
is(answer($res->{headers}{location})->{nonce}, "n$n", 'in lines');

$res = $login->get(question(
    return_sso_url => 'http://forum.example:8080/a?b=c'));
like($res->{headers}{location}, qr{^http://forum\.example:8080/a\?b=c&sso=},
     'another of its origins, with a query');

for my $row (
    [ 'another secret', sig => hmac_sha256_hex('a', 'b') ],
    [ 'no signature', sig => '' ],
    [ 'a short one', sig => 'ab' ],
    [ 'another place', return_sso_url => 'https://evil.example/' ],
    [ 'one that looks like it', return_sso_url => "$FORUM.evil.example/" ],
    [ 'a user of it', return_sso_url => "$FORUM\@evil.example/" ],
    [ 'no place', return_sso_url => undef ],
    [ 'no nonce', nonce => undef ],
    [ 'two of them', nonce => [ 'a', 'b' ] ],
) {
    my ($what, @change) = @$row;
    my $bad = $login->get(question(@change));

    is($bad->{status}, 403, $what);
    ok(!$bad->{headers}{location}, 'leads nowhere');
}

is($login->get('/sso')->{status}, 403, 'no question');
is($login->get(question() . '&sso=a')->{status}, 403, 'two');
is($login->agent->request('POST', $login->url(question()),
       headers => { 'Sec-Fetch-Site' => 'same-origin' })->{status}, 405,
   'only GET');
is($login->edge->get(question(), token => $login->provider->token(
       sub => 'alice'))->{status}, 302, 'a token is no session');

$login->agent->forget;
$login->log_in('bob');
$res = $login->get(question());
is($res->{status}, 403, 'an address that is not verified');
like($res->{content}, qr/needs your e-mail address/, 'says so');


for my $row (
    [ "resonate_discourse $dir/secret $FORUM login=/in;" ],
    [ "resonate_discourse $dir/secret;",
      'invalid number of arguments in "resonate_discourse" directive' ],
    [ "resonate_discourse $dir/secret login=/in;",
      '"resonate_discourse" directive needs an origin of the forum' ],
    (map { [ "resonate_discourse $dir/secret $_;", 'invalid parameter '
             . qq("$_" in "resonate_discourse" directive, it must be an )
             . 'origin, or "login=" and a path' ] }
         "$FORUM/", 'forum.example', 'login=//a'),
    [ "resonate_discourse $dir/secret $FORUM; " x 2,
      '"resonate_discourse" directive is duplicate' ],
    [ "resonate_discourse $dir/none $FORUM;", qq(open() "$dir/none" of )
      . '"resonate_discourse" failed (2: No such file or directory)' ],
) {
    my $why = Resonate::Edge->conf_fails(modules => [qw(core auth)],
                                         server => "location / { $row->[0] }");

    $why =~ s/ in \S+:\d+$// if defined $why;
    is($why, $row->[1], $row->[0]);
}

done_testing;
