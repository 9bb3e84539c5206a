package Resonate::Ingest::Store::Bucket;

# Stored files as the objects of an S3 bucket, see Resonate::Ingest::Store.
# Names are made of what is in the files, and an object is whole or not there:
# one that has the name and the size is the file.

use v5.36;

use Digest::MD5  ();
use Digest::SHA  ();
use MIME::Base64 qw(encode_base64);

use Resonate::Ingest::Store::Request ();

use constant PAGE => 1000;

my %TYPE = (
    aac  => 'audio/aac',      aif  => 'audio/aiff',     aiff => 'audio/aiff',
    flac => 'audio/flac',     m4a  => 'audio/mp4',      m4b  => 'audio/mp4',
    mp3  => 'audio/mpeg',     mp4  => 'audio/mp4',      oga  => 'audio/ogg',
    ogg  => 'audio/ogg',      opus => 'audio/ogg',      wav  => 'audio/wav',
    wma  => 'audio/x-ms-wma',
);


sub new ($class, $option)
{
    my ($bucket) = $option->{store} =~ m{\As3://([a-z0-9][a-z0-9.-]{1,61}
                                                [a-z0-9])/?\z}x
        or die "--store $option->{store}: s3://BUCKET\n";

    return bless {
        request => Resonate::Ingest::Store::Request->new(
            bucket   => $bucket,
            store    => $option->{store},
            endpoint => $option->{'s3-endpoint'},
            region   => $option->{'s3-region'},
            key      => $option->{'s3-key'},
        ),
        whole   => {},    # tops and their parts that are known
        objects => {},    # in them, by their paths
    }, $class;
}


# A store that is not there, or not ours, says so at once.

sub check ($self)
{
    $self->{request}->hasty(sub { $self->know_top('audio') });

    return;
}


sub has ($self, $path)
{
    $self->know($path);

    return exists $self->{objects}{$path} ? 1 : 0;
}


# What is there of a top folder is asked once: all of it if that is one page,
# else by the next folder.

sub know ($self, $path)
{
    my ($part, $top) = $path =~ m{\A(([^/]+)/[^/]+)/} or die "$path: no path\n";

    $self->know_top($top) if !exists $self->{whole}{$top};

    if (!$self->{whole}{$top} && !$self->{whole}{$part}++) {
        $self->pages("$part/");
    }

    return;
}


sub know_top ($self, $top)
{
    my (undef, $more) = $self->pages("$top/", 1);

    $self->{whole}{$top} = !$more;

    return;
}


# What begins so, as [ path, bytes ] each, and whether there is more of it than
# so many pages have.

sub pages ($self, $start, $most = undef)
{
    my ($next, @found);

    for (my $n = 0; !defined $most || $n < $most; $n++) {
        my $page = $self->{request}->list($start, PAGE, $next);

        for my $object (@{ $page->{objects} }) {
            $self->{objects}{$object->{key}} = $object;
            push @found, [ @$object{qw(key bytes)} ];
        }

        $next = $page->{next};
        last if !defined $next;
    }

    return (\@found, defined $next);
}


# The store compares what arrives with both sums, so an object that it has
# taken is the file.

sub put ($self, $made, $path)
{
    my ($md5, $sha256) = sums($made);
    my ($format) = $path =~ /\.([0-9a-z]+)\z/;

    if (!$self->has($path)
        || !is_same($self->{objects}{$path}, -s $made, unpack 'H*', $md5))
    {
        $self->{request}->put($path, $made, $sha256,
            'Content-MD5: ' . encode_base64($md5, ''),
            'Content-Type: '
                . ($TYPE{$format // ''} // 'application/octet-stream'),
            'Cache-Control: public, max-age=31536000, immutable');
    }

    unlink $made or die "$made: $!\n";

    return;
}


# The tag of an object that came in parts, or that is encrypted, is no MD5.

sub is_same ($object, $bytes, $md5)
{
    my $tag = $object->{etag} =~ s/\A"|"\z//gr;

    return $object->{bytes} == $bytes
        && ($tag eq $md5 || $tag !~ /\A[0-9a-f]{32}\z/);
}


sub sums ($file)
{
    open my $in, '<:raw', $file or die "$file: $!\n";

    my $md5 = Digest::MD5->new->addfile($in)->digest;

    seek $in, 0, 0 or die "$file: $!\n";

    return ($md5, Digest::SHA->new(256)->addfile($in)->hexdigest);
}


sub local ($self, $path, $work)
{
    my $file = "$work/fetched";

    $self->{request}->get($path, $file);

    my (undef, $sha256) = sums($file);

    $path =~ /\b$sha256\b/
        or die "store: $path is not what was stored\n";

    return $file;
}


sub added ($self, $path)
{
    $self->{objects}{$path} //= { bytes => -1, etag => '' };

    return;
}


sub list ($self, $top)
{
    my ($found) = $self->pages("$top/");

    return $found;
}


sub remove ($self, $path)
{
    $self->{request}->remove($path);
    delete $self->{objects}{$path};

    return;
}

1;
