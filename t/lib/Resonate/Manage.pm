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

use Encode ();
use JSON::PP ();
use Resonate::Schema;

my $PROGRAM = "$Resonate::Test::ROOT/bin/resonate-catalogue";


sub new {
    my ($class, %opt) = @_;

    return bless { dir => Resonate::Test::tempdir(), who => 'tester', %opt },
           $class;
}


sub run {
    my ($self, @words) = @_;
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null' or die $!;
        open STDOUT, '>', "$self->{dir}/out" or die $!;
        open STDERR, '>', "$self->{dir}/err" or die $!;
        exec { $PROGRAM } $PROGRAM, '--db',
            $self->{pg}->conninfo(user => 'resonate_manage'),
            '--as', $self->{who},
            map { utf8::is_utf8($_) ? Encode::encode('UTF-8', $_) : $_ }
            @words;
        die "exec: $!";
    }

    waitpid $pid, 0;
    my $status = $?;
    my ($out, $err) = map { Encode::decode('UTF-8', $_) }
                      map { Resonate::Test::slurp("$self->{dir}/$_") }
                      qw(out err);

    return ($status & 127 ? "signal $status" : $status >> 8, $out, $err);
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
    my $rows = rows_of($self->{pg}->dbh);

    delete @$rows{qw(change change_row search_word)};
    delete $_->{updated_at} for map { @$_ } values %$rows;

    # that of an artist who is made again is another one, and empty
    delete @$_{qw(id created_at)}
        for grep { $_->{creator_id} } @{ $rows->{account} };

    $_ = [ sort map { JSON::PP->new->canonical->encode($_) } @$_ ]
        for values %$rows;

    return $rows;
}


1;
