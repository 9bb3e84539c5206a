package Resonate::Clock;

# The time of day as nginx sees it, set by the test: what happens after an
# hour is tested without waiting for it.
#
#   my $clock = Resonate::Clock->new;
#   my $edge = Resonate::Edge->new(env => { $clock->env }, ...);
#   $clock->set(600);               so many seconds after it was made
#   $clock->again;                  as if it was made now
#
# It stands still in between, so that an age is exact to the second.  A test
# may take longer than the leeway of a token that is made meanwhile: those of
# Resonate::Token are made when the clock was, and before an issuer that has
# the real time is asked for one, again() is called.

use strict;
use warnings;


sub new {
    my ($class) = @_;

    my $dir = Resonate::Test::tempdir();
    my $self = bless { dir => $dir, file => "$dir/now" }, $class;

    $self->again;
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


sub again {
    my ($self) = @_;

    $self->{start} = $Resonate::Token::now = time;
    $self->set(0);
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
