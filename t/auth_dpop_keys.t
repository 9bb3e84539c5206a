# The parsed keys of many callers: each proof is held against its own.  Of a
# hundred some share a slot.

use lib 't/lib';
use Resonate::Test;
use Resonate::Dpop;

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    http    => 'resonate_dpop on; keepalive_requests 10000;',
    server  => <<'END');
location /     { resonate_auth required; try_files /none @said; }
location @said { resonate_auth optional; return 200 $resonate_user; }
END

my $http = $edge->client;
my @clients = map { my $client = Resonate::Dpop->new;
                    [ $client, $client->token(sub => "caller $_"),
                      "caller $_" ] } 1 .. 100;

for my $round (1 .. 2) {
    my $wrong = 0;

    for (@clients) {
        my ($client, $token, $sub) = @$_;
        my %headers = $client->headers(htm => 'GET', htu => $edge->url . '/',
                                       token => $token);

        $wrong++ if $http->request('GET', '/', headers => \%headers)->{content}
                    ne $sub;
    }

    is $wrong, 0, "round $round: a hundred callers";
}

# a key that is known is not one of everybody's tokens

my $mixed = 0;

for my $i (1 .. 9) {
    my ($client) = @{$clients[$i]};
    my $token = $clients[$i - 1][1];
    my %headers = $client->headers(htm => 'GET', htu => $edge->url . '/',
                                   token => $token);

    $mixed++ if $http->request('GET', '/', headers => \%headers)->{status}
                != 401;
}

is $mixed, 0, 'the token of one, the known key of another';

done_testing;
