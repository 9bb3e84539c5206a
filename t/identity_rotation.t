# The edge changes the key that it signs with, while it is asked: a service
# that follows its key set refuses nobody.

use lib 't/lib';
use Resonate::Test;
use Resonate::Children;
use Resonate::Metrics;

my $dir = tempdir();
my $name = 'https://edge.example';

for my $key (qw(first next)) {
    system "umask 077; openssl genpkey -algorithm ed25519 -out $dir/$key.pem"
        and die;
}

# the edge is there first, so that the service finds its keys

my $edge = Resonate::Edge->new(
    auth => 1, workers => 2, modules => [qw(core auth)], log => 'notice',
    http => signing('first'), server => locations(9));

my $service = Resonate::Edge->new(modules => [qw(core auth)], http => <<"END",
resonate_fetch { location / { proxy_pass ${\ $edge->url}; } }
resonate_provider $name {
    audience billing;
    fetch / ${\ $edge->url};
    jwks_uri ${\ $edge->url}/jwks required=on max=1s interval=1s;
}
END
    server => <<'END');
location /          { resonate_auth required; try_files /none @said; }
location @said      { resonate_auth optional; return 200 $resonate_user; }
location = /status  { resonate_status; }
END

sub signing {
    return join '', "resonate_identity_issuer $name;",
                    map { "resonate_identity_key $dir/$_.pem;" } @_;
}

sub locations {
    my ($port) = @_;

    return <<"END";
location = /jwks { resonate_identity_jwks; }
location / {
    resonate_auth required;
    resonate_identity_audience billing;
    proxy_set_header Authorization "Bearer \$resonate_identity_token";
    proxy_pass http://127.0.0.1:$port;
}
END
}

sub fetches {
    return metrics($service)->{
        qq(resonate_auth_key_fetches_total{issuer="$name"}) };
}

# a fetch that began after this was called

sub followed {
    my $seen = fetches();

    wait_for { fetches() >= $seen + 2 } 10, 'the service to follow';
}

# asks on until the file is there; what it did not like

sub ask {
    my ($ready, $who) = @_;
    my @token = map { token(sub => "$who$_") } 1 .. 3;
    my ($n, @odd) = (0);

    $ready->();

    until (-e "$dir/stop") {
        my $i = $n++ % 3;
        my $res = $edge->get('/', token => $token[$i]);

        push @odd, "$res->{status} $res->{content}"
            if $res->{status} != 200 || $res->{content} ne $who . ($i + 1);
        select undef, undef, undef, 0.01;
    }

    return [ $n, @odd ];
}


$edge->reload(server => locations($service->port));
is $edge->get('/', token => token(sub => 'u'))->{content}, 'u', 'a request';

my @children = children(sub { ask($_[0], 'a') }, sub { ask($_[0], 'b') });

for my $keys ([qw(first next)], [qw(next first)], ['next']) {
    $edge->reload(http => signing(@$keys));
    followed();
}

spew("$dir/stop", '');

for (results(@children)) {
    my ($n, @odd) = @$_;

    cmp_ok $n, '>', 20, 'many requests';
    is_deeply \@odd, [], '... and all were let in';
}

done_testing;
