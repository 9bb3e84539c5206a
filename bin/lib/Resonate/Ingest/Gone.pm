package Resonate::Ingest::Gone;

# Whether a file of the library is there no more.  A disk that is not mounted
# and a folder that cannot be read say nothing of the files that are in them.

use v5.36;

use Errno          qw(ENOENT ENOTDIR);
use Exporter       qw(import);
use File::Basename qw(dirname);

our @EXPORT_OK = qw(is_gone);


# root: the folder that was named when the file was taken.

sub is_gone ($path, $root)
{
    if (lstat $path || $! != ENOENT && $! != ENOTDIR) {
        return 0;
    }

    my $above = dirname($path);

    while ($above ne $root && !-e $above && $! == ENOENT
           && $above ne dirname($above))
    {
        $above = dirname($above);
    }

    return holds_something($above) && holds_something($root);
}


# A place to mount a disk at is an empty folder.

sub holds_something ($folder)
{
    opendir my $dir, $folder or return 0;

    while (defined(my $name = readdir $dir)) {
        return 1 if $name ne '.' && $name ne '..';
    }

    return 0;
}

1;
