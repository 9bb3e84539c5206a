package Resonate::Test;

# The test library's front door: everything of Test::More, and
#
#   wait_for { ... } $seconds, $what    polls a condition until it is true; a
#                                       minute at least, for a loaded machine
#   in_a_minute { ... }                 what it gives when no minute ended
#                                       meanwhile; it is run until then
#   tempdir()                           a short directory, removed at the end
#   slurp($file), spew($file, $bytes)
#   json($response)                     the decoded body
#   token(%claims)                      a signed token, see Resonate::Token
#   catalogue($pg)                      a small one, see Resonate::Catalogue
#   media()                             its audio, for resonate_media
#   conf_test($http) or (%parts)        nginx -t, see Resonate::Edge
#
# Servers are stopped by done_testing(), which fails the test for anything
# alarming they logged, and killed at the latest when the process ends.

use strict;
use warnings;

use Cwd qw(abs_path);
use Fcntl qw(:flock);
use File::Basename qw(dirname);
use File::Path ();
use File::Temp ();
use JSON::PP ();
use List::Util ();
use Test::More ();
use Time::HiRes ();

our ($ROOT, $BUILD, $STORE);

BEGIN {
    $ROOT = abs_path(dirname(__FILE__) . '/../../..');
    $BUILD = abs_path($ENV{RESONATE_BUILD} || "$ROOT/build")
             || "$ROOT/build";
    $STORE = "$ROOT/build/test";            # keys, database templates

    $ENV{LC_ALL} = 'C.UTF-8';
    delete $ENV{$_} for grep { /^PG/ } keys %ENV;
    umask 0022;
    $SIG{INT} = $SIG{TERM} = $SIG{HUP} = sub { exit 130 };
    $SIG{PIPE} = 'IGNORE';
}

use Resonate::Catalogue;
use Resonate::Edge;
use Resonate::Http;
use Resonate::Media;
use Resonate::Pg;
use Resonate::Token;

my @EXPORT = qw(wait_for in_a_minute tempdir slurp spew json token catalogue
                media conf_test);
my (@servers, @dirs);
my $owner = $$;


sub import {
    my ($class) = @_;
    my $to = caller;

    strict->import;
    warnings->import;

    no strict 'refs';

    for my $name (@Test::More::EXPORT) {
        next if $name eq 'done_testing' || $name !~ /^\w+$/;
        *{"${to}::$name"} = \&{"Test::More::$name"};
    }

    *{"${to}::$_"} = \&$_ for @EXPORT, 'done_testing';
}


my $LEAST = 60;

sub wait_for(&;$$) {
    my ($condition, $seconds, $what) = @_;
    my $deadline = Time::HiRes::time() + List::Util::max($LEAST, $seconds // 0);

    for (;;) {
        my $answer = $condition->();
        return $answer if $answer;

        if (Time::HiRes::time() > $deadline) {
            require Carp;
            Carp::croak('waited too long for ' . ($what || 'a condition'));
        }

        Time::HiRes::sleep(0.005);
    }
}


# A shuffle is another one with each minute.

sub in_a_minute(&) {
    my ($code) = @_;
    my ($minute, @got);

    do {
        $minute = int(time / 60);
        @got = $code->();
    } until $minute == int(time / 60);

    return @got;
}


# A unix socket's path has 107 bytes, so names are short.

sub tempdir {
    my $dir = File::Temp::tempdir('rt-XXXXXXXX', DIR => place());

    chmod 0755, $dir or die "chmod $dir: $!";
    push @dirs, $dir;
    return $dir;
}


# Copying a database takes a second of processor time on a disk, a tenth of it
# in memory; there must be room for all that run at a time, and for programs.

my $place;

sub place {
    return $place //= do {
        my ($free, $options) =
            split ' ', `findmnt -nbo AVAIL,OPTIONS /dev/shm 2> /dev/null`;

        ($free // 0) > 2 ** 31 && $options !~ /\bnoexec\b/ && -w '/dev/shm'
            ? '/dev/shm' : '/tmp';
    };
}


sub slurp {
    my ($file) = @_;

    open my $in, '<:raw', $file or die "cannot read $file: $!";
    local $/;
    return scalar <$in>;
}


sub spew {
    my ($file, $bytes) = @_;

    open my $out, '>:raw', $file or die "cannot write $file: $!";
    print $out $bytes;
    close $out or die "cannot write $file: $!";
}


# Makes build/test/NAME once, whatever number of tests start together:
# "make" gets a directory of its own, which appears under its name complete.

sub store {
    my ($name, $make) = @_;
    my $path = "$STORE/$name";

    return $path if -e $path;

    File::Path::make_path($STORE);
    open my $lock, '>>', "$STORE/.lock" or die "cannot lock $STORE: $!";
    flock $lock, LOCK_EX or die "cannot lock $STORE: $!";

    if (!-e $path) {
        my $draft = "$path.draft";
        File::Path::remove_tree($draft);
        mkdir $draft or die "mkdir $draft: $!";
        $make->($draft);
        rename $draft, $path or die "rename $draft: $!";
    }

    return $path;
}


sub json {
    my ($res) = @_;
    my $value = eval { JSON::PP::decode_json($res->{content}) };

    die "not JSON (status $res->{status}): $res->{content}\n" if $@;
    return $value;
}


sub token     { return Resonate::Token::token(@_) }
sub catalogue { return Resonate::Catalogue::insert(@_) }
sub media     { return Resonate::Media::root() }
sub conf_test { return Resonate::Edge->conf_test(@_) }


# Servers register themselves here; the last one started stops first.

sub server { push @servers, $_[0] }

sub done_testing {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    $_->finish for reverse splice @servers;
    Test::More::done_testing(@_);
}

END {
    if ($$ == $owner) {
        my $status = $?;

        for my $server (reverse splice @servers) {
            my @faults = eval { $server->abandon };
            print STDERR map { "# $_\n" } @faults, $@ || ();
            $status ||= 1 if @faults || $@;
        }

        if ($status && $ENV{RESONATE_KEEP}) {
            print STDERR "# kept: @dirs\n";

        } else {
            File::Path::remove_tree($_) for @dirs;
        }

        $? = $status;
    }
}


1;
