package Resonate::WordPress;

# WordPress as Debian has it, with a MariaDB and conf.d/upstreams/wordpress.php.
#
#   plan skip_all => $why if my $why = Resonate::WordPress::missing();
#   my $wordpress = Resonate::WordPress->new($url);     that browsers know
#   $wordpress->port
#   $wordpress->php($code)            runs it, in WordPress

use strict;
use warnings;

use Resonate::Edge;
use Resonate::Process;

my $FROM = '/usr/share/wordpress';


sub missing {
    for my $file ($FROM, '/usr/bin/php', '/usr/sbin/mariadbd') {
        return 'needs wordpress, php-cli, php-mysql and mariadb-server'
            if !-e $file;
    }

    return;
}


sub new {
    my ($class, $url) = @_;
    my $self = bless { dir => Resonate::Test::tempdir(), owner => $$,
                       port => Resonate::Edge::free_port() }, $class;

    Resonate::Test::server($self);
    $self->database;
    $self->files($url);
    $self->install;
    $self->spawn(web => 'php', '-S', "127.0.0.1:$self->{port}",
                 '-t', "$self->{dir}/site");
    Resonate::Test::wait_for(sub {
        IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}")
    }, 20, 'PHP to listen');
    return $self;
}


sub port { return $_[0]{port} }


sub spawn {
    my ($self, $name, @command) = @_;

    $self->{$name} = Resonate::Process->spawn(
        command => [ qw(setpriv --pdeathsig KILL), @command ],
        output  => "$self->{dir}/$name.log");
}


sub run {
    my ($self, @command) = @_;
    my $process = Resonate::Process->spawn(command => \@command,
                                           output => "$self->{dir}/run.log");

    $process->ended(120) && $process->{status} == 0
        or die "@command\n" . Resonate::Test::slurp("$self->{dir}/run.log");
}


sub database {
    my ($self) = @_;
    my $dir = $self->{dir};
    my @options = ('--no-defaults', "--datadir=$dir/db",
                   $> == 0 ? '--user=root' : ());

    $self->run('mariadb-install-db', @options, '--skip-test-db',
               '--auth-root-authentication-method=normal');
    $self->spawn(db => 'mariadbd', @options, "--socket=$dir/mysql",
                 '--skip-networking', '--innodb-flush-log-at-trx-commit=0',
                 "--pid-file=$dir/db.pid");
    Resonate::Test::wait_for(sub { -S "$dir/mysql" }, 60, 'MariaDB');
    $self->run('mariadb', '--no-defaults', "--socket=$dir/mysql", '-uroot',
               '-e', 'CREATE DATABASE wordpress');
}


sub files {
    my ($self, $url) = @_;
    my $site = "$self->{dir}/site";

    $self->run('cp', '-rL', $FROM, $site);
    unlink "$site/wp-config.php";
    mkdir "$site/wp-content/mu-plugins" or die "mkdir: $!";
    $self->run('cp', "$Resonate::Test::ROOT/conf.d/upstreams/wordpress.php",
               "$site/wp-content/mu-plugins");

    Resonate::Test::spew("$site/wp-config.php", <<"EOF2");
<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:$self->{dir}/mysql');
define('WP_HOME', '$url');
define('WP_SITEURL', '$url');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
\$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
EOF2
}


sub install {
    my ($self) = @_;

    $self->php(<<'EOF2', "define('WP_INSTALLING', true);");
require ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', '__return_true');
wp_install('Test', 'root', 'root@localhost.example', false, '', 'unknown');
EOF2
}


sub php {
    my ($self, $code, $before) = @_;

    Resonate::Test::spew("$self->{dir}/run.php", join "\n", '<?php',
        $before // '', "\$_SERVER['HTTP_HOST'] = 'localhost';",
        "require '$self->{dir}/site/wp-load.php';", $code);
    $self->run('php', "$self->{dir}/run.php");
}


sub finish {
    my ($self) = @_;

    $_ && $_->destroy for delete @$self{qw(web db)};
    return ();
}


sub abandon {
    my ($self) = @_;

    return $self->{owner} == $$ ? $self->finish : ();
}


1;
