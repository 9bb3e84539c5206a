# conf.d/limits.conf: how often one person, one client, and one address without
# a token may ask.  The rates are as good as none here: what counts is bursts.

use lib 't/lib';
use Resonate::Test;

my $conf = slurp("$Resonate::Test::ROOT/conf.d/limits.conf");
my $file = tempdir() . '/limits.conf';
my %burst = (100 => 10, 1000 => 30, 200 => 20);    # person, client, stranger

is $conf =~ s/rate=\d+r\/s/rate=1r\/m/g, 3, 'three rates';
is $conf =~ s/burst=(\d+)/burst=$burst{$1}/g, 3, 'and bursts';
spew($file, $conf);

my $pg = Resonate::Pg->new;
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, routes => 1,
                               http => "resonate_cache 1m; include $file;");
my $client = $edge->client;
my $path = '/api/v3/tracks/x';

sub ask {
    my ($path, @claims) = @_;
    return $client->request('GET', $path,
                            @claims ? (token => token(@claims)) : ());
}

# how many requests are answered before the first 429, and that one

sub exhaust {
    my ($next) = @_;
    my ($n, $res) = 0;

    $n++ while ($res = $next->($n))->{status} != 429 && $n < 100;
    return ($n, $res);
}

my ($n, $res) = exhaust(sub { ask($path, sub => 'one', client_id => 'a') });

is $n, 11, 'a person: a request, and a burst';
is $res->{headers}{'content-type'}, 'application/problem+json',
   'one more: a problem';
is $res->{headers}{'retry-after'}, 1, '... and when to come again';
is json($res)->{type}, 'tag:resonate.coop,2026:problem/too-many-requests',
   '... of its kind';
is ask($path, sub => 'one', jti => 'x', client_id => 'b')->{status}, 429,
   'another token of his, at another client';
is ask($path, sub => 'other', client_id => 'a')->{status}, 400,
   'another person';
is ask($path)->{status}, 400, 'nobody, of the same address';
is ask('/', sub => 'one')->{status}, 404, 'what is not the API';

($n) = exhaust(sub { ask($path) });
is $n, 20, 'an address without a token';
is ask($path, sub => 'third')->{status}, 400, '... is not that of a person';
is $client->request('GET', $path, token => 'x')->{status}, 429,
   'a token of no use is none';

($n) = exhaust(sub { ask($path, sub => "p$_[0]", client_id => 'crowd') });
is $n, 31, 'a client, over all its people';
is ask($path, sub => 'p0', client_id => 'small')->{status}, 400,
   '... who may go on at another one';

done_testing();
