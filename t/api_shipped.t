# conf.d/api-v3.conf as shipped: each route has its function and answers.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(),
    http => 'resonate_cache 8m listen=read;',
    server => "include $Resonate::Test::ROOT/conf.d/api-v3.conf;");

my $conf = do {
    open my $file, '<', "$Resonate::Test::ROOT/conf.d/api-v3.conf" or die $!;
    local $/;
    <$file>;
};

# what stands for an argument of a route

my %value = (id => $id->{artist}, tag => 'dub');
my %query = ('/search' => '?q=a', '/user/plays/resolve' => "?ids=$id->{paid}",
             '/resolve' => "?url=/artist/$id->{artist}");
my %of = ('/tracks/<id>' => 'paid', '/trackgroups/<id>' => 'release',
          map({ ("/labels/<id>$_" => 'label') } '', '/artists', '/releases'),
          map({ ("/users/<id>$_" => 'listener') } '', '/playlists'),
          map({ ("$_/playlists/<id>" => 'playlist') } '', '/user'));

my $n = 0;

while ($conf =~ /resonate_route\s+GET\s+(\S+)\s+([\w.]+)([^;]*);/g) {
    my ($pattern, $function, $options) = ($1, $2, $3);

    # t/stream*.t, t/hls*.t, t/download*.t, t/delivered.t
    next if $options =~ /\breply=/;

    $pattern =~ s/<(\w+):[^>]*>/<$1>/g;

    (my $path = $pattern) =~
        s/<(\w+)>/$of{$pattern} ? $id->{$of{$pattern}} : $value{$1}/ge;
    $path = "/api/v3$path" . ($query{$pattern} // '');

    for my $token (undef, token()) {
        my $personal = $pattern =~ m{^/user/};
        my $res = $edge->get($path, token => $token);

        is $res->{status}, $personal && !$token ? 401 : 200,
            "$path by $function " . ($token ? 'for a person' : 'for all');
        ok exists json($res)->{data}, 'has data';
        is $res->{headers}{'cache-control'}, $token && $conf =~
            /\Q$function\E\s[^;]*(?:\bcaller\b|scope=)/
            ? 'private, no-store'
            : $personal ? 'no-store' : 'public, max-age=0, must-revalidate',
            'Cache-Control';
    }

    $n++;
}

cmp_ok $n, '>=', 20, 'routes were found';

# a body that nginx itself refuses

my $res = $edge->post('/api/v3/user/plays', '{"trackId":"' . 'x' x 70_000,
                      token => token());
is $res->{status}, 413, 'a large body';
is $res->{headers}{'content-type'}, 'application/problem+json', 'a problem';
is json($res)->{status}, 413, 'of its status';

done_testing;
