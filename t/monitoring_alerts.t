# Alerts: what they are for makes them fire, what is normal does not.  Promtool
# is asked about numbers as an edge would have them.

use lib 't/lib';
use JSON::PP;
use Resonate::Test;

my $rules = "$Resonate::Test::ROOT/conf.d/monitoring/alerts.yml";
my $dir = tempdir();

sub requests {
    my ($code, $route) = @_;
    $route //= 'GET /api/v3/tracks/:id';
    return qq(resonate_http_requests_total{route="$route",code="$code"});
}

sub bucket {
    my ($le, $route) = @_;
    return qq(resonate_http_request_duration_seconds_bucket{route="$route",)
           . qq(le="$le"});
}

sub count {
    return qq(resonate_http_request_duration_seconds_count{route="$_[0]"});
}

sub of_issuer {
    my @of = qw(key_fetch_failures_total keys_age_seconds keys);
    return { map { (qq(resonate_auth_$of[$_]\{issuer="a"}), $_[$_]) } 0 .. 2 };
}

my ($read, $plays) = ('{database="read"}', 'POST /api/v3/user/plays');
my ($get, $cache) = ('GET /api/v3/tracks', '{zone="resonate_cache"}');
my ($refused, $known) = map { "resonate_auth_tokens_${_}_total" }
                        qw(refused cached);
my $verified = 'resonate_auth_tokens_verified_total';

# a minute apart, as promtool writes series: first+step x times

my @cases = (
    [ 'nothing at all', {}, 10, '' ],
    [ 'all is well',
      { 'up{job="resonate"}' => '1x60', requests('2xx') => '0+6000x60',
        "resonate_pg_connections$read" => '4x60',
        "resonate_pg_queued$read" => '0x60',
        resonate_pg_busy_total => '7x60', resonate_pg_timeouts_total => '9x60',
        resonate_stream_errors_total => '2x60' }, 60, '' ],

    [ 'away for a scrape', { 'up{job="resonate"}' => '1 0 1x9' }, 3, '' ],
    [ 'away', { 'up{job="resonate"}' => '1 0x9' }, 4, 'ResonateDown' ],
    [ 'another job', { 'up{job="other"}' => '0x9' }, 4, '' ],

    [ 'one database of two',
      { "resonate_pg_connections$read" => '0x9',
        'resonate_pg_connections{database="write"}' => '4x9' }, 4,
      'ResonateNoDatabase' ],

    [ 'a listener that connects again',
      { resonate_cache_listening => '1 0 1x9' }, 4, '' ],
    [ 'nobody listens', { resonate_cache_listening => '1 0x9' }, 5,
      'ResonateDeaf' ],

    [ 'upkeep that waits for its minute',
      { resonate_maintained_age_seconds => '0 60 0 60 800 60x20' }, 20, '' ],
    [ 'no upkeep', { resonate_maintained_age_seconds => '0+60x40' }, 30,
      'ResonateNoUpkeep' ],

    [ '503 beyond a hundredth',
      { requests('2xx') => '0+980x20', requests('503') => '0+20x20' }, 15,
      'ResonateUnavailable' ],
    [ '503 below it',
      { requests('2xx') => '0+995x20', requests('503') => '0+5x20' }, 15,
      '' ],
    [ '5xx beyond a hundredth',
      { requests('2xx') => '0+980x20', requests('5xx', 'other') => '0+20x20' },
      15, 'ResonateErrors' ],
    [ '5xx for a moment',
      { requests('2xx') => '0+980x20', requests('5xx') => '0 20 20x18' }, 4,
      '' ],
    [ '4xx alone', { requests('4xx') => '0+980x20' }, 15, '' ],

    [ 'a queue that stays', { "resonate_pg_queued$read" => '3x20' }, 10,
      'ResonatePoolSaturated' ],
    [ 'now and then', { "resonate_pg_queued$read" => '3 0 3 0 3 0 3 0' },
      7, '' ],
    [ 'queries refused', { resonate_pg_busy_total => '0+60x20' }, 10,
      'ResonateOverload' ],
    [ 'late queries', { resonate_pg_timeouts_total => '0+60x20' }, 15,
      'ResonateQueryTimeouts' ],

    [ 'a slow route',
      { bucket('0.25', $get) => '0+50x40', bucket('1', $get) => '0+60x40',
        bucket('+Inf', $get) => '0+60x40', count($get) => '0+60x40' }, 30,
      'ResonateSlowRoute' ],
    [ 'what no route took is not one',
      { bucket('0.25', 'other') => '0+5x40', bucket('1', 'other') => '0+60x40',
        bucket('+Inf', 'other') => '0+60x40', count('other') => '0+60x40' },
      30, '' ],
    [ 'hardly ever asked for',
      { bucket('0.25', $get) => '0x40', bucket('1', $get) => '0+1x40',
        bucket('+Inf', $get) => '0+1x40', count($get) => '0+1x40' }, 30, '' ],

    [ 'a zone too small',
      { "resonate_zone_evictions_total$cache" => '0+600x60' }, 55,
      'ResonateCacheTooSmall' ],
    [ 'a full zone', { "resonate_zone_evictions_total$cache" => '0+30x60' },
      55, '' ],

    [ 'plays refused',
      { requests('2xx', $plays) => '0+60x30', requests('4xx', $plays) =>
        '0+30x30' }, 25, 'ResonatePlaysRefused' ],
    [ 'plays of people without credit',
      { requests('2xx', $plays) => '0+60x30', requests('4xx', $plays) =>
        '0+6x30' }, 25, '' ],

    [ 'no file', { resonate_stream_errors_total => '0+1x30' }, 25,
      'ResonateStreamErrors' ],
    [ 'top-ups refused', { resonate_topups_refused_total => '0+1x30' }, 25,
      'ResonateTopupsRefused' ],
    [ 'two of them', { resonate_topups_refused_total => '0 1 2x28' }, 25, '' ],
    [ 'another key',
      { $refused => '0+60x60', $known => '0+6x60', $verified => '0+6x60' }, 50,
      'ResonateTokensRefused' ],
    [ 'old tokens',
      { $refused => '0+20x60', $known => '0+60x60', $verified => '0+6x60' },
      50, '' ],
    [ 'no keys for an hour', of_issuer('0+2x90', '1800+60x90', '3x90'), 60,
      'ResonateKeysOld' ],
    [ 'none ever', of_issuer('0+2x90', '_x90', '0x90'), 40, 'ResonateKeysOld' ],
    [ 'good for a day', of_issuer('5x90', '0+60x90', '3x90'), 80, '' ],
    [ 'failed once', of_issuer('0+1x90', '0 60 0 60x90', '3x90'), 80, '' ],
    [ 'workers that die',
      { resonate_worker_start_time_seconds => '100+60x20' }, 15,
      'ResonateWorkersRestart' ],
    [ 'a reload', { resonate_worker_start_time_seconds => '100 160x20' }, 15,
      '' ],
);

my %fired;

for (@cases) {
    my ($name, $series, $minutes, $expected) = @$_;

    my ($alerts, $text) = firing($series, $minutes, $expected);

    is $alerts, $expected, $name;
    next if $expected eq '';

    like $text, qr/ summary="edge:80\b/, '... summary';
    unlike $text, qr/error expanding|\{\{/, '... no gap in the text';
    $fired{$expected} = 1;
}

my @alerts = slurp($rules) =~ /- alert: (\w+)/g;
is_deeply [ sort keys %fired ], [ sort @alerts ], 'each was seen';


# Which alerts fire, and the text of one: promtool says what it got instead of
# what was expected.

sub firing {
    my ($series, $minutes, $alert) = @_;

    spew("$dir/test.json", encode_json({
        rule_files => [ $rules ], evaluation_interval => '1m',
        tests => [ {
            interval => '1m',
            input_series => [ map { {
                series => with_instance($_), values => $series->{$_}
            } } sort keys %$series ],
            promql_expr_test => [ {
                expr => 'count by (alertname) (ALERTS{alertstate="firing"})',
                eval_time => "${minutes}m",
                exp_samples => [ { labels => '{alertname="none"}',
                                   value => 0 } ],
            } ],
            alert_rule_test => [ {
                alertname => $alert || 'none', eval_time => "${minutes}m",
                exp_alerts => [],
            } ],
        } ] }));

    my $output = `promtool test rules $dir/test.json 2>&1`;
    my ($got) = $output =~ /^ *got: ?(\{.*|nil)$/m or die $output;

    my @alerts = $got =~ /alertname="(\w+)"/g;

    return (join(' ', sort @alerts), $output);
}


sub with_instance {
    my ($series) = @_;

    return $series =~ s/\{/{instance="edge:80",/r if $series =~ /\{/;
    return qq($series\{instance="edge:80"});
}

done_testing;
