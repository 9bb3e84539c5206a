package Resonate::Ingest::Store::Request;

# Requests to an S3 bucket, by curl, which signs them (AWS signature version 4),
# keeps deadlines, and tries again what may go well the next time.  The secret
# is on curl's standard input: no other process sees it.
#
# What fails dies with "store: ", and with "store:! " what will fail for every
# other object, too.

use v5.36;

use Digest::SHA qw(sha256_hex);
use Fcntl       qw(S_IRWXG S_IRWXO);
use File::Temp  ();
use XML::LibXML ();

use Resonate::Ingest::Tool qw(run_with);

use constant {
    CONNECT_S    => 10,
    STALL_S      => 60,     # less than a byte a second for so long
    RETRIES      => 4,      # after 1, 2, 4 and 8 seconds
    LINE_CHARS   => 255,
    ANSWER_BYTES => 65536,  # of one that says what is wrong
};

# what curl gives up for, as the operator would say it
my %CURL = (
    5  => 'the proxy has no address', 6  => 'its name has no address',
    7  => 'nobody answers there',     28 => 'it does not answer in time',
    35 => 'TLS failed',               52 => 'it closed the connection',
    55 => 'it closed the connection', 56 => 'it closed the connection',
    60 => 'its certificate is not valid here',
);


# option: store, bucket, endpoint, region and key, the file with both parts

sub new ($class, %option)
{
    my $endpoint = $option{endpoint}
        // die "--s3-endpoint: the URL of the store is needed\n";

    $endpoint =~ m{\Ahttps?://[A-Za-z0-9.:\[\]-]+\z}
        or die "--s3-endpoint $endpoint: https://HOST\n";

    my $region = $option{region} // 'us-east-1';

    $region =~ /\A[A-Za-z0-9-]{1,64}\z/
        or die "--s3-region $region: letters, digits and -\n";

    return bless {
        store   => $option{store},
        at      => "$endpoint/$option{bucket}",
        region  => $region,
        key     => key_of($option{key}
                          // die "--s3-key: the file with the key is needed\n"),
        retries => RETRIES,
    }, $class;
}


sub key_of ($file)
{
    open my $in, '<', $file or die "--s3-key $file: $!\n";

    my $mode = (stat $in)[2];
    my $line = readline($in) // '';

    if ($mode & (S_IRWXG | S_IRWXO)) {
        die sprintf "--s3-key %s: mode %04o; only its owner may read it: chmod"
                    . " 600\n", $file, $mode & 07777;
    }

    my ($key) = $line =~ m{\A([A-Za-z0-9._-]+:[A-Za-z0-9+/=._-]+)\s*\z}
        or die "--s3-key $file: one line ID:SECRET\n";

    return $key;
}


# Without trying again for long.

sub hasty ($self, $work)
{
    local $self->{retries} = 1;

    return $work->();
}


sub list ($self, $prefix, $most, $next)
{
    my %query = ('list-type' => 2, 'max-keys' => $most, prefix => $prefix,
                 defined $next ? ('continuation-token' => $next) : ());
    my $answer = $self->ask(
        url => "$self->{at}/?" . join '&', map { "$_=" . escaped($query{$_}) }
                                           sort keys %query);
    my $xml = xml_of($answer)
        // die "store: $self->{store}: its list is not XML\n";
    my ($truncated) = texts($xml, 'IsTruncated');

    return {
        objects => [ map { my $object = $_;
                           +{ key   => (texts($object, 'Key'))[0],
                              bytes => (texts($object, 'Size'))[0],
                              etag  => (texts($object, 'ETag'))[0] // '' } }
                     $xml->getElementsByLocalName('Contents') ],
        next    => ($truncated // '') eq 'true'
                   ? (texts($xml, 'NextContinuationToken'))[0] : undef,
    };
}


sub put ($self, $key, $file, $sha256, @headers)
{
    $self->ask(url => "$self->{at}/$key", 'upload-file' => $file,
               sha256 => $sha256, headers => \@headers);

    return;
}


sub get ($self, $key, $file)
{
    $self->ask(url => "$self->{at}/$key", output => $file);

    return;
}


sub remove ($self, $key)
{
    $self->ask(url => "$self->{at}/$key", request => 'DELETE');

    return;
}


# Gives the answer, or where it is to go into a file leaves it there.  Always a
# file: of what is tried again curl takes back only that.

sub ask ($self, %ask)
{
    my $sha256 = delete $ask{sha256} // sha256_hex('');
    my @headers = ("x-amz-content-sha256: $sha256",
                   @{ delete $ask{headers} // [] });
    my $answer = File::Temp->new;
    my %config = (
        'user'            => $self->{key},
        'aws-sigv4'       => "aws:amz:$self->{region}:s3",
        'connect-timeout' => CONNECT_S,
        'speed-limit'     => 1,
        'speed-time'      => STALL_S,
        'retry'           => $self->{retries},
        'write-out'       => '%{http_code}',
        'output'          => $answer->filename,
        %ask,
    );
    my $text = join '', map { "$_\n" }
        qw(silent globoff),
        $self->{retries} == RETRIES ? 'retry-connrefused' : (),
        map({ "$_ = " . quoted($config{$_}) } sort keys %config),
        map({ 'header = ' . quoted($_) } @headers);
    my ($status, $code) = run_with($text, qw(curl -q -K -));

    if ($status != 0 || $code !~ /\A2/) {
        die $self->reason($status >> 8, $code, $config{output}), "\n";
    }

    return defined $ask{output} ? undef : text_of($config{output});
}


sub text_of ($file)
{
    open my $in, '<:raw', $file or return '';
    local $/;

    return readline($in) // '';
}


sub quoted ($text)
{
    return '"' . $text =~ s/(["\\])/\\$1/gr . '"';
}


# As the signature has it, which is made of the query as it is.

sub escaped ($text)
{
    return $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger;
}


# answer: a file

sub reason ($self, $curl, $code, $answer)
{
    if ($curl != 0) {
        my $why = $CURL{$curl} // "curl ended with $curl";

        return "store:! $self->{store}: $self->{at}: $why";
    }

    my $xml = -s $answer < ANSWER_BYTES ? xml_of(text_of($answer)) : undef;
    my ($error) = $xml ? texts($xml, 'Code') : ();
    my ($message) = $xml ? texts($xml, 'Message') : ();
    my $why = join ': ', $error // "status $code",
              defined $message && $message ne '' ? $message : ();

    $why =~ s/[^\x20-\x7e]+/ /g;

    return 'store:' . ($code =~ /\A(?:401|403|5..)\z/
                       || ($error // '') =~ /\A(?:NoSuchBucket|Authorization)/
                       ? '!' : '')
           . " $self->{store}: " . substr $why, 0, LINE_CHARS;
}


# Of a stranger: no entities, no network.

sub xml_of ($text)
{
    return undef if $text !~ /\A\s*</;

    return eval {
        XML::LibXML->load_xml(string => $text, no_network => 1,
                              load_ext_dtd => 0, expand_entities => 0)
            ->documentElement;
    };
}


sub texts ($element, $name)
{
    return map { $_->textContent } $element->getElementsByLocalName($name);
}

1;
