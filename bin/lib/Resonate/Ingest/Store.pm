package Resonate::Ingest::Store;

# Where stored files are, by their paths: the only place that writes them.
# Sounds and originals are in a bucket, if there is one; pictures and waves,
# which nginx sends as files, are in the folder of the media in any case.  Both
# have
#
#   has($path)                whether it is stored
#   put($made, $path)         stores a file that was made on the folder's disk,
#                             and takes it away; whole or not at all.  What is
#                             there already, as it is, stays
#   local($path, $work)       a file to read, in the folder work if it must
#   added(@paths)             another process has put them
#   list($top)                [ [ path, bytes ], ... ] of audio, images ...
#   remove($path)

use v5.36;

use Resonate::Ingest::Store::Folder ();

my $IN_BUCKET = qr{\A(?:audio|originals)\b};


# option: media, and of the bucket store, s3-endpoint, s3-region, s3-key, or
# else the environment

sub open_store ($class, $option)
{
    my $folder = Resonate::Ingest::Store::Folder->new($option->{media});
    my %bucket = map {
        $_ => $option->{$_} // $ENV{'RESONATE_' . uc s/-/_/r}
    } qw(store s3-endpoint s3-region s3-key);
    my $bucket;

    if (($bucket{store} // '') ne '') {
        eval { require Resonate::Ingest::Store::Bucket; 1 }
            or die "--store needs libxml-libxml-perl: $@" =~ s/ \(.*//sr, "\n";
        $bucket = Resonate::Ingest::Store::Bucket->new(\%bucket);
    }

    return bless { folder => $folder, bucket => $bucket }, $class;
}


sub of ($self, $path)
{
    return $self->{bucket} && $path =~ $IN_BUCKET ? $self->{bucket}
                                                  : $self->{folder};
}


# What can be said of it before there is any work.

sub check ($self)
{
    $self->{bucket}->check if $self->{bucket};

    return;
}


sub has ($self, $path)
{
    return $self->of($path)->has($path);
}


sub put ($self, $made, $path)
{
    return $self->of($path)->put($made, $path);
}


sub local ($self, $path, $work)
{
    return $self->of($path)->local($path, $work);
}


sub added ($self, @paths)
{
    $self->of($_)->added($_) for @paths;

    return;
}


sub list ($self, $top)
{
    return $self->of($top)->list($top);
}


sub remove ($self, $path)
{
    return $self->of($path)->remove($path);
}

1;
