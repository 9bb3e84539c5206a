# Run by t/source/check: the modules in another nginx, loaded or compiled in.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $edge = Resonate::Edge->new(
    pg      => $pg,
    auth    => 1,
    modules => $ENV{RESONATE_HOW} eq 'module' ? [] : undef,
    server  => <<'END');
location /status { resonate_status; }
location /who {
    resonate_auth required;
    try_files /none @who;
}
location @who { resonate_auth optional; return 200 $resonate_user; }
location = /file {
    resonate_cors https://a;
    gzip on;
    gzip_min_length 1;
    gzip_types *;
    gzip_vary on;
    add_header Vary X-Kind;
    alias nginx.conf;
}
END

is $edge->get('/status')->{status}, 200, 'counters';
is $edge->get('/who')->{status}, 401, 'no token';
is $edge->get('/who', token => token())->{content}, 'listener', 'token';

# the header filter of cors is in its place

my $res = $edge->get('/file', headers => { Origin => 'https://a' });

is $res->{headers}{vary}, 'X-Kind, Accept-Encoding, Origin', 'one Vary';

$res = $edge->get('/file', headers => { Origin => 'https://a',
                                        Range => 'bytes=99999999-' });
is $res->{status}, 416, 'no such range';
is $res->{headers}{'access-control-allow-origin'}, 'https://a', 'one origin';

$edge->reload;
is $edge->get('/who', token => token())->{content}, 'listener', 'reloaded';

done_testing;
