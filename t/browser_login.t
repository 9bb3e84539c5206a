# The page in Chromium: a session by the provider's own page, renewed and ended.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;
use Resonate::Login;

plan skip_all => $_ for grep { $_ } Resonate::Browser::missing(),
                                    Resonate::Login::missing();

my $root = $Resonate::Test::ROOT;
my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $media = media();
my $login = Resonate::Login->new(
    provider => { scopes => 'stream plays profile playlists',
                  ttl => { access => 4 },
                  people => { alice => { name => 'Alice' } } },
    http     => 'resonate_cache 1m listen=read; resonate_revocation read;',
    server   => <<EOF2,
        set \$resonate_www $root/www;
        set \$resonate_media $media;
        set \$resonate_login /login;
        set \$resonate_session /login/session;
        set \$resonate_logout /logout;
        include $root/conf.d/api-v3.conf;
        include $root/conf.d/player.conf;
        location = /backchannel-logout {
            resonate_backchannel_logout write audience=edge;
        }
EOF2
    edge     => { pg => $pg, media => $media,
                  modules => [qw(core auth tracks pay)] },
);
my $provider = $login->provider;

$pg->dbh->do("SELECT resonate.demo_listener(?, 'alice', 'Alice', 4088)", {},
             $provider->issuer);

$provider->client(client_id => 'edge',
                  backchannel_logout_uri =>
                      $login->edge->url . '/backchannel-logout',
                  backchannel_logout_session_required => JSON::PP::true);

Resonate::Browser::run('login', RESONATE_URL => $login->edge->url,
                       RESONATE_PROVIDER => $provider->issuer,
                       RESONATE_IDS => JSON::PP::encode_json($id));

done_testing;
