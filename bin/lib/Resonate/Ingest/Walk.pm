package Resonate::Ingest::Walk;

# What lies below a folder: music, what looks like music and is not taken, and
# what cannot be read.  One unreadable folder keeps nothing else out.  Links to
# folders are followed, after the folders that are there by themselves, and no
# folder is read twice, so a loop of links ends.

use v5.36;

use Errno          qw(EACCES ELOOP ENOENT);
use Exporter       qw(import);
use File::Basename qw(basename dirname);
use Time::HiRes    ();

use Resonate::Ingest::Format   qw(is_music is_other);
use Resonate::Ingest::Progress ();
use Resonate::Ingest::Text     qw(decoded);

our @EXPORT_OK = qw(walk stamp unread);

use constant DEPTH_LIMIT => 100;


# Gives { files => [ { path, root, bytes, stamp } ], failed => [ [ path, why,
# what to do ] ], other => { ext => count } }; skip: a folder that is not
# entered.  Paths are bytes, in the order of their bytes, each once.

sub walk ($folders, $skip)
{
    my $walk = {
        files => {}, failed => [], other => {}, links => [], folders => {},
        skip  => identity($skip) // '',
    };

    for my $root (@$folders) {
        if (-d $root) {
            folder($walk, $root, $root, 0);
        }
        else {
            file($walk, $root, dirname($root));
        }
    }

    while (my $link = shift @{ $walk->{links} }) {
        folder($walk, @$link);
    }

    my $files = $walk->{files};

    $walk->{files} = [ map { $files->{$_} } sort keys %$files ];

    return $walk;
}


sub folder ($walk, $path, $root, $depth)
{
    my $id = identity($path) // return failed($walk, $path);

    if ($id eq $walk->{skip} || $walk->{folders}{$id}++) {
        return;
    }

    if ($depth > DEPTH_LIMIT) {
        return failed($walk, $path, 'too many folders in each other');
    }

    opendir my $dir, $path or return failed($walk, $path);

    for my $name (sort grep { !/^\./ } readdir $dir) {
        my $inner = $path =~ m{/\z} ? "$path$name" : "$path/$name";

        if (!-l $inner && -d _) {
            folder($walk, $inner, $root, $depth + 1);
        }
        elsif (-l _ && -d $inner) {
            push @{ $walk->{links} }, [ $inner, $root, $depth + 1 ];
        }
        else {
            file($walk, $inner, $root);
        }
    }

    return;
}


sub file ($walk, $path, $root)
{
    if (!is_music($path)) {
        my $other = is_other($path);

        $walk->{other}{$other}++ if defined $other;
        return;
    }

    my $stamp = stamp($path);

    if (!defined $stamp) {
        return failed($walk, $path);
    }

    if (-d _ || !-f _) {
        return -d _ ? () : failed($walk, $path, 'not a regular file');
    }

    if (!-s _) {
        return failed($walk, $path, 'it is empty', 'copy or download it again');
    }

    $walk->{files}{$path} //= {
        path => $path, root => $root, stamp => $stamp, bytes => -s _,
    };

    return;
}


sub failed ($walk, $path, $why = undef, $what = '')
{
    my ($reason, $advice) = defined $why ? ($why, $what) : complaint($path, $!);

    push @{ $walk->{failed} }, [ $path, $reason, $advice ];

    return;
}


sub complaint ($path, $error)
{
    my ($reason, $is_link) = ("cannot read: $error", -l $path);

    if ($is_link && $error == ENOENT) {
        return ('a link to what is not there', 'remove the link or mend it');
    }

    if ($is_link && $error == ELOOP) {
        return ($reason, 'remove the link');
    }

    return $error == EACCES
        ? ($reason, 'let ' . (getpwuid($>) // $>) . ' read it') : ($reason, '');
}


# What could not be read, and what is not taken, in lines.

sub unread ($walk)
{
    my $other = $walk->{other};
    my @lines = map {
        my ($path, $why, $advice) = @$_;
        'failed: ' . decoded($path) . ": $why"
            . ($advice ne '' ? " ($advice)" : '');
    } @{ $walk->{failed} };

    for my $ext (sort keys %$other) {
        push @lines, "not taken: $other->{$ext} .$ext"
            . ($other->{$ext} == 1 ? ' file' : ' files');
    }

    return map { Resonate::Ingest::Progress::shown($_) } @lines;
}


sub identity ($path)
{
    my @stat = defined $path ? stat $path : ();

    return @stat ? "$stat[0]:$stat[1]" : undef;
}


# Changes with the content of a file, and of the lyrics beside it, as far as
# can be seen without reading.

sub stamp ($path)
{
    my @lyrics = Time::HiRes::stat($path =~ s/\.[^.\/]+\z/.lrc/r);
    my @stat = Time::HiRes::stat($path) or return undef;

    return join ' ', map { sprintf '%d %.6f', @$_[7, 9] }
                     \@stat, @lyrics ? \@lyrics : ();
}

1;
