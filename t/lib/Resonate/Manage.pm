package Resonate::Manage;

# bin/resonate-catalogue against a test's own Postgres.
#
#   my $manage = Resonate::Manage->new(pg => $pg);
#   my ($status, $output, $errors) = $manage->run(@words);
#   my $answer = $manage->json(@words)    decoded; dies unless it exits with 0
#   my $error = $manage->refused($status, @words)    its message
#   $manage->changed(@words)              [ "relation: column before>after" ]
#   $manage->tables                       all rows that a change may touch

use strict;
use warnings;

use DBD::Pg ();
use Encode ();
use FindBin ();
use JSON::PP ();
use POSIX ();
use Resonate::Schema;

use lib "$Resonate::Test::ROOT/bin/lib";
use Resonate::Manage::Arrange ();
use Resonate::Manage::Edit ();
use Resonate::Manage::Export ();
use Resonate::Manage::Look ();
use Resonate::Manage::Prune ();

my $PROGRAM = "$Resonate::Test::ROOT/bin/resonate-catalogue";


sub new {
    my ($class, %opt) = @_;

    return bless { dir => Resonate::Test::tempdir(), who => 'tester', %opt },
           $class;
}


sub run {
    my ($self, @words) = @_;
    my $alone = !$self->{runs}++;
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        eval {
            open STDIN, '<', '/dev/null' or die $!;
            open STDOUT, '>', "$self->{dir}/out" or die $!;
            open STDERR, '>', "$self->{dir}/err" or die $!;
            perform($alone, '--db',
                $self->{pg}->conninfo(user => 'resonate_manage'),
                '--as', $self->{who},
                map { utf8::is_utf8($_) ? Encode::encode('UTF-8', $_) : $_ }
                @words);
        };
        print STDERR $@;
        POSIX::_exit(255);
    }

    waitpid $pid, 0;
    my $status = $?;
    my ($out, $err) = map { Encode::decode('UTF-8', $_) }
                      map { Resonate::Test::slurp("$self->{dir}/$_") }
                      qw(out err);

    return ($status & 127 ? "signal $status" : $status >> 8, $out, $err);
}


# The first time as an operator does; then without another Perl that reads all
# modules again, which takes longer than what is done.

sub perform {
    my ($alone, @words) = @_;

    exec { $PROGRAM } $PROGRAM, @words if $alone;

    @SIG{qw(INT TERM HUP)} = ('DEFAULT') x 3;
    ($0, @ARGV) = ($PROGRAM, @words);
    FindBin->again;
    { package main; do $PROGRAM }    # which has a run() of its own
    die $@ || "$PROGRAM: $!\n";
}


sub json {
    my ($self, @words) = @_;
    my ($status, $out, $err) = $self->run('--json', @words);

    die "@words: exit status $status\n$out$err" if $status;
    return JSON::PP->new->decode($out);
}


sub refused {
    my ($self, $want, @words) = @_;
    my ($status, $out, $err) = $self->run('--json', @words);
    my $what = substr "@words", 0, 60;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    $what =~ s/[^ -~]/?/g;
    Test::More::is($status, $want, "refused: $what") or return $out . $err;
    return JSON::PP->new->decode($out)->{error}{message};
}


sub changed {
    my ($self, @words) = @_;

    return [ map { lines_of($_) } @{ $self->json(@words)->{rows} } ];
}


sub lines_of {
    my ($row) = @_;
    my ($before, $after) = @$row{qw(before after)};

    return "$row->{relation}: new" if !$before;
    return "$row->{relation}: gone" if !$after;
    return map { "$row->{relation}: $_ " . text($before->{$_}) . '>'
                 . text($after->{$_}) }
           grep { $_ ne 'edited' } sort keys %$after;
}


sub text {
    my ($value) = @_;

    return '-' if !defined $value;
    return ref $value ? JSON::PP->new->canonical->allow_nonref->encode($value)
                      : $value;
}


# without the moments of a change, and the journal itself

sub tables {
    my ($self) = @_;
    my $dbh = $self->{pg}->dbh;
    my %rows = map { $_ => [] } tables_of($dbh);

    delete @rows{qw(change change_row search_word play_fresh list_count)};

    # the account of an artist who is made again is another one, and empty
    my $sql = join ' UNION ALL ', map {
        my $own = $_ eq 'account' ? q{ - CASE WHEN t.creator_id IS NULL
            THEN '{}' ELSE '{id,created_at}'::text[] END} : '';
        "SELECT '$_', (to_jsonb(t) - 'updated_at'$own)::text FROM resonate.$_ t"
    } keys %rows;

    push @{ $rows{$_->[0]} }, $_->[1]
        for @{ $dbh->selectall_arrayref("$sql ORDER BY 1, 2") };

    return \%rows;
}


1;
