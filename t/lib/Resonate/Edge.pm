package Resonate::Edge;

# A private nginx with our modules.
#
#   my $edge = Resonate::Edge->new(
#       pg      => $pg,         # resonate_pg read and write, to this server
#       auth    => 1,           # the suite's issuer and a token cache
#       media   => $dir,        # resonate_media
#       main    => '...',       # text at the top of the file
#       http    => '...',       # text in http{}
#       server  => '...',       # text in server{}
#       routes  => 1,           # conf.d/api-v3.conf in it
#       listen  => 'sndbuf=16k',    # more of the listen directive
#       workers => 1, modules => [qw(core auth tracks pay)],
#       log     => 'info',      # at least notice, for reload()
#       pg_read => 'connections=2', pg_write => '...',   # their options
#       pg_lists => 'queue=64', # resonate_pg lists, too
#       pg_topup => 'connections=1',    # resonate_pg topup, too
#       expect  => qr/.../,     # an alarming log line that is meant to be
#   );
#   $edge->get($path, %opt), post($path, $body, %opt),
#   $edge->request($method, $path, %opt)      token, headers, body
#   $edge->client                             one connection, Resonate::Http
#   $edge->raw($bytes)                        all that comes until it closes
#   $edge->reload(%new), stop, url, port, dir, pid, workers
#   $edge->log, access_log
#   $edge->conf_fails($http or %parts)        the [emerg] text of nginx -t
#   Resonate::Edge->conf_test($http or %parts)     (ok, output)
#
# stop() fails the test for [alert], [emerg], [crit], a crash, or a report
# of a sanitizer.

use strict;
use warnings;

use Fcntl qw(:flock);
use File::Path ();
use IO::Socket::INET;
use Resonate::Conf;
use Resonate::Http;
use Resonate::Process;
use Test::More ();

my $ALARM = qr/\[(?:alert|emerg|crit)\]
               |AddressSanitizer|LeakSanitizer|UndefinedBehavior
               |runtime\ error:|==\d+==ERROR/x;

# undefined but meant: a byte shifted into the sign
my $NGINX = qr{^src/core/ngx_murmurhash\.c:\d+:\d+: runtime error};


sub new {
    my ($class, %opt) = @_;

    my $self = bless { opt => \%opt, dir => Resonate::Test::tempdir(),
                       owner => $$, expect => [] }, $class;

    $self->expect($opt{expect}) if $opt{expect};
    Resonate::Test::server($self);
    $self->start;
    return $self;
}


# Below the range that the kernel hands out to outgoing connections.  A port
# stays this test's until it ends, whether something listens there or not: a
# lock on its file says so to other tests of the same tree.  One of another
# tree may still pick the same; nginx says so, and we pick another.

my @locks;

sub free_port {
    my $dir = "$Resonate::Test::STORE/ports";

    File::Path::make_path($dir);

    for (1 .. 200) {
        my $port = 10_000 + int rand 22_000;

        open my $lock, '>>', "$dir/$port" or die "$dir/$port: $!";
        flock $lock, LOCK_EX | LOCK_NB or next;

        my $probe = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                          LocalPort => $port, Listen => 1,
                                          ReuseAddr => 1) or next;
        close $probe;
        push @locks, $lock;
        return $port;
    }

    die "no free port\n";
}


sub start {
    my ($self) = @_;

    for (1 .. 10) {
        $self->{port} = free_port();
        $self->write_conf;
        return if $self->launch;
    }

    die "nginx found no free port\n";
}


sub write_conf {
    my ($self) = @_;

    Resonate::Test::spew("$self->{dir}/nginx.conf",
        Resonate::Conf::text(%{$self->{opt}}, dir => $self->{dir},
                             port => $self->{port}));
}


sub launch {
    my ($self) = @_;
    my $dir = $self->{dir};

    unlink "$dir/nginx.pid", "$dir/error.log", "$dir/output";
    $self->{process} = Resonate::Process->spawn(
        command => [ Resonate::Conf::command($dir) ],
        env     => { Resonate::Conf::environment($dir),
                     %{$self->{opt}{env} || {}} },
        output  => "$dir/output",
    );

    # the pid file is written when the sockets listen, before the workers are
    return Resonate::Test::wait_for(sub {
        if (!$self->{process}->alive) {
            my $why = $self->log . $self->output;
            return 'taken' if $why =~ /98: Address already in use/;
            die "nginx did not start:\n$why";
        }

        return -s "$dir/nginx.pid" && $self->staffed && 'listening';
    }, 60, 'nginx to listen, and its workers') eq 'listening';
}


# A worker has its title when all modules are initialised in it.  One whose
# initialisation fails is not started again, and a test may be about that.

sub staffed {
    my ($self) = @_;
    my $opt = $self->{opt};

    return ($opt->{main} // '') =~ /\bmaster_process off;/
           || $self->workers >= ($opt->{workers} || 1)
           || $self->log =~ /fatal code 2 and cannot be respawned$/m;
}


sub url    { return "http://localhost:$_[0]{port}" }
sub port   { return $_[0]{port} }
sub dir    { return $_[0]{dir} }
sub pid    { return $_[0]{process}->pid }
sub log    { return $_[0]->file('error.log') }
sub output { return $_[0]->file('output') }

sub access_log { return $_[0]->file('access.log') }

sub file {
    my ($self, $name) = @_;

    return -e "$self->{dir}/$name"
           ? Resonate::Test::slurp("$self->{dir}/$name") : '';
}


# pids, those that are shutting down left out

sub workers {
    my ($self) = @_;
    my @workers;

    for my $pid ($self->{process}->children) {
        my $title = eval { Resonate::Test::slurp("/proc/$pid/cmdline") };
        push @workers, $pid
            if defined $title && $title =~ /^nginx: worker process\s*\0*$/;
    }

    return @workers;
}


sub client {
    my ($self, %opt) = @_;

    return Resonate::Http->new(port => $self->{port}, %opt);
}


sub request {
    my ($self, $method, $path, %opt) = @_;

    return $self->client(timeout => $opt{timeout})
                ->request($method, $path, close => 1, %opt);
}


sub get {
    my ($self, $path, %opt) = @_;

    return $self->request('GET', $path, %opt);
}


sub post {
    my ($self, $path, $body, %opt) = @_;

    $opt{headers} = { 'Content-Type' => 'application/json',
                      %{$opt{headers} || {}} };
    return $self->request('POST', $path, body => $body, %opt);
}


sub raw {
    my ($self, $bytes, %opt) = @_;

    my $client = $self->client(%opt);
    $client->send($bytes);
    shutdown $client->{socket}, 1 if $opt{shutdown};
    return $client->read_all;
}


# Returns when the new workers are the only ones that accept connections;
# the old ones may still finish what they have.

sub reload {
    my ($self, %new) = @_;

    my @old = $self->workers;
    my $seen = length $self->log;

    %{$self->{opt}} = (%{$self->{opt}}, %new);
    $self->write_conf if %new;
    $self->{process}->signal('HUP') or die "nginx is not running\n";

    my $count = $self->{opt}{workers} || 1;

    Resonate::Test::wait_for(sub {
        my $log = substr $self->log, $seen;
        die "nginx did not reload:\n$log" if $log =~ /\[emerg\]/;

        my $new = () = $log =~ /start worker process \d+$/mg;
        my @left = grep { $log !~ / $_#\d+: gracefully shutting down$/m }
                   grep { !Resonate::Process::gone($_) } @old;

        # a worker has its title a moment after it was started
        return $new >= $count && !@left && $self->workers >= $count;
    }, 30, 'nginx to reload');
}


sub expect {
    my ($self, @patterns) = @_;

    push @{$self->{expect}}, @patterns;
}


# what should not have been said, here or in a sanitizer's report

sub alarms {
    my ($self) = @_;
    my @lines;

    for my $file (map { "$self->{dir}/$_" } 'error.log', 'output',
                  map { m{([^/]+)$} } glob "$self->{dir}/sanitizer.*")
    {
        next if !-e $file;
        my @all = split /\n/, Resonate::Test::slurp($file);

        # a report is worth showing whole
        push @lines, $file =~ /sanitizer\.\d+$/ ? @all
                                                : grep { /$ALARM/ } @all;
    }

    for my $pattern ($NGINX, @{$self->{expect}}) {
        @lines = grep { !/$pattern/ } @lines;
    }

    return @lines;
}


# ends nginx; returns the faults

sub quit {
    my ($self) = @_;

    my $process = $self->{process};
    return () if !$process || $self->{stopped}++;

    my @faults;

    if (!$process->alive) {
        push @faults, "nginx had died (status $process->{status})";

    } else {
        $process->signal('QUIT');

        if (!$process->ended(30)) {
            push @faults, 'nginx did not quit within 30 s';
            $process->destroy;
        }
    }

    return (@faults, $self->alarms);
}


sub stop {
    my ($self) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return if $self->{stopped};

    my @faults = $self->quit;
    Test::More::ok(!@faults, 'nginx quit in time and had nothing to report')
        or Test::More::diag(join "\n", @faults);
}

*finish = \&stop;


sub abandon {
    my ($self) = @_;

    return $self->{owner} == $$ ? $self->quit : ();
}


sub conf_fails {
    my ($self, @parts) = @_;

    my %opt = ref $self ? %{$self->{opt}} : ();
    my ($ok, $output) = Resonate::Conf::test(%opt,
                                             Resonate::Conf::parts(@parts));

    return $ok ? undef : join "\n", $output =~ /\[emerg\] (?:\d+#\d+: )?(.*)/g;
}


sub conf_test {
    my ($class, @parts) = @_;

    return Resonate::Conf::test(Resonate::Conf::parts(@parts));
}


1;
