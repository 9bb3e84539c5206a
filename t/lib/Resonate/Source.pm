package Resonate::Source;

# Reads this repository's C as the house style writes it: a function's body
# begins with "{" and ends with "}" in the first column.

use strict;
use warnings;

use File::Find ();

our @ROOMS = qw(core auth tracks pay);

my %skipped = map { $_ => 1 } qw(build run node_modules .git);


# all files, relative to the root

sub files {
    my ($pattern) = @_;
    my @files;
    my $root = $Resonate::Test::ROOT;

    File::Find::find({ no_chdir => 1, wanted => sub {
        my ($name) = m{([^/]+)$};

        # a file ".git" is a work tree's
        if ($skipped{$name}) {
            $File::Find::prune = 1;
            return;
        }

        push @files, substr $_, 1 + length $root if -f && !-l;
    } }, $root);

    return sort grep { !$pattern || /$pattern/ } @files;
}


sub room { return $_[0] =~ m{^ngx_resonate_(\w+)/} ? $1 : undef }
sub pure { return $_[0] =~ m{(?:^|/)resonate_\w+\.[ch]$} }

sub in_rooms { return grep { defined room($_) } files(qr/\.[ch]$/) }


my %text;

sub text {
    my ($file) = @_;

    return $text{$file} //=
        Resonate::Test::slurp("$Resonate::Test::ROOT/$file");
}


# comments, strings and characters made blank, lines kept

sub bare {
    my ($file) = @_;
    my $text = text($file);

    $text =~ s{(/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}
              {blank($1)}gse;
    return $text;
}


sub blank {
    my ($text) = @_;

    return join "\n", map { ' ' x length } split /\n/, $text, -1;
}


sub includes { return text($_[0]) =~ /^#include ["<]([^">]+)[">]/mg }


# those of nginx's files that begin with the header of another: ngx_config.h,
# which is first in each of nginx's, defines _GNU_SOURCE for those behind it

sub late {
    return grep { m{/ngx_[^/]+$} && (includes($_))[0] !~ m{(?:^|/)ngx_[^/]+$} }
           @_;
}


# [name, first line, lines, depth of blocks]

sub functions {
    my ($file) = @_;
    my @lines = split /\n/, bare($file);
    my (@functions, $start, $depth, $deepest);

    for my $n (0 .. $#lines) {
        if (!defined $start) {
            next if $lines[$n] ne '{';
            ($start, $depth, $deepest) = ($n, 0, 0);
        }

        while ($lines[$n] =~ /([{}])/g) {
            $depth += $1 eq '{' ? 1 : -1;
            $deepest = $depth if $depth > $deepest;
        }

        if ($lines[$n] eq '}') {
            push @functions, [ title(\@lines, $start), $start + 1,
                               $n - $start + 1, $deepest ];
            undef $start;
        }
    }

    return @functions;
}


sub title {
    my ($lines, $start) = @_;

    for (my $n = $start - 1; $n >= 0 && $lines->[$n] ne ''; $n--) {
        return $1 if $lines->[$n] =~ /^(\w+)\(/;
    }

    return 'line ' . ($start + 1);
}


# the headers that make up a room's door

sub door {
    my ($room) = @_;
    my $dir = "ngx_resonate_$room";
    my @door = grep { -e "$Resonate::Test::ROOT/$_" } "$dir/$dir.h";

    return @door if !@door;
    return (@door, map { "$dir/$_" } grep { -e "$Resonate::Test::ROOT/$dir/$_" }
                                     includes($door[0]));
}


# names of the functions and variables that a header declares

sub declared {
    my ($file) = @_;
    my $text = bare($file);
    my @names;

    $text =~ s/\\\n/ /g;
    $text =~ s/^#.*$//mg;
    1 while $text =~ s/\{[^{}]*\}/;/g;

    for (split /;/, $text) {
        s/^\s+//;
        next if !/\S/ || /^(?:typedef|static|struct|enum|union)\b/;

        push @names, $1
            if /^[\w\s*]*?\b(\w+)\(/ || /^extern\b[\w\s*]*?(\w+)(?:\[.*)?\s*$/;
    }

    return @names;
}


my %CONTEXT = (
    NGX_MAIN_CONF     => 'main',
    NGX_HTTP_MAIN_CONF => 'http',
    NGX_HTTP_SRV_CONF => 'server',
    NGX_HTTP_LOC_CONF => 'location',
    NGX_HTTP_LIF_CONF => 'if in location',
    NGX_HTTP_LMT_CONF => 'limit_except',
);


# name => contexts, sorted and joined, of every directive

sub directives {
    my %directives;

    for my $file (grep { /\.c$/ } in_rooms()) {
        my $text = text($file);

        while ($text =~ /\{\s*ngx_string\("(resonate_\w+)"\),\s+
                         ((?:NGX_\w+[|\s]*)+),/gx)
        {
            my ($name, $flags) = ($1, $2);
            $directives{$name} = join ', ', sort grep { defined }
                                 map { $CONTEXT{$_} } $flags =~ /(\w+)/g;
        }
    }

    return %directives;
}


1;
