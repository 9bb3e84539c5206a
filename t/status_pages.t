# Where a page of memory has 64k there is as much room for numbers as elsewhere.

use lib 't/lib';
use Resonate::Metrics;
use Resonate::Preload;
use Resonate::Test;

my $pages = Resonate::Preload->new('large_pages');
my $pg = Resonate::Pg->new;
my $edge = Resonate::Edge->new(pg => $pg, env => $pages->env, server =>
                               'location = /status { resonate_status; }');

my $gauges = metrics($edge);

is $gauges->{resonate_workers}, 1, 'nginx starts';
is $gauges->{'resonate_pg_connections_max{database="write"}'}, 1,
   '... and counts';

$edge->reload;
is metrics($edge)->{'resonate_http_requests_total{route="other",code="2xx"}'},
   1, '... and finds its numbers again';

done_testing;
