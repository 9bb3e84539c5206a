package Resonate::Clock;

# The time of day as nginx sees it, set by the test: what happens after an
# hour is tested without waiting for it.
#
#   my $clock = Resonate::Clock->new;
#   my $edge = Resonate::Edge->new(env => { $clock->env }, ...);
#   $clock->ahead(600);             by so many seconds, from the start

use strict;
use warnings;


sub new {
    my ($class) = @_;

    my $dir = Resonate::Test::tempdir();
    my $self = bless { dir => $dir, file => "$dir/ahead" }, $class;

    $self->ahead(0);
    system(qw(cc -shared -fPIC -o), "$dir/clock.so",
           "$Resonate::Test::ROOT/t/lib/shifted_clock.c", '-ldl') == 0
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
            SHIFTED_CLOCK => $self->{file});
}


# in place: nginx has the file mapped

sub ahead {
    my ($self, $seconds) = @_;

    open my $out, '+>>:raw', $self->{file} or die "$self->{file}: $!";
    close $out;
    open $out, '+<:raw', $self->{file} or die "$self->{file}: $!";
    syswrite $out, pack('q', $seconds) or die "$self->{file}: $!";
    close $out;
}


1;
