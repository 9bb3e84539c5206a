# bin/resonate-topup over https: certificates are checked, and one that is not
# trusted ends it at once, with nothing sent.

use lib 't/lib';
use Resonate::Test;
use Resonate::Topup;

my $dir = tempdir();
my $tool = "$Resonate::Test::ROOT/bin/resonate-topup";
my $secret = secret_file($Resonate::Topup::SECRET);
my $pg = Resonate::Pg->new;
my $port = Resonate::Edge::free_port();

$pg->dbh->do('SELECT resonate.demo_listener(?, ?, ?, ?)', {},
             'https://demo.resonate.example', 'listener', 'listener', 10);

certificate('edge', 'subjectAltName=DNS:localhost');
certificate('other', 'subjectAltName=DNS:other.example');

my $edge = topup_edge(pg => $pg, http => <<"END");
server {
    listen 127.0.0.1:$port ssl;
    ssl_certificate $dir/edge.crt;
    ssl_certificate_key $dir/edge.key;
    location = /dev/topup { resonate_topup; }
}
END

for (
    [ 'its own authority', ['--ca', "$dir/edge.crt"], 0, qr/\A30\n\z/ ],
    [ 'another one', ['--ca', "$dir/other.crt"], 1,
      qr/certificate verify failed/ ],
    [ 'that of the system', [], 1, qr/certificate verify failed/ ],
    [ 'another name', ['--ca', "$dir/edge.crt", '--url',
                       "https://127.0.0.1:$port"], 1, qr/verification failed/ ],
    [ 'no such file', ['--ca', "$dir/none"], 2,
      qr/\Aresonate-topup: cannot read .*none: No such file/ ],
) {
    my ($name, $options, $expected, $says) = @$_;
    my ($status, $output) = run_tool('--key', $name, @$options);

    is($status, $expected, "$name: status");
    like($output, $says, "$name: what it says");
    unlike($output, qr/trying again|repeat with/, "$name: no other attempt");
}

is($pg->dbh->selectrow_array(
       q{SELECT count(*) FROM resonate.transfer WHERE kind = 'topup'}), 2,
   'one of them credited');

done_testing;


sub certificate {
    my ($name, $extension) = @_;

    system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
           . " -nodes -days 2 -subj /CN=$name -addext '$extension'"
           . " -keyout $dir/$name.key -out $dir/$name.crt 2>/dev/null") == 0
        or die "openssl failed\n";
}


sub run_tool {
    my (@options) = @_;

    open my $out, '-|', "$^X $tool listener 20 --secret $secret --wait 20"
        . " --url https://localhost:$port "
        . join(' ', map { "'$_'" } @options) . ' 2>&1' or die "$tool: $!\n";
    my $output = do { local $/; <$out> };

    close $out;
    return ($? >> 8, $output);
}
