package Resonate::Conf;

# The text of a test's nginx.conf, and the command that runs it.

use strict;
use warnings;

use Resonate::Token;

my @ROOMS = qw(core auth tracks pay);


sub text {
    my (%opt) = @_;

    my $dir = $opt{dir};
    my $port = $opt{port} || 8080;
    my $listen = $opt{listen} // '';
    my $routes = $opt{routes}
        ? "include $Resonate::Test::ROOT/conf.d/api-v3.conf;" : '';
    my $user = $> == 0 ? 'user root;' : '';
    my ($main, $http, $server) = map { $opt{$_} // '' } qw(main http server);

    return join '', map("$_\n", load_modules($opt{modules}), $user), <<EOF;
worker_processes @{[ $opt{workers} || 1 ]};
daemon off;
pid $dir/nginx.pid;
error_log $dir/error.log @{[ $opt{log} || 'info' ]};
$main

events {
    worker_connections @{[ $opt{connections} || 1024 ]};
}

http {
    access_log @{[ $opt{access_log} // "$dir/access.log" ]};
    client_body_temp_path $dir/client_body;
    proxy_temp_path $dir/proxy;
    fastcgi_temp_path $dir/fastcgi;
    uwsgi_temp_path $dir/uwsgi;
    scgi_temp_path $dir/scgi;
@{[ map { "    $_\n" } surface(%opt) ]}
    $http

    server {
        listen 127.0.0.1:$port $listen;
        server_name localhost;
        $routes
        $server
    }
}
EOF
}


sub load_modules {
    my ($rooms) = @_;

    return map { "load_module $_;" } map { module($_) } @{$rooms || \@ROOMS};
}


sub module {
    my ($room) = @_;

    return $room if $room =~ m{/};
    return "$Resonate::Test::BUILD/ngx_resonate_${room}_module.so";
}


# what a test asks for by name

sub surface {
    my (%opt) = @_;
    my @lines;

    if (my $pg = $opt{pg}) {
        my $info = $pg->conninfo(user => 'resonate_edge');
        my $read = $opt{pg_read} // 'connections=2';
        my $write = $opt{pg_write} // 'connections=1';

        push @lines, qq(resonate_pg read "$info" $read;),
                     qq(resonate_pg write "$info" $write;);

        push @lines, qq(resonate_pg lists "$info" $opt{pg_lists};)
            if $opt{pg_lists};

        if (my $topup = $opt{pg_topup}) {
            $info = $pg->conninfo(user => 'resonate_topup');
            push @lines, qq(resonate_pg topup "$info" $topup;);
        }
    }

    if ($opt{auth}) {
        push @lines, 'resonate_token_cache 1m;',
            'resonate_issuer https://demo.resonate.example jwks='
            . Resonate::Token::jwks() . ' audience=resonate;';
    }

    push @lines, "resonate_media $opt{media};" if $opt{media};
    return @lines;
}


# RESONATE_NGINX is another nginx, as "make asan" builds one

sub nginx { return $ENV{RESONATE_NGINX} || '/usr/sbin/nginx' }

sub command {
    my ($dir, @more) = @_;

    my @valgrind = $ENV{RESONATE_VALGRIND}
        ? ('valgrind', '--quiet', "--log-file=$dir/sanitizer.%p") : ();

    return (@valgrind, nginx(), '-p', "$dir/", '-c', "$dir/nginx.conf",
            '-e', "$dir/error.log", @more);
}


# nginx ends without freeing everything, so leaks are measured as growth
# (t/leak.t) and not by LeakSanitizer

sub environment {
    my ($dir) = @_;

    my $options = "log_path=$dir/sanitizer";

    return (
        ASAN_OPTIONS  => "$options:detect_leaks=0:detect_odr_violation=0",
        UBSAN_OPTIONS => "$options:print_stacktrace=1",
    );
}


# ($http) or (http => ..., server => ..., ...)

sub parts { return @_ == 1 ? (http => $_[0]) : @_ }

sub test {
    my (%opt) = @_;

    my $dir = Resonate::Test::tempdir();
    Resonate::Test::spew("$dir/nginx.conf", text(%opt, dir => $dir));

    my $process = Resonate::Process->spawn(
        command => [ command($dir, '-t') ],
        env     => { environment($dir), %{$opt{env} || {}} },
        output  => "$dir/output",
    );

    $process->ended(60) or die "nginx -t did not end\n";
    return ($process->{status} == 0, Resonate::Test::slurp("$dir/output"));
}


1;
