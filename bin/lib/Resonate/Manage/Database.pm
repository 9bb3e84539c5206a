package Resonate::Manage::Database;

# The catalogue, through the resonate.manage_* functions only.  What fails
# dies as a Resonate::Manage::Refusal.

use v5.36;

use DBI ();
use JSON::PP ();

use Resonate::Manage::Refusal qw(refuse);

# an operator's change may meet ingestion, which locks in another order
use constant TRIES => 5;

my $JSON = JSON::PP->new;

my %REFUSED = (
    RM400 => 'invalid',
    RM404 => 'not_found',
    RM409 => 'conflict',
    RM428 => 'confirm',
);


sub connect ($class, $conninfo)
{
    my $dsn = $conninfo =~ /^dbi:/i ? $conninfo : "dbi:Pg:$conninfo";

    # What DBI dies of has the whole string, which may have a password.
    my $dbh = eval {
        DBI->connect($dsn, undef, undef, {
            RaiseError         => 1,
            PrintError         => 0,
            AutoCommit         => 1,
            ShowErrorStatement => 0,
        });
    } // refuse(failed => 'database: '
                . ($DBI::errstr // 'no such driver') =~ s/\n.*//sr);

    $dbh->do("SET client_encoding = 'UTF8'");
    $dbh->do('SET client_min_messages = warning');

    return bless { dbh => $dbh }, $class;
}


sub one ($self, $sql, @values)
{
    return scalar $self->{dbh}->selectrow_array($sql, undef, @values);
}


sub rows ($self, $sql, @values)
{
    return $self->{dbh}->selectall_arrayref($sql, { Slice => {} }, @values)
        ->@*;
}


# the first column of each row, a JSON text

sub objects ($self, $sql, @values)
{
    return map { $JSON->decode($_) }
        $self->{dbh}->selectcol_arrayref($sql, undef, @values)->@*;
}


# Runs work in one transaction.  keep->() of what it gives says whether that
# is committed.  A deadlock or a serialisation failure is tried again.

sub transaction ($self, $work, $keep)
{
    for my $try (1 .. TRIES) {
        my $result;

        $self->{dbh}->begin_work;

        if (eval {
            $result = $work->();
            $keep->($result) ? $self->{dbh}->commit : $self->{dbh}->rollback;
            1;
        }) {
            return $result;
        }

        my $why = $@;
        my $state = $self->{dbh}->state // '';

        eval { $self->{dbh}->rollback };
        die $why if ref $why;
        next if $state =~ /^40/ && $try < TRIES;
        $self->failed($state, $why);
    }
}


# What fails outside of a transaction is worded as what fails within.

sub guard ($self, $work)
{
    my $result;

    if (!eval { $result = $work->(); 1 }) {
        die $@ if ref $@;
        $self->failed($self->{dbh}->state // '', $@);
    }

    return $result;
}


sub failed ($self, $state, $why)
{
    $why =~ s/^.*?ERROR:\s+//s;
    $why =~ s/ at \S+ line \d+\.?\n\z//;
    $why =~ s/\n.*//s;

    if ($state eq '55P03') {
        $why = 'somebody else is changing the catalogue; try again';
    }

    refuse($REFUSED{$state} // 'failed',
           $REFUSED{$state} || $state eq '' ? $why : "database: $why");
}

1;
