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
location @who { return 200 $resonate_user; }
END

is $edge->get('/status')->{status}, 200, 'counters';
is $edge->get('/who')->{status}, 401, 'no token';
is $edge->get('/who', token => token())->{content}, 'listener', 'token';
$edge->reload;
is $edge->get('/who', token => token())->{content}, 'listener', 'reloaded';

done_testing;
