package Resonate::Hls;

# HLS as the pure code makes it.
#
#   hls_tool()          the path of t/unit/tool_hls, made if it is not there

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(hls_tool);


sub hls_tool {
    my $build = $Resonate::Test::BUILD;
    my $tool = "$build/unit/tool_hls";

    my $said = `make -s -C $Resonate::Test::ROOT BUILD=$build $tool 2>&1`;

    die "make $tool: $said" if $?;
    return $tool;
}


1;
