# "X-Resonate-..." is the edge's: no upstream sees what a client sends so.

use lib 't/lib';
use Resonate::Http2;
use Resonate::Test;
use Resonate::Upstream;

my $up = Resonate::Upstream->new(
    answer => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
my $port = $up->port;
my ($h2, $grpc) = map { Resonate::Edge->free_port } 1, 2;
my $dir = tempdir();

spew("$dir/page.shtml", '<!--# include virtual="/proxy" -->');

my $locations = <<"END";
underscores_in_headers on;
error_page 400 = \@proxy;

location /proxy { proxy_pass http://127.0.0.1:$port; }
location \@proxy { proxy_pass http://127.0.0.1:$port; }
location /fastcgi { fastcgi_pass 127.0.0.1:$port; }
location /uwsgi { uwsgi_pass 127.0.0.1:$port; }
location /scgi { scgi_pass 127.0.0.1:$port; }
location /grpc { grpc_pass grpc://127.0.0.1:$grpc; }
location /token { resonate_auth required; proxy_pass http://127.0.0.1:$port; }

location /redirected { try_files /none /proxy; }
location /named { try_files /none \@proxy; }
location /asked { auth_request /proxy; try_files /none =404; }
location /mirrored { mirror /proxy; root $dir; }
location /page.shtml { ssi on; ssi_types text/plain; root $dir; }
location /again {
    proxy_pass http://127.0.0.1:$port;
    proxy_set_header X-Again "\$http_x_resonate_user";
}
END

my $edge = Resonate::Edge->new(
    auth => 1, modules => [qw(core auth)], server => $locations,
    http => <<"END");
server { listen 127.0.0.1:$h2 http2; $locations }
server {
    listen 127.0.0.1:$grpc http2;
    location / {
        set \$ours "\$http_x_resonate_user|\$http_x_resonate_roles";
        return 200 "u\$ours|\$http_x_kept";
    }
}
END

# one name sent twice and none at the edges of the list, names that only
# begin or end alike, and so many that nginx keeps them in several pieces

my @ours = map { "$_: forged\r\n" }
           qw(X-Resonate-User x-resonate-client X-RESONATE-Scope
              X_Resonate_Roles x_resonate-name X-Resonate_Token
              X-Resonate-Whatever);
my @theirs = map { "$_: kept\r\n" }
             (qw(X-Resonate X-Resonated-User Y-X-Resonate-User X-Kept),
              map { "X-More-$_" } 1 .. 50);

sub ask {
    my ($path, @lines) = @_;

    $up->sent;
    $edge->raw(join '', "GET $path HTTP/1.1\r\n", @lines, "\r\n");
    return $up->sent;
}

my @host = ("Host: localhost\r\n", "Connection: close\r\n");
my @mixed = map { ($theirs[$_], $ours[$_ % @ours]) } 0 .. $#theirs;
my @token = ('Authorization: Bearer ' . token() . "\r\n");

for my $path (qw(/proxy /redirected /named /asked /mirrored /page.shtml
                 /fastcgi /uwsgi /scgi /token))
{
    for my $lines ([ @ours, @host, @mixed, @token ],
                   [ @host, @token, @mixed, @ours, $ours[0] ],
                   [ @mixed, @host, @token, @ours, 'X-Last: kept' . "\r\n" ])
    {
        my $sent = ask($path, @$lines);
        my $kept = grep { /^Y?X?[\w-]+: kept/ } @$lines;

        unlike $sent, qr/forged/, "$path: nothing of the client's";
        is scalar(() = $sent =~ /kept/g), $kept, '... all else is there';
    }
}

is ask('/again', @host, @ours, @theirs) =~ /^X-Again/m, '',
   'a variable does not know it either';

# what nginx refuses before it runs a phase

like my $sent = ask('/proxy', @ours, @theirs), qr/^X-Kept: kept/m,
     'no Host: error_page sends it on';
unlike $sent, qr/forged/, '... without what is the edge\'s';
unlike ask('/proxy', @ours[0, 1], "Host: a\r\nHost: b\r\n"), qr/forged/,
     'two Hosts';

$up->sent;
$edge->raw(join '', "GET /proxy HTTP/1.0\r\n", (@ours) x 5, "\r\n");
like $sent = $up->sent, qr/^GET/, 'a request of nothing else';
unlike $sent, qr/forged/, '... is sent on without it';

# HTTP/2, and gRPC

my $http = Resonate::Http2->new(port => $h2);
my $stream = $http->start('/grpc/a', 'x-resonate-user' => 'forged',
                          'x-resonate-roles' => 'forged', 'x-kept' => 'kept');
is $http->answers->{$stream}{content}, 'u||kept', 'gRPC, asked by HTTP/2';
like $edge->raw(join '', "GET /grpc/a HTTP/1.1\r\n", @host, @ours, @theirs,
                "\r\n"), qr/^u\|\|kept$/m, 'gRPC, asked by HTTP/1.1';

$http->start('/proxy', map { $_ => 'forged' }
             qw(x-resonate-user x_resonate_user x-kept x-resonate-token));
$http->answers;
$http->close;
is join('|', $up->sent =~ /^(.*): forged/mg), 'x-kept', 'HTTP/2';

done_testing();
