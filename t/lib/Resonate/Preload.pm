package Resonate::Preload;

# A library of t/lib in front of nginx's own functions, to make them slow or
# fail.
#
#   my $preload = Resonate::Preload->new('slow_pread');
#   Resonate::Edge->new(env => $preload->env, ...);
#   $preload->open($text), close     it acts while it is open
#   $preload->waiting                a call waits

use strict;
use warnings;


sub new {
    my ($class, $name) = @_;
    my $dir = Resonate::Test::tempdir();

    system('cc', '-shared', '-fPIC', '-o', "$dir/$name.so",
           "$Resonate::Test::ROOT/t/lib/$name.c", '-ldl') == 0
        or die "cc failed\n";

    return bless { library => "$dir/$name.so", gate => "$dir/gate" }, $class;
}


# a sanitizer's library has to come first, but only if nginx has it

sub env {
    my ($self) = @_;
    my $nginx = Resonate::Conf::nginx();
    my ($sanitizer) = `ldd '$nginx'` =~ /=> (\S*libasan\S*)/;

    return { LD_PRELOAD => join(' ', $sanitizer // (), $self->{library}),
             PRELOAD_GATE => $self->{gate} };
}


sub open {
    my ($self, $text) = @_;

    unlink "$self->{gate}.waiting";
    Resonate::Test::spew("$self->{gate}.new", $text // '');
    rename "$self->{gate}.new", $self->{gate} or die "rename: $!\n";
}


sub close   { unlink $_[0]{gate} }
sub waiting { return -e "$_[0]{gate}.waiting" }


1;
