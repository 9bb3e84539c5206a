package Resonate::Ingest::Folders;

# The album folders of what was walked: which of them are in the catalogue as
# they are, and which files the others have.  A folder is
#
#   { path, files => [ files ], picture => file beside them or undef }
#
# and a file what the walk gave, and row: what the catalogue has of it.

use v5.36;

use Digest::SHA qw(sha256_hex);
use Encode      qw(encode);

use Resonate::Ingest::Album   qw(album_folder);
use Resonate::Ingest::Media   qw(picture_beside);
use Resonate::Ingest::Quality qw(lacking);
use Resonate::Ingest::Walk    qw(stamp);


# option: what is wanted of each sound

sub new ($class, $catalogue, $seen, $store, $option)
{
    return bless {
        catalogue => $catalogue, seen => $seen, store => $store,
        option    => $option,    rows => {}, loaded => {}, folders => {},
        lost      => {},         outer => {},
    }, $class;
}


# Gives the folders.  Files of the catalogue in the same ones belong to them,
# whether they are below what was named or not.

sub take ($self, $files)
{
    my (%roots, %walked);

    $roots{album_folder("$_->{root}/x")} = 1 for @$files;
    $walked{$_->{path}} = 1 for @$files;
    $self->load($_) for sort keys %roots;

    for my $file (@$files) {
        $self->add($file);
    }

    for my $path (grep { !$walked{$_} } sort keys %{ $self->{rows} }) {
        my $folder = $self->{folders}{album_folder($path)};

        $self->add_row($self->{rows}{$path}) if $folder;
        $self->mark_outer(album_folder($path));
    }

    $self->mark_outer($_) for keys %{ $self->{folders} };

    return [ map { $self->{folders}{$_} } sort keys %{ $self->{folders} } ];
}


# All that a folder lies in are outer ones.

sub mark_outer ($self, $path)
{
    my $known = $self->{marked}{$path}++;

    while (!$known && $path =~ s{/[^/]*\z}{}) {
        $known = $self->{outer}{$path}++;
    }

    return;
}


sub load ($self, $folder)
{
    if (!$self->{loaded}{$folder}++) {
        $self->{catalogue}->sources_below($folder, sub ($row) {
            $self->{rows}{$row->{path}} = $row;
        });
    }

    return;
}


sub add ($self, $file)
{
    my $path = album_folder($file->{path});
    my $folder = $self->{folders}{$path} //= { path => $path, files => [] };

    $file->{row} = $self->{rows}{$file->{path}};
    push @{ $folder->{files} }, $file;

    return $folder;
}


# A file that the catalogue knows and that was not walked: still there, or not.

sub add_row ($self, $row)
{
    my $stamp = stamp($row->{path});

    if (defined $stamp) {
        $self->add({ path => $row->{path}, root => $row->{root},
                     stamp => $stamp, bytes => -s $row->{path}, aside => 1 });
    }
    else {
        push @{ $self->{lost}{$row->{release_id}} }, $row;
    }

    return;
}


# Rows of files that are not where they were, of these releases.

sub lost ($self, @releases)
{
    return map { @{ $self->{lost}{$_} // [] } } @releases;
}


# A folder that shares a release with one that changed.

sub folder ($self, $path)
{
    if (!$self->{folders}{$path}) {
        $self->load($path);

        for my $row (map { $self->{rows}{$_} } sort keys %{ $self->{rows} }) {
            $self->add_row($row) if album_folder($row->{path}) eq $path;
        }
    }

    return $self->{folders}{$path};
}


sub is_done ($self, $folder)
{
    return $self->{seen}->is_done($folder->{path}, $self->stamp_of($folder));
}


# Tells of the files, of the picture beside them, and of what the catalogue
# has of them; undef when it does not have all of it.

sub stamp_of ($self, $folder)
{
    my $text = $self->{outer}{$folder->{path}} ? "outer\n" : '';

    for my $file (sort { $a->{path} cmp $b->{path} } @{ $folder->{files} }) {
        my $row = $file->{row};

        if (!$row || $row->{written} eq ''
            || !$self->is_whole($row))
        {
            return '';
        }

        my $picture = $self->picture($folder, $file);

        $text .= join "\0", $file->{path}, $file->{stamp}, $row->{written},
                            $picture ? ($picture, stamp($picture) // '') : '',
                            "\n";
    }

    return sha256_hex($text);
}


sub is_stored ($self, $path)
{
    return defined $path && $self->{store}->has($path);
}


# Whether the sound of a row is stored, with all that is wanted of it.

sub is_whole ($self, $row)
{
    return $self->is_stored($row->{media_path})
        && (!$row->{kept}
            || !lacking($self->{option}, $self->{store}, $row, $row->{made}));
}


# The picture in the folder of a file, or in that of its album.

sub picture ($self, $folder, $file)
{
    my $place = $file->{path} =~ s{/[^/]*\z}{}r;

    for my $in ($place, $folder->{path}) {
        if (!exists $self->{picture}{$in}) {
            $self->{picture}{$in} = picture_beside($in);
        }

        return $self->{picture}{$in} if defined $self->{picture}{$in};
    }

    return undef;
}


sub mark_done ($self, $folder)
{
    my $stamp = $self->stamp_of($folder);
    my %keys = map { key_of($_->{album}{key}) => 1 } @{ $folder->{files} };

    if ($stamp ne '') {
        $self->{seen}->add_done($folder->{path}, $stamp, sort keys %keys);
    }

    return;
}


# Folders that have files of these releases, as far as is known.

sub sharing ($self, @keys)
{
    my %paths = map { $_ => 1 }
                map { $self->{seen}->folders_of(key_of($_)) } @keys;

    return map { $self->folder($_) // () } sort keys %paths;
}


sub key_of ($text)
{
    return substr sha256_hex(encode('UTF-8', $text)), 0, 16;
}

1;
