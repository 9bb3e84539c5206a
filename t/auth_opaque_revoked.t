# Tokens of introspection on two machines: revoked in the database that both
# read, they are refused at both, though each has the answer of their server.

use lib 't/lib';
use Resonate::Test;
use Resonate::Provider;
use Digest::SHA qw(sha256_hex);

plan skip_all => $_ for grep { $_ } Resonate::Provider::missing();

my $pg = Resonate::Pg->new;
my $service = $pg->dbh(user => 'resonate_identity');
my $provider = Resonate::Provider->new;
my $issuer = $provider->issuer;
my $path = '/token/introspection';

my @edges = map { Resonate::Edge->new(
    pg => $pg, modules => [qw(core auth)], http => <<"END",
resonate_revocation read poll=50ms;
resonate_fetch { location /id/ { proxy_pass $issuer/; } }
resonate_provider $issuer {
    audience resonate;
    fetch /id/;
    client edge @{[ $provider->secret_file ]};
    introspection $issuer$path ttl=600s;
}
END
    server => <<'END') } 1 .. 2;
location /     { resonate_auth required; try_files /none @said; }
location @said { resonate_auth optional; return 200 $resonate_user; }
END

sub says {
    my ($token) = @_;

    return join ' ', map { my $res = $_->get('/', token => $token);
                           $res->{status} == 200 ? $res->{content}
                                                 : $res->{status} } @edges;
}

sub revoke {
    $service->do('SELECT resonate.revoke(?, ?, ?)', {}, @_);
}

my %token = map { my $sub = $_;
                  map { ("$sub$_" => $provider->token(format => 'opaque',
                                                      sub => $sub)) } 1 .. 2 }
            qw(ann bob cy);

is says($token{$_}), join(' ', (s/\d//r) x 2), "$_: a token of both"
    for sort keys %token;
is $provider->count($path), 12, 'each machine asked about each';

for (
    [ 'its hash', [ 'token', sha256_hex($token{ann1}), '' ], 'ann1' ],
    [ 'whose it is', [ 'subject', 'bob', $issuer ], 'bob1', 'bob2' ],
) {
    my ($name, $revocation, @gone) = @$_;

    revoke(@$revocation);
    ok eval { wait_for { says($token{$_}) eq '401 401' } 10, 'it'; 1 },
        "$name: $_ is refused at both" for @gone;
    delete @token{@gone};

    is says($token{$_}), join(' ', (s/\d//r) x 2), "... not $_"
        for sort keys %token;
}

is $provider->introspect($_)->{active}, JSON::PP::true,
    'their server would have them on' for $token{ann2};
is $provider->count($path), 12 + 1, '... and nobody asked again';

done_testing;
