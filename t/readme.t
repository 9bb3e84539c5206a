# What README tells to type, typed as it is printed: in a copy of the checkout
# and a network of its own, where port 8080 is free and nothing else is there.

use IO::Socket::INET;
use lib 't/lib';
use Resonate::Test;
use Resonate::Checkout;

my $readme = slurp('README.md');
my @blocks = $readme =~ /^```sh\n(.*?)^```$/gms;
my @inside = $readme =~ /`(make\s[a-z]+)`/g;

s/\s+/ /g for @inside;

if ($> != 0 && IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 8080))
{
    plan(skip_all => 'port 8080 is taken, and only root may make a network');
}

my $there = Resonate::Checkout->new;

prepare();

is(scalar @blocks, 2, 'blocks of commands in README');
like($blocks[0], qr/\Amake demo\nmake test\n\z/, 'the two commands');

my ($status, $output, $errors)
    = run("make demo\n$blocks[1]make stop\nmake distclean\n");

is($status, 0, 'all of them succeed') or diag($output, $errors);

my @answers = split /\n\+ (.*)\n/, $output, -1;
my %answer = @answers[1 .. $#answers];

for (
    [ 'make demo', qr{^Resonate plays at  http://localhost:8080/\n\z}m ],
    [ 'curl .*tracks.limit=2', qr/\A\{"data":\[\{"id":.*"count":2,/ ],
    [ 'curl .*profile', qr/\A\{"data":\{.*"displayName":"listener"/ ],
    [ 'curl .*status', qr/^resonate_\w+(?:\{.*\})? \d/m ],
    [ 'make stop', qr/\Anginx stopped\.\nPostgres stopped\.\n\z/ ],
    [ 'make distclean', qr{\A\z} ],
) {
    my ($command, $says) = @$_;
    my ($found) = grep { /\A$command/ } keys %answer;

    ok(defined $found, "$command was run") or next;
    like($answer{$found}, $says, "$command: what it says");
}

ok(!-e $there->root . "/$_", "distclean removes $_") for qw(run build);

# in the text: what is named is a target

like(`cd $Resonate::Test::ROOT && $_->[0] -n 2>&1`, $_->[1], "`$_->[0]`")
    for map { [ $_, qr/\A(?!.*No rule to make)/s ] } grep { !/test/ } @inside;

# the endpoint that it shows is one that is shipped

my ($shown) = $readme =~ /^```nginx\n(.*?)^```$/ms;
my $shipped = slurp('conf.d/api-v3.conf') =~ s/\s+/ /gr;

ok(index($shipped, $shown =~ s/\s+/ /gr =~ s/ $//r) >= 0,
   'the endpoint is one of conf.d/api-v3.conf');

done_testing;


# Two tracks where the demo's own music would be, which it then does not fetch.

sub prepare {
    my $root = $there->root;
    my $folder = "$root/run/music/Michael Kievernagel/"
               . 'Advanced Strategic Command';

    # the stamps say that all is built; build/test is of other tests
    Resonate::Checkout::copy("$Resonate::Test::ROOT/{config,ngx_*}", $root);
    Resonate::Checkout::copy("$Resonate::Test::ROOT/build/*.stamp",
                             "$root/build");
    $there->sound($_, 'Michael Kievernagel') for 'Hum', 'Buzz';
    system('mkdir', '-p', $folder) == 0 or die;
    rename $there->music . "/$_.flac", "$folder/$_.flac" for 'Hum', 'Buzz';
    system("chown -R postgres: $root/run") == 0 or die if $> == 0;
}


sub run {
    my ($commands) = @_;
    my $script = $there->root . '/commands';
    my $marked = join '', map { "echo; echo " . quoted("+ $_") . "\n$_\n" }
                          split /\n+/, $commands;

    spew($script, "exec 2> $script.errors\nset -e\n$marked");

    my @network = $> == 0
        ? ('unshare', '--net', $^X, '-e', loopback()) : ();

    open my $out, '-|', 'sh', '-c', 'cd "$0" && exec "$@"', $there->root,
        @network, 'bash', $script or die "sh: $!\n";
    my $output = do { local $/; <$out> };

    close $out;
    return ($? >> 8, $output, slurp("$script.errors"));
}


sub quoted {
    my ($text) = @_;

    return "'" . $text =~ s/'/'\\''/gr . "'";
}


# a new network has its loopback down: SIOCSIFFLAGS of netdevice(7)

sub loopback {
    return 'socket my $s, 2, 2, 0 or die $!;'
         . 'my $up = pack "a16 s x14", "lo", 0x41;'
         . 'ioctl $s, 0x8914, $up or die $!;'
         . 'exec @ARGV or die $!';
}
