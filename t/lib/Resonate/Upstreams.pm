package Resonate::Upstreams;

# conf.d/upstreams as shipped, but for where the other files of conf.d are.
#
#   Resonate::Upstreams::pieces(qw(rest grpc))    text for server {}

use strict;
use warnings;

sub pieces {
    my $root = $Resonate::Test::ROOT;

    return join '', map {
        Resonate::Test::slurp("$root/conf.d/upstreams/$_.conf")
            =~ s{/usr/share/resonate/}{$root/}gr
    } @_;
}


1;
