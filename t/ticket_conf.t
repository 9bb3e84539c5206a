# The directives of tickets: what nginx -t says to each.

use lib 't/lib';
use Resonate::Test;
use Resonate::Ticket;

my $key = key_file();


sub file {
    my ($bytes, $mode) = @_;
    my $file = key_file($bytes);

    chmod $mode // 0600, $file;
    return $file;
}


for (['no key', ''],
     ['a key', "resonate_ticket_key $key;"],
     ['two keys', "resonate_ticket_key $key " . file('o' x 40) . ';'],
     ['eight keys', "resonate_ticket_key @{[ ($key) x 8 ]};"],
     ['a line feed', 'resonate_ticket_key ' . file('x' x 32 . "\n") . ';'],
     ['any bytes', 'resonate_ticket_key ' . file("\0\xff" x 16) . ';'],
     ['1024 bytes', 'resonate_ticket_key ' . file('x' x 1024) . ';'],
     ['the shortest time', 'resonate_ticket_time 1m;'],
     ['the longest time', 'resonate_ticket_time 24h;'])
{
    my ($name, $http) = @$_;
    my ($ok, $output) = conf_test($http);

    ok $ok, "valid: $name" or diag $output;
}

my $bytes = '"resonate_ticket_key" must have 32 to 1024 bytes';
my $time = '"resonate_ticket_time" must be between 1m and 24h';

for (["resonate_ticket_key $key; resonate_ticket_key $key;",
      '"resonate_ticket_key" directive is duplicate'],
     ["resonate_ticket_key @{[ ($key) x 9 ]};",
      '"resonate_ticket_key" directive has too many keys'],
     ['resonate_ticket_key;',
      'invalid number of arguments in "resonate_ticket_key" directive'],
     ['resonate_ticket_key ' . file('x' x 31) . ';', $bytes],
     ['resonate_ticket_key ' . file('x' x 1025) . ';', $bytes],
     ["resonate_ticket_key $key " . file('') . ';', $bytes],
     ['resonate_ticket_key ' . file('x' x 32, 0640) . ';',
      'group and others must have no access'],
     ['resonate_ticket_key /no/such;', 'No such file or directory'],
     ['resonate_ticket_time 59s;', $time],
     ['resonate_ticket_time 86401s;', $time],
     ['resonate_ticket_time soon;',
      '"resonate_ticket_time" directive invalid value'],
     ['resonate_ticket_time 1h; resonate_ticket_time 1h;',
      '"resonate_ticket_time" directive is duplicate'])
{
    my ($http, $why) = @$_;

    like(Resonate::Edge->conf_fails($http), qr/\Q$why\E/, $why);
}

done_testing;
