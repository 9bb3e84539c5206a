package Resonate::Ingest::Store;

# Where stored files are, by their paths: the only place that writes them.  Here
# it is a folder.  What is in the store has its final name only when all of
# its bytes are on the disk.

use v5.36;

use File::Basename qw(dirname);
use File::Compare  qw(compare);
use File::Path     qw(make_path);
use IO::Handle     ();


sub open_folder ($class, $root)
{
    return bless { root => $root }, $class;
}


sub has ($self, $path)
{
    return -f "$self->{root}/$path" ? 1 : 0;
}


# The file itself, to read it.

sub file ($self, $path)
{
    return "$self->{root}/$path";
}


# Takes a file that was made on the same disk.  The same bytes that are there
# already stay: who plays them knows them by their inode.

sub put ($self, $made, $path)
{
    my $final = "$self->{root}/$path";
    my $folder = dirname($final);

    if (-f $final && compare($made, $final) == 0) {
        unlink $made;
        return;
    }

    make_path($folder, { mode => 0755 });
    chmod 0644, $made or die "$made: $!\n";
    sync_of($made);
    rename $made, $final or die "rename to $final: $!\n";
    sync_of($folder);

    return;
}


sub sync_of ($path)
{
    open my $handle, '<', $path or die "$path: $!\n";
    $handle->sync or die "fsync of $path: $!\n";

    return;
}

1;
