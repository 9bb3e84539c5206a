# The memory of nginx does not grow with requests, nor with reloads.
#
# What is measured is the private memory of a process (RssAnon: zones are
# shared and not in it) after it has warmed up.  A byte lost for each request
# would be lost in the noise of the allocator; a structure would not.

use lib 't/lib';
use Resonate::Test;

my ($ROUNDS, $RELOADS) = (400, 12);
my $REQUEST_KB = 128;       # in 4,000 requests: 32 bytes each
my $RELOAD_KB = 256;        # in 12 reloads: a small part of a configuration

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1, log => 'notice',
    access_log => 'off',
    http   => 'resonate_cache 1m; keepalive_requests 1000000;',
    server => <<'END');
location /uncached/ {
    resonate_auth optional;
    resonate_route GET /tracks/<id:uuid> v3.track caller;
}
END

my $token = token();
my $expired = token(exp => 1);
my $play = qq({"trackId":"$id->{band_track}"});

# [method, path, what goes with it, expected status]
my @requests = (
    [ GET => "/api/v3/tracks/$id->{paid}", {}, 200 ],
    [ GET => "/uncached/tracks/$id->{free}", {}, 200 ],
    [ GET => "/uncached/tracks/$id->{free}", { token => $token }, 200 ],
    [ GET => '/api/v3/search?q=morn', {}, 200 ],
    [ GET => '/api/v3/tracks?limit=0&page=x', {}, 400 ],
    [ GET => '/api/v3/user/profile', { token => $expired }, 401 ],
    [ GET => '/api/v3/user/profile', { token => $token }, 200 ],
    [ GET => "/api/v3/user/stream/$id->{paid}",
      { headers => { Range => 'bytes=0-99' } }, 206 ],
    [ POST => '/api/v3/user/plays', { token => $token, body => $play }, 200 ],
    [ POST => '/api/v3/user/plays', { token => $token, body => '{"a":' },
      400 ],
);


sub anonymous_kb {
    my ($pid) = @_;
    my ($kb) = slurp("/proc/$pid/status") =~ /^RssAnon:\s+(\d+) kB$/m;

    return $kb;
}


# each request, then one whose client does not wait for the answer

sub round {
    my ($http) = @_;

    for (@requests) {
        my ($method, $path, $opt, $status) = @$_;
        my $res = $http->request($method, $path, %$opt);

        $res->{status} == $status
            or die "$method $path: $res->{status}\n$res->{content}\n";
    }

    my $gone = $edge->client;
    $gone->send($gone->compose('GET', "/uncached/tracks/$id->{short}"));
    $gone->close;
}


sub rounds {
    my ($count) = @_;
    my $http = $edge->client;

    round($http) for 1 .. $count;
}

my ($worker) = $edge->workers;

rounds($ROUNDS);
my $warm = anonymous_kb($worker);
rounds($ROUNDS);
my $grown = anonymous_kb($worker) - $warm;

is_deeply [ $edge->workers ], [ $worker ], 'the same worker';
cmp_ok $grown, '<=', $REQUEST_KB,
       "$warm kB: growth in " . $ROUNDS * @requests . ' requests';

# the master keeps one configuration, whatever number it has read

$edge->reload for 1 .. $RELOADS;
my $master = anonymous_kb($edge->pid);
$edge->reload for 1 .. $RELOADS;

cmp_ok anonymous_kb($edge->pid) - $master, '<=', $RELOAD_KB,
       "$master kB: growth of the master in $RELOADS reloads";

($worker) = $edge->workers;
rounds($ROUNDS);
cmp_ok anonymous_kb($worker) - $warm, '<=', $REQUEST_KB + $RELOAD_KB,
       'a worker after them is no larger';

is $edge->get("/api/v3/tracks/$id->{paid}")->{status}, 200, 'all is well';

done_testing;
