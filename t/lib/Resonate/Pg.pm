package Resonate::Pg;

# A private PostgreSQL on a unix socket, with sql/ applied.
#
#   my $pg = Resonate::Pg->new;          settings => { name => 'value' }
#   $pg->dbh                             superuser, DBI, RaiseError
#   $pg->psql($sql)                      output of psql -At, dies on error
#   $pg->apply                           sql/all.sql again, as an operator
#   $pg->conninfo(user => 'resonate_edge')
#   $pg->stop, start, restart            in good order
#   $pg->kill                            as a power failure
#   $pg->suspend, resume                 hangs and comes back
#   $pg->log                             the server's log
#   $pg->standby                         a copy of it that has lost the
#                                        connection; promote() makes it primary
#   Resonate::Pg->kept($dir)             one that outlives the process
#
# initdb and sql/ take seconds, so they run once per state of sql/; each test
# gets a copy.

use strict;
use warnings;

use DBI;
use Digest::SHA;
use IPC::SysV qw(IPC_RMID);
use Resonate::Process;

my $DATABASE = 'resonate';


sub new {
    my ($class, %opt) = @_;

    my $dir = Resonate::Test::tempdir();
    my $self = bless { dir => $dir, data => "$dir/data", owner => $$,
                       settings => $opt{settings} || {} }, $class;

    my $template = Resonate::Test::store('pg-' . template_key(),
                                         \&make_template);
    give_away($dir);
    copy("$template/data", $self->{data});

    Resonate::Test::server($self);
    $self->start;
    return $self;
}


# a server is copied while it stands

sub standby {
    my ($self) = @_;

    my $dir = Resonate::Test::tempdir();
    my $standby = bless { dir => $dir, data => "$dir/data", owner => $$,
                          settings => $self->{settings} }, ref $self;

    give_away($dir);
    $self->stop;
    copy($self->{data}, $standby->{data});
    $self->start;

    Resonate::Test::spew("$standby->{data}/standby.signal", '');
    Resonate::Test::server($standby);
    $standby->start;
    return $standby;
}


sub promote {
    my ($self) = @_;

    $self->dbh->do('SELECT pg_promote()');
}


# made when it is not there yet, stopped in good order at the end

sub kept {
    my ($class, $dir, %opt) = @_;

    my $self = bless { dir => $dir, data => "$dir/data", owner => $$,
                       kept => 1, settings => $opt{settings} || {} }, $class;

    Resonate::Test::server($self);

    if (-d $self->{data}) {
        $self->start;
    } else {
        File::Path::make_path($dir);
        give_away($dir);
        $self->init;
    }

    return $self;
}


sub bindir {
    my ($newest) = sort { ($b =~ /(\d+)/)[0] <=> ($a =~ /(\d+)/)[0] }
                   grep { -x "$_/initdb" } glob '/usr/lib/postgresql/*/bin';
    return $newest;
}


sub tool {
    my ($name) = @_;
    my $dir = bindir();

    return $dir ? "$dir/$name" : $name;
}


# as root: the command runs as the package's user

sub command {
    my (@command) = @_;

    return @command if $> != 0;
    return (qw(setpriv --reuid=postgres --regid=postgres --clear-groups),
            @command);
}


sub give_away {
    my ($dir) = @_;

    return if $> != 0;

    my ($uid, $gid) = (getpwnam 'postgres')[2, 3];
    die "no user postgres\n" if !defined $uid;
    chown $uid, $gid, $dir or die "chown $dir: $!";
}


sub copy {
    my ($from, $to) = @_;

    run('cp', '-a', '--reflink=auto', $from, $to);
}


sub run {
    my (@command) = @_;

    open my $out, '-|', 'sh', '-c', 'cd / && exec "$@" 2>&1', 'sh', @command
        or die "cannot run $command[0]: $!";
    my $output = do { local $/; <$out> } // '';
    close $out or die "@command failed:\n$output";
    return $output;
}


sub sql_files { return sort glob "$Resonate::Test::ROOT/sql/{,*/}*.sql" }

sub template_key {
    my $sha = Digest::SHA->new(256);

    # this file says how a template is made
    $sha->addfile($_, 'b') for __FILE__, sql_files();
    $sha->add(tool('postgres'), $>);
    return substr $sha->hexdigest, 0, 16;
}


sub make_template {
    my ($draft) = @_;

    my $dir = Resonate::Test::tempdir();
    give_away($dir);

    my $pg = bless { dir => $dir, data => "$dir/data", owner => $$,
                     settings => {} }, __PACKAGE__;
    $pg->init;
    $pg->dbh->do('CHECKPOINT');
    $pg->stop;

    copy("$dir/data", "$draft/data");
}


sub init {
    my ($self) = @_;

    run(command(tool('initdb'), '-D', $self->{data}, '-U', 'postgres',
                '--no-sync', '--auth=trust', '--encoding=UTF8',
                '--locale=C.UTF-8', '--wal-segsize=4'));
    $self->start('postgres');
    $self->psql("CREATE DATABASE $DATABASE", 'postgres');
    $self->apply;
}


# opt: dbname, user, all (another all.sql)

sub apply {
    my ($self, %opt) = @_;
    my $all = delete $opt{all} || "$Resonate::Test::ROOT/sql/all.sql";

    return $self->feed($all, %opt);
}


sub psql {
    my ($self, $sql, $database) = @_;

    my $file = "$self->{dir}/feed.sql";
    Resonate::Test::spew($file, $sql);

    return $self->feed($file, $database ? (dbname => $database) : ());
}


sub feed {
    my ($self, $file, %opt) = @_;

    my $output = run(tool('psql'), qw(-XqAt -v ON_ERROR_STOP=1 -d),
                     $self->conninfo(%opt), '-f', $file);
    $output =~ s/^psql:\S+ (?:NOTICE|INFO):.*\n//mg;
    chomp $output;
    return $output;
}


# a file that takes long, with what it says on the way

sub follow {
    my ($self, $file, @options) = @_;

    system(tool('psql'), qw(-XqAt -v ON_ERROR_STOP=1), @options, '-d',
           $self->conninfo, '-f', $file) == 0 or die "$file failed\n";
}


sub conninfo {
    my ($self, %opt) = @_;

    my %all = (host => $self->{dir}, dbname => $DATABASE,
               user => 'postgres', %opt);
    return join ' ', map { "$_=$all{$_}" } sort keys %all;
}


sub socket_dir { return $_[0]{dir} }
sub dir        { return $_[0]{dir} }
sub pid        { return $_[0]{process}->pid }


sub dbh {
    my ($self, %opt) = @_;

    return $self->connect(%opt) if %opt;

    # a handle of before a restart is of no use
    if (!$self->{dbh} || !$self->{dbh}->ping) {
        $self->{dbh} = $self->connect;
    }

    return $self->{dbh};
}


sub connect {
    my ($self, %opt) = @_;

    my $info = $self->conninfo(%opt);
    $info =~ s/ /;/g;
    return DBI->connect("dbi:Pg:$info", '', '',
                        { RaiseError => 1, PrintError => 0, AutoCommit => 1,
                          pg_enable_utf8 => 1, AutoInactiveDestroy => 1 });
}


sub start {
    my ($self, $database) = @_;

    return if $self->{process} && $self->{process}->alive;

    my %settings = (
        listen_addresses            => '',
        unix_socket_directories     => $self->{dir},
        # what is committed outlives kill(), though not the machine
        fsync                       => 'off',
        full_page_writes            => 'off',
        shared_buffers              => '64MB',
        max_connections             => 100,
        dynamic_shared_memory_type  => 'mmap',
        %{$self->{settings}},
    );

    $self->{process} = Resonate::Process->spawn(
        command => [ command(tool('postgres'), '-D', $self->{data},
                             map { ('-c', "$_=$settings{$_}") }
                             sort keys %settings) ],
        output  => "$self->{dir}/log",
    );

    $database ||= $DATABASE;

    Resonate::Test::wait_for(sub {
        die "postgres did not start:\n" . $self->log
            if !$self->{process}->alive;
        my $dbh = eval { $self->connect(dbname => $database) } or return 0;
        $dbh->disconnect;
        return 1;
    }, 60, 'PostgreSQL to accept connections');
}


sub stop {
    my ($self, $mode) = @_;

    delete $self->{dbh};
    return if !$self->{process}->signal($mode || 'INT');    # fast shutdown

    $self->{process}->ended(60)
        or die "postgres did not stop:\n" . $self->log;
}


sub restart {
    my ($self) = @_;

    $self->stop;
    $self->start;
}


sub kill {
    my ($self) = @_;

    delete $self->{dbh};
    $self->{process}->destroy;
}


# the whole server: a backend keeps its connection and does not answer

sub suspend {
    my ($self) = @_;

    my $process = $self->{process};
    $process->signal('STOP') or die "postgres is not running\n";
    $self->{suspended} = [ $process->children ];
    CORE::kill('STOP', @{$self->{suspended}});
}


sub resume {
    my ($self) = @_;

    my $stopped = delete $self->{suspended} or return;
    CORE::kill('CONT', @$stopped);
    $self->{process}->signal('CONT');
}


sub log {
    my ($self) = @_;

    return -e "$self->{dir}/log" ? Resonate::Test::slurp("$self->{dir}/log")
                                 : '';
}


# of most nothing of value is left: no need to stop in good order

sub finish {
    my ($self) = @_;

    if ($self->{process} && $self->{owner} == $$) {
        $self->resume;

        if ($self->{kept}) {
            $self->stop;
        } else {
            $self->kill;
            $self->forget_memory;
        }
    }

    return ();
}


# a killed server leaves its System V segment, of which a machine has 4096

sub forget_memory {
    my ($self) = @_;
    my $file = "$self->{data}/postmaster.pid";
    my (undef, $id) = -e $file
        ? split ' ', (split /\n/, Resonate::Test::slurp($file))[6] // '' : ();

    shmctl($id, IPC_RMID, 0) if defined $id;
}

*abandon = \&finish;


1;
