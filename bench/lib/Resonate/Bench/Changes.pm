package Resonate::Bench::Changes;

# A process that changes titles, so many a second, until it is stopped.
#
#   my $changes = Resonate::Bench::Changes->new($pg, $rate, \@tracks);
#   $changes->stop          how many a second it were

use strict;
use warnings;

use POSIX ();
use Time::HiRes qw(sleep time);


sub new {
    my ($class, $pg, $rate, $tracks) = @_;

    pipe my $out, my $in or die "pipe: $!";
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        close $out;
        eval { change($pg->connect, $rate, $tracks, $in) };
        print STDERR $@;
        POSIX::_exit(1);
    }

    close $in;
    return bless { pid => $pid, out => $out }, $class;
}


# An "*" comes to the title, and goes with the next change of the track.

sub change {
    my ($dbh, $rate, $tracks, $in) = @_;
    my ($began, $count, $stop) = (time, 0, 0);
    my $change = $dbh->prepare(
        q{UPDATE resonate.track SET title = CASE WHEN title LIKE '%*'
              THEN left(title, -1) ELSE title || '*' END WHERE id = ?});

    local $SIG{TERM} = sub { $stop = 1 };

    until ($stop) {
        my $early = $began + $count / $rate - time;

        sleep $early if $early > 0;
        $change->execute($tracks->[$count++ % @$tracks]);
    }

    printf $in "%f\n", $count / (time - $began);
    close $in;
    POSIX::_exit(0);
}


sub stop {
    my ($self) = @_;

    kill 'TERM', $self->{pid};
    my $rate = readline $self->{out};
    waitpid $self->{pid}, 0;
    die "the changes failed\n" if $? != 0;
    return $rate;
}


1;
