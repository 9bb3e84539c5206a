# The Debian packages, in a clean Debian: built, installed, set up by the
# commands of the manual, upgraded under a running stream, removed and purged.

use lib 't/lib';
use Resonate::Test;
use Resonate::Root;
use Resonate::Source;

my $missing = Resonate::Root::missing();
plan skip_all => $missing if $missing;

my $built = "$Resonate::Test::ROOT/build/package";
my $site = 'music.example.org';
my $manual = Resonate::Source::text('doc/MANUAL.md');

is system("make -s -C $Resonate::Test::ROOT package > /dev/null"), 0,
    'make package' or do { done_testing; exit };

my $root = Resonate::Root->new;
my $dir = $root->dir;
my $file = "$dir/etc/nginx/sites-available/resonate";

system('cp', map({ glob "$built/${_}_*.deb" } qw(libnginx-mod-resonate
       resonate)), "$dir/opt") == 0 or die 'cp';
spew("$dir/etc/hosts", slurp("$dir/etc/hosts") . "127.0.0.1 $site\n");
spew("$dir/etc/apt/apt.conf.d/lean", qq(APT::Install-Recommends "false";\n));
$root->download('/opt/*.deb', qw(nginx postgresql logrotate));


sub get { return $root->get("http://$site$_[0]", $_[1]) }


# the lines of the n-th block of commands below a heading

sub printed {
    my ($heading, $number) = @_;
    my ($chapter) = $manual =~ /^#+ \Q$heading\E\n(.*?)(?=^#+ )/ms or die;
    my @blocks = $chapter =~ /^```sh\n(.*?)^```$/gms;

    return map { s/\s+# .*//r } split /\n/, $blocks[$number - 1];
}


subtest 'from bare Debian to music, as printed' => sub {
    mkdir "$dir/srv/music" or die $!;
    system(qw(ffmpeg -nostdin -v error -f lavfi -i sine=duration=900 -metadata
              title=Hum -metadata artist=Ada), "$dir/srv/music/Hum.flac") == 0
        or die 'ffmpeg';

    for my $line (printed('From bare Debian to music', 2)) {
        my ($status, $output) = $root->run($line);
        is $status, 0, $line or diag $output;
    }
};

my ($id) = get('/api/v3/tracks')->{content} =~ /"id" ?: ?"([^"]+)/;
my ($token) = $root->out('resonate-token --user ada') =~ /(\S+)\n\z/;
my $bearer = "-H 'Authorization: Bearer $token'";
my $stream = "/api/v3/user/stream/$id";

sub plays {
    my ($when) = @_;

    subtest $when => sub {
        wait_for { get('/')->{head} =~ /^Content-Security-Policy:/m } 20,
            'the page';
        like get('/player.js')->{head},
            qr{^HTTP\S+ 200 .*^Content-Type: text/javascript\r}ms, 'its script';
        like get('/api/v3/tracks')->{content}, qr/"title" ?: ?"Hum"/, 'the API';
        like get($stream)->{head}, qr/^X-Resonate-Stream: preview\r/m,
            'a preview';
        like get($stream, $bearer)->{head},
            qr/^HTTP\S+ 200 .*^X-Resonate-Stream: full\r/ms, 'all of it';
    };
}

plays('it plays');

subtest 'who may what' => sub {
    like $root->out("runuser -u www-data -- psql -h /run/postgresql"
                    . " -U resonate_edge -d resonate -Atc 'SELECT 1'"),
        qr/^1$/, 'nginx is the edge';

    for (['www-data', 'resonate_ingest'], ['nobody', 'resonate_edge'],
         ['resonate', 'resonate_owner'], ['resonate', 'postgres'])
    {
        my ($user, $role) = @$_;
        isnt +($root->run("runuser -u $user -- psql -h /run/postgresql"
                          . " -U $role -d resonate -c ''"))[0], 0,
            "$user is not $role";
    }

    is sprintf('%04o', (stat "$dir/etc/resonate/$_")[2] & 07777), '0600', $_
        for qw(topup.secret keys/private.pem);
};


subtest 'again, and changed by hand' => sub {
    my ($hba) = glob "$dir/etc/postgresql/*/main/pg_hba.conf";
    my $before = slurp($hba);

    unlike $root->out('resonate-setup'), qr/ making /, 'nothing to do';
    spew($file, "# mine\n" . slurp($file));
    like $root->out('resonate-setup --check'), qr/is kept .*by hand/,
        'a changed site is the operator\'s';
    like slurp($file), qr/^# mine$/m, 'and is kept';
    is slurp($hba), $before, 'the lines of PostgreSQL are there once';
    like $root->out('cd && resonate-ingest /srv/music'), qr/1 unchanged/,
        'ingestion, from a folder that is closed to its user';
    like $root->out('resonate-maintain'), qr/without fault/, 'the daily job';
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
    plays('after a restart');
};


subtest 'the complete nginx.conf of the manual' => sub {
    my ($text) = $manual =~ /^A complete `nginx.conf`.*?```nginx\n(.*?)^```/ms;
    my $nginx = 'nginx -c /opt/nginx.conf';
    spew("$dir/opt/nginx.conf", $text);
    $root->out("invoke-rc.d nginx stop; $nginx");
    like get('/api/v3/tracks')->{content}, qr/"title" ?: ?"Hum"/, 'answers';
    $root->out("$nginx -s quit");
    wait_for { !-e "$dir/run/nginx.pid" } 20, 'its end';
    $root->out('invoke-rc.d nginx start');
};


subtest 'upgrade' => sub {
    my $master = slurp("$dir/run/nginx.pid");
    my $slow = $root->start("curl -s --limit-rate 4m $bearer -o slow"
                            . " http://$site$stream", "$dir/../slow.log");

    # a listener who does not listen: more is to come than fits into sockets
    wait_for { -s "$dir/opt/slow" } 10, 'a stream';
    $root->out('kill -STOP $(pidof curl)');
    $root->newer('usr/share/resonate/sql/99_grants.sql',
                 "COMMENT ON SCHEMA v3 IS 'new';");

    like $root->out('apt-get -y install ./up/*.deb'),
        qr/making +schema .*starting a new master/s, 'says what it does';
    isnt slurp("$dir/run/nginx.pid"), $master, 'a new master';
    $slow->signal('CONT');
    ok $slow->ended(90), 'the stream ends';
    is -s "$dir/opt/slow", length get($stream, $bearer)->{content},
        'with all its bytes';
    is $root->out(q(runuser -u postgres -- psql -Atd resonate -c "SELECT
                    obj_description('v3'::regnamespace)")), "new\n",
        'the schema is the new one';
    plays('the new version');
};


subtest 'removed' => sub {
    $root->out('apt-get -y remove libnginx-mod-resonate');
    is +($root->run('nginx -t'))[0], 0, 'nginx is whole without it';
    $root->out('apt-get -y install ./up/*.deb');
    plays('and installed again');
    unlink $file;
    $root->out('cp /etc/resonate/keys/jwks.json . && '
               . join ' && ', printed('From bare Debian to music', 4));
    like slurp($file), qr{^resonate_issuer\ https://id\.example\.org
                          \ jwks=/etc/resonate/jwks\.json\ }mx,
        'another issuer, as printed';
    $root->out('apt-get -y purge resonate libnginx-mod-resonate');

    is +($root->run('nginx -t'))[0], 0, 'purged: nginx is whole';
    is $root->out('find / -xdev -name "*resonate*" -not -path "/opt/*"'
                  . ' | sort'), "/srv/resonate\n", 'the media are left';
    is $root->out('grep -rl resonate /etc | grep -v -e -$ | sort'), join('',
        map { "/etc/$_\n" } qw(group gshadow passwd shadow)), 'and their user';
    is $root->out('runuser -u postgres -- psql -Atd resonate -c "SELECT title'
                  . ' FROM resonate.track"'), "Hum\n", 'and the database';
};

done_testing;
