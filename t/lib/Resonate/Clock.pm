package Resonate::Clock;

# The time of day as nginx sees it, set by the test: what happens after an
# hour is tested without waiting for it.
#
#   my $clock = Resonate::Clock->new;
#   my $edge = Resonate::Edge->new(env => { $clock->env }, ...);
#   $clock->set(600);               so many seconds after it was made
#
# It stands still in between, so that an age is exact to the second.

use strict;
use warnings;


sub new {
    my ($class) = @_;

    my $dir = Resonate::Test::tempdir();
    my $self = bless { dir => $dir, file => "$dir/now", start => time },
                     $class;

    $self->set(0);
    system(qw(cc -shared -fPIC -o), "$dir/clock.so",
           "$Resonate::Test::ROOT/t/lib/set_clock.c", '-ldl') == 0
        or die "cc failed\n";

    return $self;
}


sub env {
    my ($self) = @_;

    # a sanitizer's library has to come first
    my $first = $Resonate::Test::BUILD =~ m{/asan$}
                ? `cc -print-file-name=libasan.so` : '';
    chomp $first;

    return (LD_PRELOAD => "$first $self->{dir}/clock.so",
            SET_CLOCK => $self->{file});
}


# in place: nginx has the file mapped

sub set {
    my ($self, $seconds) = @_;

    open my $out, '+>>:raw', $self->{file} or die "$self->{file}: $!";
    close $out;
    open $out, '+<:raw', $self->{file} or die "$self->{file}: $!";
    syswrite $out, pack('q', $self->{start} + $seconds)
        or die "$self->{file}: $!";
    close $out;
}


1;
