package Resonate::Bench::Load;

# What a benchmark asks with, on the second CPU: wrk and pgbench.
#
#   my $load = Resonate::Bench::Load->new;
#   $load->lines($name => @lines)       a file of lines, from which wrk draws
#   $load->rate($edge, $seconds, paths => $name, ...)
#                                       answers a second, all of them 200
#   $load->cpu($edge, $bytes, ...)      the same; counts what the worker takes
#   $load->per_gb($edge)                processor seconds for a GB, so counted
#   $load->goodput(...)                 the same, but refusals may be among them
#   $load->pgbench($pg, $seconds, $database, @scripts)
#                                       transactions a second
#
# Options of rate and goodput: tokens, bodies (names of lines), gzip, clients.

use strict;
use warnings;

use FindBin;

our $PINNED = `nproc` > 1;
our $CONNECTIONS = 4;                   # to PostgreSQL, ours and pgbench's

my @CPU = $PINNED ? qw(taskset -c 1) : ();


sub new { return bless { dir => Resonate::Test::tempdir() }, $_[0] }


sub lines {
    my ($self, $name, @lines) = @_;

    Resonate::Test::spew("$self->{dir}/$name", join '', map { "$_\n" } @lines);
}


sub rate {
    my ($self, @what) = @_;
    my ($requests, $took, $bad) = $self->wrk(@what);

    die "$bad bad answers\n" if $bad;
    return $requests / $took;
}


sub cpu {
    my ($self, $edge, $bytes, $seconds, %opt) = @_;
    my $before = used($edge);
    my ($requests, $took, $bad) = $self->wrk($edge, $seconds, %opt);
    my $taken = $self->{taken}{$edge->port} //= [ 0, 0 ];

    die "$bad bad answers\n" if $bad;
    $taken->[0] += used($edge) - $before;
    $taken->[1] += $requests * $bytes / 1e9;
    return $requests / $took;
}


sub per_gb {
    my ($self, $edge) = @_;
    my ($used, $gb) = @{$self->{taken}{$edge->port}};

    return $used / $gb;
}


# of a worker, in user mode and in the kernel

sub used {
    my ($edge) = @_;
    my ($worker) = $edge->workers;
    my @of = split ' ', Resonate::Test::slurp("/proc/$worker/stat")
                        =~ s/.*\) //r;

    return ($of[11] + $of[12]) / 100;
}


sub goodput {
    my ($self, @what) = @_;
    my ($requests, $took, $bad) = $self->wrk(@what);

    return ($requests - $bad) / $took;
}


sub wrk {
    my ($self, $server, $seconds, %opt) = @_;
    my $clients = $opt{clients} // 64;

    my $output = Resonate::Pg::run(@CPU, qw(wrk -t1 --timeout 10s),
        "-c$clients", "-d$seconds",
        $opt{gzip} ? ('-H', 'Accept-Encoding: gzip') : (),
        '-s', "$FindBin::Bin/wrk.lua", $server->url, '--',
        map { defined $opt{$_} ? "$self->{dir}/$opt{$_}" : '-' }
        qw(paths tokens bodies));
    my ($requests, $took, $bad, $broken) =
        $output =~ /^RESULT (\d+) (\d+) \d+ (\d+) (\d+)$/m
        or die "wrk said:\n$output";

    die "$broken broken connections\n$output" if $broken;
    return ($requests, $took / 1e6, $bad);
}


# each transaction is one of the scripts

sub pgbench {
    my ($self, $pg, $seconds, $database, @scripts) = @_;
    my @files = map { "$self->{dir}/script.$_" } 0 .. $#scripts;

    for (@files) {
        my $script = shift(@scripts) =~ s/\n(?!\\|SELECT)\s*/ /gr;
        Resonate::Test::spew($_, "$script\n");
    }

    my $output = Resonate::Pg::run(@CPU, Resonate::Pg::tool('pgbench'), '-n',
        qw(-M prepared -j 1), '-c', $CONNECTIONS, '-T', $seconds,
        map({ ('-f', $_) } @files), '-h', $pg->socket_dir,
        '-U', 'resonate_edge', $database);

    die "pgbench said:\n$output"
        if $output !~ /number of failed transactions: 0 /;
    my ($tps) = $output =~ /^tps = ([\d.]+)/m or die "pgbench:\n$output";
    return $tps;
}


1;
