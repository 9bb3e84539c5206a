# A list of hosts: one that refuses, is silent, or is a standby is left for
# the next.

use lib 't/lib';
use IO::Socket::UNIX;
use Resonate::Functions;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);

my $good = $pg->socket_dir;
my $refusing = tempdir();

# accepts, and never says a word
my $silent = tempdir();
my $listener = IO::Socket::UNIX->new(Local  => "$silent/.s.PGSQL.5432",
                                     Listen => 64)
    or die "cannot listen: $!";
chmod 0777, "$silent/.s.PGSQL.5432" or die $!;

sub edge {
    my ($hosts, $options, $more) = @_;

    my $info = "host=$hosts dbname=resonate user=resonate_edge " . $more;

    return Resonate::Edge->new(
        http   => qq(resonate_pg read "$info" connections=1 $options;
                     resonate_pg write "$info" connections=1 $options;),
        server => routes(),
    );
}

# hosts, options, more of the conninfo, what the log says
my @rows = (
    [ "$refusing,$good", '', '', undef ],
    [ "$good,$refusing", '', '', undef ],
    [ "$refusing,$refusing,$good", '', 'target_session_attrs=read-write',
      undef ],
    [ "$silent,$good", 'connect_timeout=200ms', '',
      qr/timed out while connecting to database "read", connection 0/ ],
    [ "$refusing,$silent,$silent,$good", 'connect_timeout=200ms', '',
      qr/timed out while connecting to database "read", connection 0/ ],
);

for (@rows) {
    my ($hosts, $options, $more, $said) = @$_;
    my $edge = edge($hosts, $options, $more);
    (my $name = "$hosts $more") =~ s/\Q$good\E/good/g;
    $name =~ s/\Q$refusing\E/refusing/g;
    $name =~ s/\Q$silent\E/silent/g;

    ok(wait_for(sub { $edge->get('/echo?word=a')->{status} == 200 }, 15,
                "an answer through $name"), $name);
    like($edge->log, $said, 'the silent one is logged') if $said;
    $edge->stop;
}

# none is writable: refused, not served from where it must not be

$pg->psql('ALTER ROLE resonate_edge SET default_transaction_read_only = on');

my $edge = edge($good, '', 'target_session_attrs=read-write');

wait_for(sub { $edge->log =~ /session is read-only/ }, 15, 'the reason');
is($edge->get('/echo?word=a')->{status}, 503, 'no writable host');

$pg->psql('ALTER ROLE resonate_edge RESET default_transaction_read_only');
ok(wait_for(sub { $edge->get('/echo?word=a')->{status} == 200 }, 15,
            'an answer'), 'promoted: healed');

done_testing();
