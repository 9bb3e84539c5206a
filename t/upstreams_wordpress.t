#!/usr/bin/perl

# conf.d/upstreams/wordpress.conf before WordPress, with wordpress.php in it.

use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use Resonate::Test;
use Resonate::Upstreams;
use Resonate::WordPress;

plan skip_all => $_ for grep { $_ } Resonate::WordPress::missing();

# WordPress has to know its address, and the edge the port: by a file
my $dir = tempdir();
my $edge = Resonate::Edge->new(
    auth   => 1,
    http   => "include $dir/*.conf;",
    server => 'location = /none { }',
);
my $wordpress = Resonate::WordPress->new($edge->url);

spew("$dir/upstream.conf",
     "upstream wordpress { server 127.0.0.1:@{[ $wordpress->port ]}; }");
$edge->reload(server => Resonate::Upstreams::pieces('wordpress'));

my %alice = (token => token(sub => 'alice', name => "Alice \xc9"));
my $me = '/?rest_route=/wp/v2/users/me';

is($edge->get('/')->{status}, 200, 'a page');
is($edge->get($me)->{status}, 401, 'nobody');

my $found = json($edge->get($me, %alice));

is($found->{name}, "Alice \xc9", 'somebody');
is(json($edge->get($me, %alice))->{id}, $found->{id}, 'the same again');
isnt(json($edge->get($me, token => token(sub => 'bob')))->{id}, $found->{id},
     'somebody else');
is($edge->get($me, headers => { 'X-Resonate-User' => 'alice',
       'X-Resonate-Issuer' => 'https://demo.resonate.example' })->{status},
   401, 'who only says so');

my $login = 'resonate-'
    . substr sha256_hex('https://demo.resonate.example eve'), 0, 32;

$wordpress->php("wp_create_user('$login', 'password', 'eve\@localhost');");
is($edge->get($me, token => token(sub => 'eve'))->{status}, 401,
   'whose account somebody else has registered');

is($edge->get('/wp-admin/profile.php', %alice)->{status}, 200, 'wp-admin');
is($edge->get('/wp-admin/profile.php')->{headers}{location},
   '/login?return=%2Fwp-admin%2Fprofile.php', 'to the log-in');
is($edge->get('/wp-admin/users.php', %alice)->{status}, 403,
   'with no more than the default role');
is($edge->get('/wp-login.php')->{status}, 302, 'no password');
is($edge->post('/xmlrpc.php', '')->{status}, 404, 'in no way');

done_testing;
