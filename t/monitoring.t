# What an operator watches: the status page, the manual's list of it, the
# alert rules and the dashboard speak of the same numbers.

use lib 't/lib';
use JSON::PP;
use Resonate::Metrics;
use Resonate::Routes;
use Resonate::Source;
use Resonate::Test;

my $dir = "$Resonate::Test::ROOT/conf.d/monitoring";
my $alerts = slurp("$dir/alerts.yml");
my $dashboard = decode_json(slurp("$dir/grafana-dashboard.json"));
my $manual = Resonate::Source::text('doc/MANUAL.md');

my $edge = Resonate::Edge->new(
    pg => my $pg = Resonate::Pg->new, pg_topup => 'connections=1', auth => 1,
    media => media(), routes => 1, http => http(),
    server => 'location = /status { resonate_status; }
        location = /out { resonate_backchannel_logout write; }');

sub http {
    my ($keys) = Resonate::Token::jwks() =~ m{^(.*/)};
    return <<"END";
resonate_cache 1m listen=read;
resonate_revocation read;
resonate_provider https://a.example { jwks_uri https://a.example/jwks.json;
                                      fetch /id/; }
resonate_fetch { location /id/ { alias $keys; } }
END
}

# what is told only when it is known
$pg->psql('SELECT resonate.maintain()');
my $page = wait_for {
    my $now = $edge->get('/status')->{content};
    $now =~ /^resonate_maintained_age_seconds \d/m
        && $now =~ /^resonate_auth_keys_age_seconds\S* \d/m && $now;
} 20, 'the age of upkeep and of keys';

sub promtool {
    my ($what, $file) = @_;

    return `promtool check $what $file 2>&1`;
}


# the status page is what Prometheus wants, and what the manual lists

my $saved = $edge->dir . '/page';
spew($saved, $page);
is promtool('metrics', "< $saved"), '', 'promtool finds no fault in it';

my %family = $page =~ /^# TYPE (\w+) (\w+)$/mg;
my %help = $page =~ /^# HELP (\w+) (.*)$/mg;
my ($chapter) = $manual =~ /^## Counters\n(.*?)^## /ms;
my @listed = $chapter =~ /^\| `(resonate_\w+)` \| \S/mg;

is_deeply [ sort @listed ], [ sort keys %family ],
          'the manual lists what there is, once';
is_deeply [ sort keys %help ], [ sort keys %family ], 'each has its help';
is_deeply [ grep { $help{$_} !~ /\.$/ } sort keys %help ], [],
          '... in sentences';
is_deeply [ grep { ($family{$_} eq 'counter') != /_total$/ } keys %family ],
          [], 'counters, and only they, are totals';

my $routes = () = Resonate::Routes::all();
is scalar(() = $page =~ /^resonate_http_response_bytes_total\{/mg),
   $routes + 1, 'each shipped route has its line, and "other"';


# every number and every route that is spoken of exists

my %sample = map { $_ => 1 } $page =~ /^(\w+)(?=[{ ])/mg;
my @route = $page =~ /^resonate_http_response_bytes_total\{route="([^"]+)"/mg;
my @expr = (expressions($dashboard->{panels}),
            map { $_->{expr} } @{$dashboard->{annotations}{list}});

sub expressions {
    my ($panels) = @_;
    return map { map { $_->{expr} } @{$_->{targets} || []} } @$panels;
}

# an alert's text names counters, its rule names anything

my @rule = $alerts =~ /(?:^[ ]+expr:(.*?)(?=^[ ]+(?:for|labels):)
                        |\b(resonate_\w+_total)\b)/gmsx;

for (['alert rules', join "\n", grep { defined } @rule],
     ['dashboard', join "\n", @expr],
     ['variables', join "\n", map { $_->{definition} // () }
                              @{$dashboard->{templating}{list}}]) {
    my ($what, $text) = @$_;
    my %name = map { $_ => 1 } $text =~ /\b(resonate_\w+)/g;
    my @matched = $text =~ /route=~"([^"\$]+)"/g;

    cmp_ok scalar keys %name, '>', 0, "$what: numbers";
    is_deeply [ grep { !$sample{$_} } sort keys %name ], [], '... all exist';

    for my $pattern (@matched) {
        ok scalar(grep { /^(?:$pattern)$/ } @route), "... as does $pattern";
    }
}


# the rules

like promtool('config', "$dir/prometheus.yml"),
     qr/SUCCESS: 1 rule files found.*SUCCESS: \d+ rules found/s,
     'the example of a configuration, with its rules';

# ... asks for what a site answers, which is known by its name

my $job = slurp("$dir/prometheus.yml");
my ($path) = $job =~ m{metrics_path: (\S+)};
my ($proxy) = $job =~ m{proxy_url: http://(\S+)};
my ($target) = $job =~ m{targets: \["([^"]+)"\]};
my $site = slurp("$dir/../site.conf.in");
my ($location) = $site =~ /^(    location = \Q$path\E \{.*?^    \})/ms;
my ($ask, $name) = map { s/:80$//r } $proxy, $target;

like $site, qr/^    listen 80;$/m, 'the site is at port 80';
like "$proxy $target", qr/:80 .*:80$/, '... where Prometheus asks';

$edge->reload(server => '', http => "resonate_cache 1m;
    server { listen $ask:$edge->{port}; server_name $name; $location }");
like $edge->raw("GET http://$target$path HTTP/1.1\r\nHost: $target\r\n"
                . "Connection: close\r\n\r\n"),
     qr{^HTTP/1\.1 200 OK\r\n.*^resonate_workers }ms, '... and answered';

my %anchor = map { (lc $_ =~ s/[^\w -]//gr =~ s/ /-/gr) => 1 }
             $manual =~ /^#+ (.*)$/mg;

for (split /^ +- alert: /m, $alerts =~ s/.*?(?=- alert:)//sr) {
    my ($name) = /^(Resonate\w+)$/m or next;
    my ($section) = /^ +manual: (\S+)$/m;

    like $_, qr/^ +severity: (?:critical|warning)$/m, "$name: severity";
    like $_, qr/^ +summary: "\{\{ \$labels\.instance \}\}/m, '... summary';
    like $_, qr/^ +description: >-$/m, '... what to do';
    ok $anchor{$section // ''}, '... and a section of the manual';
}


# the dashboard

my @panels = @{$dashboard->{panels}};
my %id = map { $_->{id} => 1 } @panels;
my %type = map { $_->{type} => 1 } @panels;

cmp_ok $dashboard->{schemaVersion}, '>=', 39, 'a dashboard of Grafana 10.4';
is scalar keys %id, scalar @panels, 'its panels are different ones';
is_deeply [ grep { !/^(?:row|stat|timeseries|heatmap)$/ } keys %type ], [],
          '... that Grafana has by itself';
is_deeply [ map { $_->{title} } grep { $_->{type} ne 'row'
                && (!@{$_->{targets}} || !$_->{description}) } @panels ], [],
          '... that say what they show';
is_deeply [ grep { ($_->{uid} // '') ne '${datasource}' }
            map { $_->{datasource}, map { $_->{datasource} }
                                    @{$_->{targets} || []} }
            grep { $_->{type} ne 'row' } @panels ], [],
          '... from the data source that was chosen';
is_deeply [ overlapping(@panels) ], [], '... and stand beside each other';

sub overlapping {
    my @at = map { [ $_->{title}, @{$_->{gridPos}}{qw(x y w h)} ] } @_;

    return map { my $a = $_; map { "$a->[0], $_->[0]" } grep { $_ != $a
        && $_->[1] < $a->[1] + $a->[3] && $a->[1] < $_->[1] + $_->[3]
        && $_->[2] < $a->[2] + $a->[4] && $a->[2] < $_->[2] + $_->[4] } @at }
        @at;
}

# as recording rules, promtool reads its queries

my @query = map { s/\$__rate_interval/1m/gr =~ s/\$(?:instance|route)/x/gr }
            @expr;
my $n = 0;
spew("$saved.yml", encode_json({ groups => [ { name => 'x', rules =>
    [ map { { record => 'x' . $n++, expr => $_ } } @query ] } ] }));
like promtool('rules', "$saved.yml"), qr/SUCCESS: ${\ scalar @query} rules/,
     'its queries are PromQL';

done_testing;
