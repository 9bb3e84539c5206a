package Resonate::Ingest::Sums;

# What ZIP needs to know of a file before it sends it: its CRC, and that of the
# media bytes of an MP4, which stay as they are when a header with tags is put
# before them.  And its SHA-256, because it is read anyway.

use v5.36;

use Compress::Zlib qw(crc32);
use Digest::SHA    ();
use Exporter       qw(import);

our @EXPORT_OK = qw(sums_of);

use constant CHUNK => 1024 * 1024;


# Gives sha256, bytes and crc32, and of an MP4 span_offset, span_bytes and
# span_crc32.

sub sums_of ($file)
{
    open my $in, '<:raw', $file or die "cannot read: $!\n";

    my ($offset, $bytes) = media_span($in);
    my %sums = (bytes => 0, crc32 => crc32(''));
    my $span = crc32('');
    my $sha = Digest::SHA->new(256);

    seek $in, 0, 0 or die "cannot read: $!\n";

    while (my $got = read $in, my $chunk, CHUNK) {
        if ($bytes) {
            $span = crc32(part($chunk, $sums{bytes}, $offset, $bytes), $span);
        }

        $sums{crc32} = crc32($chunk, $sums{crc32});
        $sums{bytes} += $got;
        $sha->add($chunk);
    }

    $sums{sha256} = $sha->hexdigest;
    @sums{qw(span_offset span_bytes span_crc32)} = ($offset, $bytes, $span)
        if $bytes;

    return \%sums;
}


# What of a chunk at some position is in the span.

sub part ($chunk, $at, $offset, $bytes)
{
    my $from = $offset > $at ? $offset - $at : 0;
    my $to = $offset + $bytes - $at;

    $to = length $chunk if $to > length $chunk;

    return $from < $to ? substr $chunk, $from, $to - $from : '';
}


# Where the media bytes of an MP4 are: what is in its mdat.

sub media_span ($in)
{
    my ($at, $size) = (0, -s $in);

    while ($at + 8 <= $size) {
        seek $in, $at, 0 or last;
        read $in, my $header, 16;

        my ($length, $type, $large) = unpack 'N a4 Q>', $header . "\0" x 8;
        my $inner = $length == 1 ? 16 : 8;

        $length = $length == 1 ? $large : $length == 0 ? $size - $at : $length;

        if ($at == 0 && $type ne 'ftyp' || $length < $inner
            || $length > $size - $at)
        {
            last;
        }

        return ($at + $inner, $length - $inner) if $type eq 'mdat';

        $at += $length;
    }

    return (0, 0);
}

1;
