package Resonate::Peer;

# What speaks PostgreSQL's protocol as far as a login, and then does what no
# PostgreSQL would.
#
#   my $peer = Resonate::Peer->new(execute => $bytes);   answers Execute so
#   my $peer = Resonate::Peer->new(hangup => 1);         closes after logins
#   $peer->socket_dir, $peer->logins

use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;
use POSIX qw(_exit);

my $LOGGED_IN = message('R', pack 'N', 0) . message('Z', 'I');
my %ANSWER = (P => message('1'), B => message('2'), D => message('n'),
              S => message('Z', 'I'));


sub new {
    my ($class, %opt) = @_;

    my $dir = Resonate::Test::tempdir();
    my $self = bless { %opt, dir => $dir, owner => $$ }, $class;
    my $path = "$dir/.s.PGSQL.5432";

    $self->{listen} = IO::Socket::UNIX->new(Local => $path, Listen => 64)
        or die "cannot listen: $!";
    chmod 0777, $path or die "chmod $path: $!";

    $self->{pid} = fork // die "fork: $!";

    if ($self->{pid} == 0) {
        eval { $self->serve };
        print STDERR "peer: $@";
        _exit(1);
    }

    Resonate::Test::server($self);
    return $self;
}


sub socket_dir { return $_[0]{dir} }


sub logins {
    my ($self) = @_;

    return -e "$self->{dir}/logins" ? -s _ : 0;
}


sub message {
    my ($type, $payload) = @_;

    return $type . pack('N', 4 + length($payload // '')) . ($payload // '');
}


sub serve {
    my ($self) = @_;

    my $select = IO::Select->new($self->{listen});
    my %input;

    for (;;) {
        for my $socket ($select->can_read) {
            if ($socket == $self->{listen}) {
                $select->add($socket->accept);
                next;
            }

            my $n = sysread $socket, $input{$socket}, 65536,
                            length($input{$socket} // '');

            next if $n && $self->answer($socket, \$input{$socket});
            delete $input{$socket};
            $select->remove($socket);
            close $socket;
        }
    }
}


# false when the connection is to be closed

sub answer {
    my ($self, $socket, $input) = @_;

    # the startup message alone begins with its length
    if ($$input =~ /^\0/) {
        $$input = '';
        open my $logins, '>>', "$self->{dir}/logins" or die $!;
        print $logins '.';
        syswrite $socket, $LOGGED_IN;
        return !$self->{hangup};
    }

    while (length $$input >= 5) {
        my ($type, $length) = unpack 'aN', $$input;
        last if length $$input < 1 + $length;

        substr $$input, 0, 1 + $length, '';
        return 0 if $type eq 'X';
        syswrite $socket, $type eq 'E' ? $self->{execute} : $ANSWER{$type};
    }

    return 1;
}


sub finish {
    my ($self) = @_;

    if ($self->{owner} == $$) {
        kill 'KILL', $self->{pid};
        waitpid $self->{pid}, 0;
    }

    return ();
}

*abandon = \&finish;


1;
