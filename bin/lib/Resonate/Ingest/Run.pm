package Resonate::Ingest::Run;

# One run of bin/resonate-ingest: its media root and lock, its children, what
# it counts and what it says.  The parent shows, and writes to Postgres; a child
# for each file reads, decodes and encodes.

use v5.36;

use Cwd        qw(abs_path);
use Fcntl      qw(:flock);
use File::Path qw(make_path remove_tree);
use Parallel::ForkManager ();

use Resonate::Ingest::Advice    qw(with_advice);
use Resonate::Ingest::Catalogue ();
use Resonate::Ingest::Progress  ();
use Resonate::Ingest::Seen      ();
use Resonate::Ingest::Store     ();
use Resonate::Ingest::Tags      qw(decoded);
use Resonate::Ingest::Tool      qw(orphaned_by);

use constant {
    LOCK_WAIT_S  => 10,
    CHILD_POLL_S => 0.01,
};


# Everything that can say no at once: media root, lock, database.

sub new ($class, %option)
{
    eval { make_path($option{media}, { mode => 0755 }); 1 }
        or die "$option{media}: $!\n";
    $option{media} = abs_path($option{media});

    my $tmp = "$option{media}/tmp";
    my $store = Resonate::Ingest::Store->open_store(\%option);
    my $lock = lock_media($option{media});
    my $catalogue = eval {
        Resonate::Ingest::Catalogue->connect($option{db});
    } // die "database: $@";

    eval { $store->check; 1 } or die $@ =~ s/\Astore:!? //r;

    # Removing folders comes back to the one of the start, which the user need
    # not be able to enter.
    chdir '/' or die "/: $!\n";

    # What is here belongs to a run that died: the lock is ours.
    remove_tree($tmp);
    make_path("$tmp/results");

    pipe my $life, my $heart or die "pipe: $!\n";
    STDOUT->autoflush(1);

    my $self = bless {
        option    => \%option,
        tmp       => $tmp,
        lock      => $lock,
        life      => $life,
        heart     => $heart,
        catalogue => $catalogue,
        store     => $store,
        seen      => Resonate::Ingest::Seen->open_file("$option{media}/.seen"),
        forks     => Parallel::ForkManager->new($option{jobs}, "$tmp/results"),
        jobs      => 0,
        notes     => [],
        count     => { map { $_ => 0 }
                       qw(added updated unchanged copies failed) },
    }, $class;

    # A blocking wait could sleep over a signal that comes just before it, and
    # the second it waits by default is longer than a track takes.
    $self->{forks}->set_waitpid_blocking_sleep(CHILD_POLL_S);
    $self->{forks}->run_on_finish(sub ($pid, $code, $job, $signal, $core,
                                       $result)
    {
        $self->finished($job, $result // {
            failed => 'the worker died' . ($signal ? " (signal $signal)" : '')
        });
    });

    return $self;
}


# A killed run leaves children that end at once, but not before us.

sub lock_media ($media)
{
    open my $lock, '>', "$media/.lock" or die "$media/.lock: $!\n";

    local $SIG{ALRM} = sub { die "$media: another run is at work\n" };
    alarm LOCK_WAIT_S;
    flock $lock, LOCK_EX or die "$media/.lock: $!\n";
    alarm 0;

    return $lock;
}


# The work is done in a child, in a folder of its own; what it gives back, or
# { failed => why }, is given to done in the parent.

sub start ($self, $work, $done)
{
    my $job = { work => "$self->{tmp}/" . $self->{jobs}++, done => $done };

    $self->{forks}->start($job) and return;

    close $self->{heart};
    orphaned_by($self->{life});

    my $result = eval {
        mkdir $job->{work} or die "$job->{work}: $!\n";
        $work->($job->{work});
    };

    $self->{forks}->finish(0, $result // { failed => $@ =~ s/\n+\z//r });
}


sub finished ($self, $job, $result)
{
    $job->{done}->($result);
    remove_tree($job->{work});

    # It may have hit an eval in what is done above.
    die "interrupted\n" if $self->{interrupted};

    return;
}


sub wait ($self)
{
    $self->{forks}->wait_all_children;

    return;
}


sub interrupt ($self)
{
    $self->{interrupted} = 1;
    die "interrupted\n";
}


# files and weight: what there is to do

sub begin ($self, $files, $weight)
{
    $self->{progress} = Resonate::Ingest::Progress->new($files, $weight);

    return;
}


sub account ($self, $file, $what)
{
    $self->{count}{$what}++;
    $self->{progress}->step($what eq 'copies' ? 'copy' : $what,
                            decoded($file->{path}),
                            delete $file->{weight} // 0, $what ne 'unchanged');

    return;
}


# A store that takes nothing takes no other file either.

sub failed ($self, $file, $why)
{
    my ($is_store, $is_all) = $why =~ s/\A(store:)(!?) // ? ($1, $2) : ();

    $file->{failed} = 1;
    $self->account($file, 'failed');

    if ($is_all && !$self->{interrupted}) {
        die "$why\n";
    }

    $self->note('failed', $file->{path}, $is_store ? $why : with_advice($why));

    if (!$self->{interrupted} && !$self->{catalogue}->alive) {
        die "the database is gone\n";
    }

    return;
}


sub note ($self, $kind, $path, $why)
{
    push @{ $self->{notes} },
         Resonate::Ingest::Progress::shown("$kind: " . decoded($path)
                                           . ": $why");
    return;
}


sub landed ($self)
{
    my $count = $self->{count};

    return $count->{added} + $count->{updated} + $count->{unchanged}
        + $count->{copies};
}


sub summary ($self)
{
    my $count = $self->{count};

    return join ', ', "$count->{added} added",
        $count->{updated} ? "$count->{updated} updated" : (),
        "$count->{unchanged} unchanged",
        $count->{copies} ? "$count->{copies} "
                           . ($count->{copies} == 1 ? 'copy' : 'copies') : (),
        "$count->{failed} failed";
}


sub end ($self, $line)
{
    remove_tree($self->{tmp});
    $self->{progress}->end($line);
    $self->{progress}->report($_) for @{ $self->{notes} };

    return;
}


# Children stop at once and what they were making goes; what is finished is
# in the catalogue.

sub give_up ($self, $why)
{
    my $forks = $self->{forks};

    $forks->run_on_finish(sub { });
    kill TERM => $forks->running_procs;
    $forks->wait_all_children;
    $self->end("$why; " . $self->summary . '; the same command goes on');

    return;
}

1;
