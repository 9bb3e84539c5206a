# Which scope each personal route of the shipped API asks for.

use lib 't/lib';
use Resonate::Test;
use Resonate::Routes;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my %edge = (pg => $pg, auth => 1, routes => 1,
            http => 'resonate_cache 1m;');
my $edge = Resonate::Edge->new(%edge);
my $old = Resonate::Edge->new(%edge, server => 'resonate_route_scopes off;');
my ($client, $lax) = map { $_->client } $edge, $old;
my %safe = map { $_ => 1 } '/user/plays/resolve', '/user/favorites/resolve',
    '/user/download/<id>/ticket', '/user/trackgroups/<id>/download/ticket';
my @routes = Resonate::Routes::personal();

# scope, and who may with it: of plays or not, reading or writing

my @scopes = (
    [ undef,                     sub { 0 } ],
    [ 'stream openid profiles',  sub { 0 } ],
    [ 'stream plays',            sub { $_[0] } ],
    [ 'openid profile',          sub { !$_[0] } ],
    [ 'stream plays profile',    sub { 1 } ],
    [ 'read',                    sub { $_[1] } ],
    [ 'read_write',              sub { 1 } ],
);

my %token = map { ($_->[0] // '') => token(scope => $_->[0]) } @scopes;

for my $route (@routes) {
    my ($method, $pattern) = @$route{qw(method pattern)};
    my $plays = $pattern =~ m{^/user/plays};
    my $reads = $method eq 'GET' || $safe{$pattern};
    my @got = map { refused($client, $route, $token{$_->[0] // ''}) } @scopes;

    is_deeply \@got, [ map { $_->[1]->($plays, $reads) ? '' : 403 } @scopes ],
              "$method $pattern";
    is refused($lax, $route, $token{''}), '', '... or none, as configured';
}

cmp_ok scalar @routes, '>=', 20, 'routes were found';

sub refused {
    my ($http, $route, $token) = @_;
    my $path = Resonate::Routes::path($route, $id, id => $id->{free});
    my $res = $http->request($route->{method}, $path, token => $token,
                             $route->{method} eq 'GET' ? () : (body => 'x'));

    return $res->{status} == 403 ? 403 : '';
}

done_testing();
