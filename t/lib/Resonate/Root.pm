package Resonate::Root;

# A clean Debian in a directory, whose processes, mounts and network are its
# own: they end with it, and at the latest with the test, however it ends.
#
#   Resonate::Root::missing()           why there can be none
#   my $root = Resonate::Root->new;
#   $root->download(@packages)          puts them into its apt's cache
#   my ($status, $output) = $root->run($command);
#   $root->out($command)                its output; dies if it fails
#   $root->start($command, $output)     a Resonate::Process
#   $root->newer($file, $line)          a later version of its packages
#   $root->get($url, $curl_options)     head and content
#   dir
#
# mmdebstrap makes the first one; what it made is kept in build/test/root.

use strict;
use warnings;

use File::Copy qw(copy);
use Resonate::Process;

# without services, and slow to install
my @INCLUDE = qw(ffmpeg ca-certificates);

my $HOLD = '$SIG{CHLD} = "IGNORE"; sleep 60 while 1';

my %ENVIRONMENT = (
    PATH            => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:'
                       . '/sbin:/bin',
    HOME            => '/root',
    LC_ALL          => 'C.UTF-8',
    DEBIAN_FRONTEND => 'noninteractive',
);


sub missing {
    return 'needs root' if $> != 0;

    for my $tool (qw(mmdebstrap unshare nsenter setpriv ip)) {
        return "needs $tool" if system("command -v $tool > /dev/null") != 0;
    }

    return 'needs a root that may unshare'
        if system('unshare --mount --pid --net --fork true 2> /dev/null') != 0;
    return;
}


sub new {
    my ($class) = @_;

    my $base = Resonate::Test::store('root', \&bootstrap);
    my $dir = directory();
    my $self = bless { dir => $dir, count => 0 }, $class;

    command('tar', '-C', $dir, '-xpf', "$base/root.tar");
    Resonate::Test::server($self);
    $self->boot;
    return $self;
}


sub command {
    my (@words) = @_;

    system(@words) == 0 or die "failed: @words\n";
}


sub directory {
    my $dir = Resonate::Test::tempdir() . '/root';

    mkdir $dir or die "$dir: $!";
    return $dir;
}


# The directory of temporary ones may have no devices: with these lines of a
# shell this one has, for what comes after them.

sub devices {
    my ($dir) = @_;

    return "mount --bind $dir $dir && mount -o remount,bind,dev,suid $dir";
}


sub with_devices {
    my ($dir, $line, @words) = @_;

    command(qw(unshare --mount sh -c), devices($dir) . " && $line", 'sh',
            @words);
}


# From the mirror of this machine, and by its way there.

sub bootstrap {
    my ($draft) = @_;
    my $dir = directory();
    my $log = "$Resonate::Test::STORE/mmdebstrap.log";
    my ($suite) = Resonate::Test::slurp('/etc/os-release')
                  =~ /^VERSION_CODENAME=(\w+)$/m;
    my @options = ('--mode=root', '--variant=minbase',
                   '--include=' . join(',', @INCLUDE),
                   '--dpkgopt=force-unsafe-io',
                   map { "--aptopt=$_" }
                   grep { plain($_) } glob('/etc/apt/apt.conf.d/*'));

    with_devices($dir, qq(exec mmdebstrap "\$@" > $log 2>&1), @options, $suite,
                 $dir, mirror());

    for my $file (qw(/etc/hosts /etc/resolv.conf /etc/apt/sources.list
                     /etc/ssl/certs/ca-certificates.crt),
                  glob('/etc/apt/sources.list.d/debian*'))
    {
        copy($file, "$dir$file") or die "$file: $!" if -e $file;
    }

    unlink "$dir/etc/apt/sources.list" if !-e '/etc/apt/sources.list';

    # services start when they are installed, as on a machine
    Resonate::Test::spew("$dir/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n");
    chmod 0755, "$dir/usr/sbin/policy-rc.d";

    # else each run of apt reads all that it knows of packages anew
    Resonate::Test::spew("$dir/etc/apt/apt.conf.d/quick", <<'END');
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Acquire::GzipIndexes "false";
END

    with_devices($dir, 'exec chroot "$@"', $dir, qw(apt-get -qq update));
    command('tar', '-C', $dir, '-cpf', "$draft/root.tar", '.');
    command('rm', '-rf', $dir);
}


sub mirror {
    for my $file ('/etc/apt/sources.list', glob '/etc/apt/sources.list.d/*') {
        next if !-e $file;
        return $1 if Resonate::Test::slurp($file)
                     =~ m{^(?:URIs:|deb)\s+(https?://\S+/debian/?)\s}m;
    }

    return 'http://deb.debian.org/debian';
}


# no hooks: their programs are not there

sub plain {
    my ($file) = @_;

    return -f $file && Resonate::Test::slurp($file) !~ /Invoke|Post-|Pre-/;
}


# Process 1 holds all of it.  It is killed when unshare ends, and unshare when
# the test does, killed or not; with it go the processes and the mounts.  Its
# sockets hold little, so that a minute of music is more than they take.

sub boot {
    my ($self) = @_;
    my $dir = $self->{dir};

    Resonate::Test::spew("$dir/../boot", <<"EOF2");
set -e
@{[ devices($dir) ]}
mount -t proc proc $dir/proc
mount -t tmpfs tmpfs $dir/dev/shm
ip link set lo up
echo 4096 16384 65536 > /proc/sys/net/ipv4/tcp_rmem
echo 4096 16384 65536 > /proc/sys/net/ipv4/tcp_wmem
exec chroot $dir perl -e '$HOLD'
EOF2

    my $unshare = $self->{unshare} = Resonate::Process->spawn(
        command => [ qw(setpriv --pdeathsig KILL unshare --mount --pid --net
                        --fork --kill-child sh), "$dir/../boot" ],
        output  => "$dir/../boot.log");

    $self->{pid} = Resonate::Test::wait_for(sub {
        die Resonate::Test::slurp("$dir/../boot.log") if !$unshare->alive;
        my ($pid) = $unshare->children;
        return $pid && (readlink("/proc/$pid/root") // '') eq $dir && $pid;
    }, 20, 'the root to start');
}


sub dir { return $_[0]{dir} }


sub download {
    my ($self, @packages) = @_;

    my $dir = $self->{dir};

    with_devices($dir, 'exec chroot "$@"', $dir, 'sh', '-c',
                 'apt-get -qq -y --download-only'
                 . ' -o APT::Install-Recommends=false'
                 . " install @packages > /var/log/download.log 2>&1");
}


sub start {
    my ($self, $command, $output) = @_;

    return Resonate::Process->spawn(
        command => [ 'nsenter', '-t', $self->{pid}, qw(-m -p -n -r -w --),
                     'env', '-i', map({ "$_=$ENVIRONMENT{$_}" }
                                      sort keys %ENVIRONMENT),
                     'bash', '-c', "cd /opt && $command" ],
        output  => $output);
}


# By a file, because a server that was started keeps a pipe open.

sub run {
    my ($self, $command) = @_;
    my $output = "$self->{dir}/../output." . $self->{count}++;
    my $process = $self->start($command, $output);

    $process->ended(300) or die "does not end: $command\n";
    return ($process->{status} >> 8, Resonate::Test::slurp($output));
}


sub out {
    my ($self, $command) = @_;
    my ($status, $output) = $self->run($command);

    die "$command: status $status\n$output" if $status;
    return $output;
}


# Makes up/*.deb of *.deb: a later version, with a line more in a file.

sub newer {
    my ($self, $file, $line) = @_;

    Resonate::Test::spew("$self->{dir}/opt/line", "$line\n");
    $self->out(<<"EOF2" =~ s/\n\s*/ /gr);
        mkdir up; for deb in *.deb; do dpkg-deb -R \$deb new;
            sed -i 's/^Version: .*/&.1/; s/ (= [^)]*/&.1/' new/DEBIAN/control;
            [ ! -e new/$file ] || cat line >> new/$file;
            dpkg-deb -Znone -b new up > up.log; rm -r new; done
EOF2
}


# head and content of an answer, by curl

sub get {
    my ($self, $url, $options) = @_;
    my ($head, $content) = split /\r\n\r\n/,
        $self->out('curl -si ' . ($options // '') . " $url"), 2;

    return { head => $head, content => $content };
}


sub abandon {
    my ($self) = @_;

    return () if $self->{gone}++;
    $self->{unshare}->signal('KILL');
    $self->{unshare}->ended(20);

    my $pid = $self->{pid};
    my $ended = eval {
        Resonate::Test::wait_for(sub { Resonate::Process::gone($pid) }, 20);
    };
    my @mounts = grep { / \Q$self->{dir}\E/ }
                 split /\n/, Resonate::Test::slurp('/proc/mounts');

    return (@mounts, $ended ? () : "process $pid is left");
}


sub finish {
    my ($self) = @_;
    my @faults = $self->abandon;

    Test::More::ok(!@faults, 'no process and no mount is left')
        or Test::More::diag(join "\n", @faults);
}


1;
