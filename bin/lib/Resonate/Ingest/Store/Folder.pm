package Resonate::Ingest::Store::Folder;

# Stored files below a folder, see Resonate::Ingest::Store.

use v5.36;

use File::Basename qw(dirname);
use File::Compare  qw(compare);
use File::Path     qw(make_path);
use IO::Handle     ();


sub new ($class, $root)
{
    return bless { root => $root }, $class;
}


sub has ($self, $path)
{
    return -f "$self->{root}/$path" ? 1 : 0;
}


sub local ($self, $path, $work)
{
    return "$self->{root}/$path";
}


# The same bytes that are there already stay: who plays them knows them by
# their inode.

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


sub added ($self, $path)
{
    return;
}


# Pictures are in one folder, all else in one for each beginning of a name.

sub list ($self, $top)
{
    my $depth = $top eq 'images' ? 1 : 2;

    return [ map { [ "$top/$_", -s "$self->{root}/$top/$_" ] }
             names("$self->{root}/$top", $depth) ];
}


# of regular files so many folders below

sub names ($folder, $depth)
{
    opendir my $dir, $folder or return;
    my @names = sort grep { !/^\./ } readdir $dir;

    return map { my $name = $_;
                 $depth > 1 ? map { "$name/$_" } names("$folder/$name",
                                                       $depth - 1)
                 : lstat "$folder/$name" && -f _ ? $name : () } @names;
}


sub remove ($self, $path)
{
    unlink "$self->{root}/$path" or die "$path: $!\n";

    return;
}

1;
