#!/usr/bin/perl

# The directives of the pay room: what nginx -t says to each.

use lib 't/lib';
use Resonate::Test;
use Resonate::Topup;

my $good = secret_file("0123456789abcdef0123456789abcdef\n");
my $dir = $good =~ s{/[^/]+$}{}r;
my $pg = 'resonate_pg topup "host=/tmp dbname=d user=u";
          resonate_pg write "host=/tmp dbname=d user=u";';
my $secret = "resonate_topup_secret $good;";

sub location { return "location = /t { resonate_topup; @_ }" }


# valid

for (['all defaults', $secret, location()],
     ['secret in the server', '', "$secret " . location()],
     ['secret in the location', '', location($secret)],
     ['another in the location', $secret, location($secret)],
     ['database by name', $secret, location('resonate_topup_pg write;')],
     ['shortest tolerance', $secret, location('resonate_topup_tolerance 1;')],
     ['longest tolerance', $secret, location('resonate_topup_tolerance 1h;')],
     ['smallest max', $secret, location('resonate_topup_max 1;')],
     ['largest max', $secret, location('resonate_topup_max 1000000000;')],
     ['two locations', $secret, location() . 'location /u { resonate_topup; }'],
     ['without a top-up', 'resonate_topup_pg nowhere;', ''],
     ['secret of exactly 32 bytes, no newline',
      'resonate_topup_secret ' . secret_file('x' x 32) . ';', location()],
     ['secret of 1024 bytes',
      'resonate_topup_secret ' . secret_file('x' x 1024 . "\n") . ';',
      location()])
{
    my ($name, $http, $server) = @$_;
    my ($ok, $output) = conf_test(http => "$pg $http", server => $server);

    ok($ok, "valid: $name") or diag $output;
}

{
    my $why = Resonate::Edge->conf_fails('resonate_topup_secret no/such;');
    like($why, qr{^open\(\) "/\S+/rt-\w+/no/such" of },
         'a file is relative to the prefix');
}


# refused; the text ends with " in FILE:LINE"

my ($empty, $one, $short, $long) = map { secret_file($_) }
    '', "\n", 'x' x 31 . "\n", 'x' x 1025 . "\n";
my $open = secret_file('x' x 40, 0640);
my $world = secret_file('x' x 40, 0604);
my $write = secret_file('x' x 40, 0622);
my $bytes = '"resonate_topup_secret" must have 32 to 1024 bytes';
my $mode = 'group and others must have no access';
my $range = 'it must be a whole number of mc between 1 and 1000000000';
my $time = '"resonate_topup_tolerance" must be between 1s and 3600s';

sub secret { return "resonate_topup_secret $_[0];" }

for (
    ['no secret', '', location(),
     'no "resonate_topup_secret" is defined for the "resonate_topup" '
     . 'directive'],
    ['no database', "resonate_topup_pg bank; $secret", location(),
     'no "resonate_pg bank" is defined for the "resonate_topup" directive'],

    ['top-up twice', $secret, location('resonate_topup;'),
     '"resonate_topup" directive is duplicate'],
    ['secret twice', "$secret $secret", '',
     '"resonate_topup_secret" directive is duplicate'],
    ['database twice', 'resonate_topup_pg a; resonate_topup_pg b;', '',
     '"resonate_topup_pg" directive is duplicate'],
    ['tolerance twice', 'resonate_topup_tolerance 1m;' x 2, '',
     '"resonate_topup_tolerance" directive is duplicate'],
    ['max twice', 'resonate_topup_max 1;' x 2, '',
     '"resonate_topup_max" directive is duplicate'],

    ['top-up with a value', $secret, 'location /t { resonate_topup on; }',
     'invalid number of arguments in "resonate_topup" directive'],
    ['top-up in a server', $secret, 'resonate_topup;',
     '"resonate_topup" directive is not allowed here'],
    ['secret without a value', 'resonate_topup_secret;', '',
     'invalid number of arguments in "resonate_topup_secret" directive'],

    ['no such file', secret("$dir/none"), '',
     qq(open() "$dir/none" of "resonate_topup_secret" failed )
     . '(2: No such file or directory)'],
    ['a directory', secret($dir), '',
     qq("$dir" of "resonate_topup_secret" is not a regular file)],
    ['a device', secret('/dev/zero'), '',
     '"/dev/zero" of "resonate_topup_secret" is not a regular file'],
    ['readable by the group', secret($open), '',
     qq("$open" of "resonate_topup_secret" has mode 0640, $mode)],
    ['readable by others', secret($world), '',
     qq("$world" of "resonate_topup_secret" has mode 0604, $mode)],
    ['writable by all', secret($write), '',
     qq("$write" of "resonate_topup_secret" has mode 0622, $mode)],
    ['an empty secret', secret($empty), '', qq("$empty" of $bytes)],
    ['only a newline', secret($one), '', qq("$one" of $bytes)],
    ['a short secret', secret($short), '', qq("$short" of $bytes)],
    ['a long secret', secret($long), '', qq("$long" of $bytes)],

    ['tolerance of nothing', 'resonate_topup_tolerance 0;', '', $time],
    ['tolerance of a day', 'resonate_topup_tolerance 1d;', '', $time],
    ['tolerance in words', 'resonate_topup_tolerance long;', '',
     '"resonate_topup_tolerance" directive invalid value'],
    map([ "max of $_", "resonate_topup_max $_;", '',
          qq(invalid amount "$_" in "resonate_topup_max", $range) ],
        qw(0 -1 1.5 1e3 x 007 1000000001 99999999999999999999)),
) {
    my ($name, $http, $server, $expected) = @$_;
    my $why = Resonate::Edge->conf_fails(http => "$pg $http",
                                         server => $server);

    is($why =~ s/ in \S+:\d+$//r, $expected, "refused: $name");
}

{
    my $why = Resonate::Edge->conf_fails(
        http => 'resonate_pg write "host=/tmp dbname=d user=u"; ' . $secret,
        server => location());

    is($why =~ s/ in \S+:\d+$//r, 'no "resonate_pg topup" is defined for the '
       . '"resonate_topup" directive', 'refused: no database of its own');
}


# the order of modules

is(Resonate::Edge->conf_fails(modules => ['pay']),
   'ngx_resonate_core_module.so must be loaded before '
   . 'ngx_resonate_pay_module.so', 'pay needs core first');

done_testing;
