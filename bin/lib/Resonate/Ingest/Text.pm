package Resonate::Ingest::Text;

# Text from strangers: of one form, without what no name has.

use v5.36;
use utf8;

use Encode             qw(decode);
use Exporter           qw(import);
use Unicode::Normalize qw(NFC NFKD);

our @EXPORT_OK = qw(clean decoded folded lines same);

use constant TEXT_LIMIT  => 500;
use constant LINES_LIMIT => 100_000;

# Besides controls: surrogates and noncharacters, which PostgreSQL refuses,
# byte order marks, and what turns the direction of all text that follows.
my $REFUSED = qr/[\p{Cc}\p{Cs}\x{feff}\x{fffe}\x{ffff}\x{202a}-\x{202e}
                  \x{2066}-\x{2069}]/x;


# Bytes of a file name or a tag.  Most are UTF-8; those that are not are read
# as what old programs wrote.

sub decoded ($bytes)
{
    return decode('UTF-8', $bytes, sub (@bad) {
        return decode('Windows-1252', join '', map { chr } @bad);
    });
}


# On one line, composed (NFC) so that equal names are equal; undef if nothing
# is left.

sub clean ($text)
{
    $text = substr NFC(substr($text // '', 0, 2 * TEXT_LIMIT)
                       =~ s/$REFUSED+/ /gr =~ s/\s+/ /gr =~ s/^ //r),
                   0, TEXT_LIMIT;
    $text =~ s/ $//;

    return length $text ? $text : undef;
}


# The same for text of several lines.

sub lines ($text)
{
    $text = NFC(substr $text // '', 0, LINES_LIMIT);
    $text =~ s/\r\n?/\n/g;
    $text =~ s/(?!\n)$REFUSED+/ /g;
    $text =~ s/^\s+|\s+$//g;

    return length $text ? substr($text, 0, LINES_LIMIT) : undef;
}


# Names that differ in case, accents or blanks only are one name, as they are
# in SQL: resonate.fold().

sub same ($one, $other)
{
    return folded($one) eq folded($other);
}


sub folded ($text)
{
    my $plain = fc(NFKD($text // '') =~ s/\p{Mn}+//gr) =~ s/\s+/ /gr;

    # letters with a stroke and the like are not decomposed
    $plain =~ tr/øđłðıħŧ/odldiht/;

    return $plain =~ s/æ/ae/gr =~ s/œ/oe/gr =~ s/þ/th/gr;
}

1;
