# conf.d/ beside an nginx.conf that is there already: Debian's own, and what
# others set.  A directive that both have would be refused as a duplicate.

use lib 't/lib';
use Resonate::Test;

my $root = $Resonate::Test::ROOT;
my @includes = map { "include $root/conf.d/$_.conf;\n" } qw(api-v3 player);
my $http = <<"EOF2";
resonate_pg read "host=/run/postgresql user=resonate_edge";
resonate_pg write "host=/run/postgresql user=resonate_edge";
resonate_media $root;
include $root/conf.d/resonate.conf;
EOF2
my $server = join '', "set \$resonate_www $root/www;\n",
    "set \$resonate_media /srv/resonate;\n", @includes;

# what packages of nginx have in http {}, commented out or not

my %stock = (
    'Debian 12' => 'sendfile on; tcp_nopush on; types_hash_max_size 2048;
        include /etc/nginx/mime.types; default_type application/octet-stream;
        server_tokens off; gzip on; gzip_vary on; gzip_proxied any;
        gzip_comp_level 6; gzip_buffers 16 8k; gzip_http_version 1.1;
        gzip_types text/plain text/css application/json text/xml;
        server_names_hash_bucket_size 64; server_name_in_redirect off;',
    'nginx.org' => 'sendfile on; tcp_nopush on; keepalive_timeout 65; gzip on;
        include /etc/nginx/mime.types; default_type application/octet-stream;',
    'nothing' => '',
);

for my $name (sort keys %stock) {
    my ($ok, $output) = conf_test(http => "$stock{$name}\n$http",
                                  server => $server);
    ok $ok, "$name and conf.d/" or diag($output);
}

is +Resonate::Edge->conf_fails(http => $http, server => $includes[1]),
    qq(unknown "resonate_www" variable), 'without the page';

is +Resonate::Edge->conf_fails(http => $http, server => join '',
        'set $resonate_www /www;', $includes[1]),
    qq(unknown "resonate_media" variable), 'without the media';


# Debian's file as it is installed, with another conf.d/ and sites-enabled/

subtest 'the installed nginx.conf' => sub {
    my $file = '/etc/nginx/nginx.conf';
    my ($sum) = `dpkg-query -W -f '\${Conffiles}' nginx-common 2>&1`
                =~ m{^ \Q$file\E ([0-9a-f]{32})$}m;
    my $text = -r $file ? slurp($file) : '';

    if (!defined $sum || `md5sum $file` !~ /^\Q$sum\E /) {
        plan skip_all => "$file is not as Debian has it";
    }

    my $dir = tempdir();
    mkdir "$dir/$_" or die "mkdir: $!" for qw(modules conf.d sites);

    $text =~ s{/etc/nginx/modules-enabled/}{$dir/modules/};
    $text =~ s{/etc/nginx/conf\.d/}{$dir/conf.d/};
    $text =~ s{/etc/nginx/sites-enabled/}{$dir/sites/};
    $text =~ s{^user .*}{}m if $> != 0;
    $text =~ s{\s(/run|/var/log/nginx)/(\S+;)}{ $dir/$2}g;

    spew("$dir/nginx.conf", $text);
    spew("$dir/modules/50-mod-resonate.conf", join "\n",
         Resonate::Conf::load_modules());
    spew("$dir/conf.d/temporary.conf", join '', map {
         "${_}_temp_path $dir/$_;\n" } qw(client_body proxy fastcgi uwsgi
                                          scgi));
    spew("$dir/sites/resonate", <<"EOF2");
$http
server {
    listen 127.0.0.1:@{[ Resonate::Edge::free_port() ]};
    $server
}
EOF2

    my $output = `@{[ Resonate::Conf::command($dir, '-t') ]} 2>&1`;
    is $?, 0, 'takes conf.d/' or diag($output);
};

done_testing;
