# The Debian packages, in a clean Debian: built, installed, set up by the
# commands of the manual, upgraded under a running stream, removed and purged.

use lib 't/lib';
use Resonate::Test;
use Resonate::Site;

my $missing = Resonate::Site::missing();
plan skip_all => $missing if $missing;

my $root = Resonate::Site->new or do { done_testing; exit };
my $dir = $root->dir;
my $site = $root->name;
my $file = $root->file;

sub get { return $root->page(@_) }

subtest 'from bare Debian to music, as printed' => sub {
    $root->music;

    for my $line ($root->printed('From bare Debian to music', 2)) {
        my ($status, $output) = $root->run($line);
        is $status, 0, $line or diag $output;
    }
};

my ($stream, $bearer) = $root->listener;

sub plays { $root->plays($_[0], $stream, $bearer) }

plays('it plays');

subtest 'who may what' => sub {
    ok $root->logs_in('www-data', 'resonate_edge'), 'nginx is the edge';
    ok !$root->logs_in(@$_), "$_->[0] is not $_->[1]"
        for ['www-data', 'resonate_ingest'], ['nobody', 'resonate_edge'],
            ['resonate', 'resonate_owner'], ['resonate', 'postgres'];

    is $root->mode("etc/resonate/$_"), '0600', $_
        for qw(topup.secret ticket.key keys/private.pem);
    is $root->mode('var/log/resonate/access.log'), '0640', 'who listened';
};

subtest 'again, and changed by hand' => sub {
    my $before = slurp($root->hba);

    unlike $root->out('resonate-setup'), qr/ making /, 'nothing to do';
    spew($file, "# mine\n" . slurp($file));
    like $root->out('resonate-setup --check'), qr/is kept .*by hand/,
        'a changed site is the operator\'s';
    like $root->out('resonate-setup --audience app'),
        qr/^ +without resonate_issuer .* audience=app;$/m, 'what it has not';
    like slurp($file), qr/^# mine$/m, 'and is kept';
    $root->out('resonate-setup --audience resonate');
    is slurp($root->hba), $before, 'the lines of PostgreSQL are there once';
    like $root->out('cd && resonate-ingest /srv/music'), qr/1 unchanged/,
        'ingestion, from a folder that is closed to its user';
    like $root->out('resonate-maintain --audit'), qr/without fault/, 'upkeep';
};

subtest 'a log is rotated' => sub {
    my $log = "$dir/var/log/resonate/access.log";

    get('/');
    $root->out('apt-get -y install logrotate'
               . ' && logrotate -f /etc/logrotate.d/resonate');
    wait_for { get('/'); -s $log } 20, 'a line in the new one';
    ok -s "$log.1", 'and the old one is kept';
};

subtest 'what it says' => sub {
    my $stop = 'pg_ctlcluster $(pg_lsclusters -h | cut -d" " -f1) main';

    $root->out("$stop stop");
    like +($root->run('resonate-setup'))[1], qr/is down; start it:/,
        'PostgreSQL is down';
    $root->out("$stop start && invoke-rc.d nginx restart");
    like +($root->run("resonate-setup --$_->[0]"))[1], qr/$_->[1]/, $_->[0]
        for ['server-name a_b', 'not a host name'],
            ['cluster 9/none', 'no cluster 9/none'],
            ['jwks /etc/passwd', 'not a JSON Web Key Set'];

    like $root->broken('invoke-rc.d nginx stop; nginx -t; resonate-setup'),
        qr/nginx does not run; start it:/, 'nginx is down';
    $root->out('invoke-rc.d nginx start');
    plays('after a restart');
};

subtest 'a site of its own making' => sub {
    my $tls = 'resonate-setup --tls-cert /opt/site.pem --tls-key /opt';
    my $proof = '/.well-known/acme-challenge/x';

    unlink $file;
    $root->out('resonate-setup');
    my $before = slurp($file);
    spew("$dir/etc/nginx/conf.d/no.conf", "no;\n");
    like $root->broken('resonate-setup --audience app'),
        qr/unknown directive "no"/, 'nginx refuses it';
    is slurp($file), $before, 'so it is as it was';
    $root->out('rm /etc/nginx/conf.d/no.conf;'
               . ' resonate-setup --audience resonate');
    $root->certificate;
    like $root->broken("$tls/other"), qr/not the key of/, 'another key';
    $root->out("$tls/site.key");

    my $answer = wait_for {
        $root->get("https://$site/api/v3/tracks?limit=7", '--cacert site.pem')
    } 20, 'https';
    like $answer->{content}, qr{"https://$site/api}, 'its addresses';
    unlike $answer->{head}, qr/^strict-transport-security/mi, 'not for ever';
    wait_for { get('/a?b=c')->{head}
               =~ m{^HTTP\S+ 301 .*^Location: https://$site/a\?b=c\r?$}ms } 20,
        'where http leads to';
    $root->out("install -D site.pem /var/lib/resonate/acme$proof");
    is get($proof)->{content}, slurp("$dir/opt/site.pem"), 'but for proofs';
    $root->out("resonate-setup --public-url https://cdn.$site");
    is $root->sql('SELECT value FROM resonate.setting'),
        "https://cdn.$site\n", 'public_url';
    $root->out("resonate-setup --tls-cert none --public-url http://$site");
    plays('http again');
};

subtest 'the complete nginx.conf of the manual' => sub {
    my $nginx = 'nginx -c /opt/nginx.conf';
    spew("$dir/opt/nginx.conf", $root->complete);
    $root->out("invoke-rc.d nginx stop; $nginx");
    like get('/api/v3/tracks')->{content}, qr/"title" ?: ?"Hum"/, 'answers';
    $root->out("$nginx -s quit");
    wait_for { !-e "$dir/run/nginx.pid" } 20, 'its end';
    $root->out('invoke-rc.d nginx start');
};

subtest 'upgrade' => sub {
    my $master = $root->older;

    # a listener who does not listen: more is to come than fits into sockets
    my $slow = $root->start(
        "mkfifo go; curl -s -D head $bearer http://$site$stream"
        . ' | (read -r go < go; cat > slow)', "$dir/../slow.log");
    wait_for { -s "$dir/opt/head" } 30, 'a stream';
    $root->newer('usr/share/resonate/sql/99_grants.sql',
                 "COMMENT ON SCHEMA v3 IS 'new';");
    like $root->out('apt-get -y install ./up/*.deb'),
        qr/making +schema .* ticket.*making +site .*a new master/s, 'steps';
    isnt slurp("$dir/run/nginx.pid"), $master, 'a new master';
    $root->out('echo > go');
    ok $slow->ended(90), 'the stream ends';
    is -s "$dir/opt/slow", length get($stream, $bearer)->{content},
        'with all its bytes';
    is $root->sql("SELECT obj_description('v3'::regnamespace)"), "new\n",
        'the schema is the new one';
    plays('the new version');
    $root->changed_by_hand;
};

subtest 'removed' => sub {
    $root->out('apt-get -y remove libnginx-mod-resonate');
    is +($root->run('nginx -t'))[0], 0, 'nginx is whole without it';
    $root->out('apt-get -y install ./up/*.deb');
    plays('and installed again');
    unlink $file;
    $root->out('cp /etc/resonate/keys/jwks.json . && '
               . join ' && ', $root->printed('From bare Debian to music', 4));
    like slurp($file), qr{^resonate_issuer\ https://id\.example\.org
                          \ jwks=/etc/resonate/jwks\.json\ }mx,
        'another issuer, as printed';
    $root->out('resonate-setup --own-key');
    like slurp($file), qr{^resonate_issuer\ http://$site
                          \ jwks=/etc/resonate/keys/jwks\.json\ }mx,
        'and its own again';
    $root->out('apt-get -y purge resonate libnginx-mod-resonate');

    is +($root->run('nginx -t'))[0], 0, 'purged: nginx is whole';
    is $root->out('find / -xdev -name "*resonate*" -not -path "/opt/*"'
                  . ' | sort'), "/srv/resonate\n", 'the media are left';
    is $root->out('grep -rl resonate /etc | grep -v -e -$ | sort'), join('',
        map { "/etc/$_\n" } qw(group gshadow passwd shadow)), 'and their user';
    is $root->sql('SELECT title FROM resonate.track'), "Hum\n",
        'and the database';
};

subtest 'over the database that was kept' => sub {
    my $remove = 'resonate-setup --remove --data';
    $root->out('apt-get -y install ./up/*.deb; resonate-setup --server-name '
               . $site);
    ($stream, $bearer) = $root->listener;    # its key is another one
    plays('it plays');
    like $root->broken("$remove example.org"), qr/this site is \Q$site\E/,
        'not without its name';
    unlike $root->out("$remove $site --dry-run"), qr/ removing /, 'only said';
    $root->out("$remove $site && apt-get -y purge resonate");
    is $root->out('find /srv/resonate -mindepth 1; grep -rl resonate'
                  . ' /etc/postgresql /etc/nginx || true'), '', 'no files';
    is $root->sql("SELECT datname FROM pg_database WHERE datname = 'resonate'
                   UNION SELECT rolname FROM pg_roles WHERE rolname
                   LIKE 'resonate%'", 'postgres'), '', 'nor database nor roles';
};

done_testing;
