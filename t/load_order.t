# The modules are loaded in the order of their rooms, or nginx says why not.

use lib 't/lib';
use Resonate::Test;

my @upper = qw(auth tracks pay);

sub refused {
    my ($modules, $message) = @_;
    my ($ok, $output) = conf_test(modules => $modules);

    ok !$ok, "@$modules: refused";
    like $output, qr/\[emerg\].*\Q$message\E/, "@$modules: said why";
    unlike $output, qr/undefined symbol|dlopen/, "@$modules: in our words";
}

for my $room (@upper) {
    my $message = 'ngx_resonate_core_module.so must be loaded before '
                  . "ngx_resonate_${room}_module.so";

    refused([ $room ], $message);
    refused([ $room, 'core' ], $message);
    refused([ 'core', $room, $room ],
            "module \"ngx_resonate_${room}_module\" is already loaded");

    my ($ok, $output) = conf_test(modules => [ 'core', $room ]);
    ok $ok, "core $room: enough" or diag $output;
}

refused([ qw(auth core tracks pay) ], 'must be loaded before');
refused([ qw(core core) ], 'is already loaded');

my ($ok, $output) = conf_test(modules => [ 'core', @upper ]);
ok $ok, "core @upper: the order that is documented" or diag $output;

done_testing;
