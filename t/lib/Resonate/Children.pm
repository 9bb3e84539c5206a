package Resonate::Children;

# Code in processes of its own, which begin together:
#
#   my @children = children(sub { my ($ready) = @_; ...; $ready->(); ... },
#                           sub { ... });
#   my @all = results(@children)
#
# children() returns when each has called $ready; that returns when all have.
# results() waits for them, and returns what they returned, in their order.

use strict;
use warnings;

use Exporter 'import';
use POSIX ();
use Storable qw(store_fd fd_retrieve);

our @EXPORT = qw(children results);


sub children {
    my (@code) = @_;

    pipe my $are_ready, my $ready or die "pipe: $!";
    pipe my $go, my $all_go or die "pipe: $!";

    my @children = map { start($_, sub { syswrite $ready, '.';
                                         sysread $go, my $byte, 1 }) } @code;

    sysread $are_ready, my $byte, 1 for @code;
    syswrite $all_go, '.' x @code;
    return @children;
}


sub start {
    my ($code, $ready) = @_;

    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        close $in;
        my @result = eval { $code->($ready) };
        warn $@ if $@;
        store_fd($@ ? [] : \@result, $out) or warn "store: $!";
        close $out;
        POSIX::_exit($@ ? 1 : 0);
    }

    close $out;
    return [ $pid, $in ];
}


sub results {
    return map {
        my ($pid, $in) = @$_;
        my $result = fd_retrieve($in);

        waitpid $pid, 0;
        die "a child failed\n" if $?;
        @$result;
    } @_;
}


1;
