# HTTP/3, where nginx has it: run by t/source/check.  Chromium plays streams,
# previews and HLS by QUIC alone, and gets each range as it is over HTTP/1.1.

use lib 't/lib';
use Resonate::Test;

use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use Resonate::Browser;
use Resonate::Ticket;

my $root = $Resonate::Test::ROOT;

if (my $why = Resonate::Browser::missing('hls.js')) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $port = Resonate::Edge::free_port();
my $key = key_file();
my $dir = tempdir();

system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
       . " -days 10 -subj /CN=localhost -keyout $dir/key -out $dir/crt"
       . " -addext subjectAltName=IP:127.0.0.1 2> $dir/err") == 0
    or die "openssl failed\n";

chomp(my $pin = `openssl x509 -in $dir/crt -noout -pubkey \\
                 | openssl pkey -pubin -outform der \\
                 | openssl dgst -sha256 -binary | base64`);

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    media  => media(),
    routes => 1,
    main   => 'thread_pool disk threads=2;',
    http   => <<"END");
include /etc/nginx/mime.types;
sendfile on;
aio threads=disk;
resonate_cache 1m;
resonate_ticket_key $key;
log_format protocol '\$server_protocol \$status \$uri';

map \$uri \$rate {
    ~^/api/v3/user/stream/[^/]+\$ 300k;
    default 0;
}

server {
    listen 127.0.0.1:$port quic;
    ssl_certificate $dir/crt;
    ssl_certificate_key $dir/key;
    access_log $dir/http3.log protocol;
    limit_rate \$rate;
    include $root/conf.d/api-v3.conf;
    location / { root $root/t/browser/other; }
}
END

my $base = '/api/v3/user/stream';
my %whole = (full => $edge->get("$base/$id->{paid}", token => token()),
             preview => $edge->get("/api/v3/stream/$id->{paid}"));

is $whole{$_}{headers}{'x-resonate-stream'}, $_, "$_ is one" for keys %whole;

Resonate::Browser::run($_,
    RESONATE_QUIC   => "127.0.0.1:$port $pin",
    RESONATE_URL    => "https://127.0.0.1:$port",
    RESONATE_OTHER  => "https://127.0.0.1:$port",
    RESONATE_IDS    => JSON::PP::encode_json($id),
    RESONATE_TOKEN  => token(),
    RESONATE_LONG_S => Resonate::Media::files()->{long}{duration_ms} / 1000,
    RESONATE_WHOLE  => JSON::PP::encode_json(
        { map { $_ => sha256_hex($whole{$_}{content}) } keys %whole }),
) for qw(http3 hls);

my $log = slurp("$dir/http3.log");

cmp_ok scalar(() = $log =~ m{^HTTP/3\.0 20[06] $base}mg), '>', 30, 'by QUIC';
is scalar(grep { !m{^HTTP/3\.0 (?:20[06]|416) } } split /\n/, $log), 0,
    'and nothing else';

done_testing;
