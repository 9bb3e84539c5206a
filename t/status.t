# The status page says what runs, since when, and how full everything is; it
# is what Prometheus reads, whatever its size.

use lib 't/lib';
use Resonate::Clock;
use Resonate::Functions;
use Resonate::Metrics;
use Resonate::Source;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);

my $clock = Resonate::Clock->new;
my $cached = 'resonate_route GET /big v3.big ?size:int(0..10000000) cache=60s'
             . ' stale=0;';
my $status = 'location = /status { resonate_status; }';
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, workers => 2, env => { $clock->env },
    pg_read => 'connections=3 queue=10', http => 'resonate_cache 128k;
    proxy_cache_path helpers keys_zone=helpers:64k;',
    server => "$status location / { $cached }");

sub is_now {
    my ($series, $value, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is metrics($edge)->{$series}, $value, $name;
}

sub zone { return qq(resonate_zone_$_[0]\{zone="resonate_cache"}) }


# what runs

my ($nginx) = `@{[ Resonate::Conf::nginx() ]} -v 2>&1` =~ m{nginx/(\S+)};
my ($version) = Resonate::Source::text('ngx_resonate_core/ngx_resonate_core.h')
                =~ /NGX_RESONATE_VERSION +"([^"]+)"/;

is_now qq(resonate_build_info{version="$version",nginx="$nginx"}), 1, 'build';
is_now 'resonate_workers', 2, 'two workers, helpers are none';

my $started = metrics($edge)->{resonate_start_time_seconds};

ok abs($started - time) < 100, 'started a moment ago';
is_now 'resonate_worker_start_time_seconds', $started, '... as the workers';
is_now 'resonate_pg_connections_max{database="read"}', 6, 'connections';
is_now 'resonate_pg_queued_max{database="read"}', 20, 'queue';
is_now 'resonate_pg_connections_max{database="write"}', 2, 'the default';

$clock->set(500);
$edge->reload(pg_read => 'connections=1 queue=7');

wait_for { metrics($edge)->{resonate_workers} == 2 } 20, 'old workers to go';
is_now 'resonate_start_time_seconds', $started, 'the counters are older';
is_now 'resonate_worker_start_time_seconds', $started + 500, '... than workers';
is_now 'resonate_pg_connections_max{database="read"}', 2, 'fewer connections';
is_now 'resonate_pg_queued_max{database="read"}', 14, '... and less of a queue';


# how full it is

is_now zone('size_bytes'), 131072, 'size of a zone';
is_now zone('entries'), 0, 'empty';

my $empty = metrics($edge)->{zone('used_bytes')};

cmp_ok $empty, '<', 131072 / 4, '... but for what keeps it';
is $edge->get("/big?size=1000$_")->{status}, 200, "a reply of 10 kB"
    for 1 .. 3;
is_now zone('entries'), 6, 'each is an entry, and its gzip form';
is_now zone('evictions_total'), 0, '... which fit';
cmp_ok metrics($edge)->{zone('used_bytes')}, '>=', $empty + 3 * 10_000,
       '... into so many bytes';

$edge->get("/big?size=1000$_") for 4 .. 9;
$edge->get("/big?size=1100$_") for 1 .. 9;

my $full = metrics($edge);
my $evicted = $full->{zone('evictions_total')};

cmp_ok $evicted, '>', 0, 'a full zone makes room';
is $full->{zone('entries')} + $evicted, 36, 'each entry is there, or was';
cmp_ok $full->{zone('used_bytes')}, '<=', 131072, 'never more than it has';

# what is past its time is no loss

$clock->set(5000);
$edge->get("/big?size=1200$_") for 1 .. 5;
is_now zone('evictions_total'), $evicted, 'nothing of use was removed';
is_now 'resonate_zone_entries{zone="resonate_tokens"}', 0, 'other zones';


# a page of many routes

my $many = join '', map { "resonate_route GET /a/rather/long/path/$_ v3.a;" }
                        1 .. 250;
$edge->reload(server => "$status location / { $many }");

my $page = $edge->get('/status');
my $head = $edge->request('HEAD', '/status');

cmp_ok length $page->{content}, '>', 500_000, 'a large page';
is $page->{headers}{'content-length'}, length $page->{content}, '... whole';
is $head->{headers}{'content-length'}, length $page->{content},
   '... as a HEAD says';
is $page->{headers}{'content-type'},
   'text/plain; version=0.0.4; charset=utf-8', '... in the text format';
is scalar(() = $page->{content} =~ /_bucket\{route="GET \/a/g), 250 * 15,
   '... with all buckets';
is scalar(() = $page->{content} =~ /^# TYPE resonate_http_/mg), 3,
   '... each family once';

spew($edge->dir . '/status', $page->{content});
is `promtool check metrics < '@{[ $edge->dir ]}/status' 2>&1`, '',
   '... and nothing that promtool has to say';
is $edge->post('/status', '')->{status}, 405, 'read only';

done_testing;
