package Resonate::Ingest::Artist;

# Who made it: one name or several.  "Simon & Garfunkel", "AC/DC" and "Earth,
# Wind & Fire" are one, so names are taken apart only where it is certain
# that there are several.

use v5.36;

use Exporter qw(import);
use Resonate::Ingest::Text qw(clean same);

our @EXPORT_OK = qw(VARIOUS display named owner_of several track_artists);

use constant VARIOUS => 'Various Artists';
use constant MOST    => 50;

my $VARIOUS = qr{^(?:va|v\.\s*a\.|v/a|various(?:\s+artists?)?
                 |verschiedene(?:\s+interpreten)?)$}xi;
my $UNKNOWN = qr/^(?:<?unknown(?: artist)?>?|no artist|n\/a)$/i;

# What stands between several values, or between an artist and the guests.
my $LIST = qr{\s*[;\0]\s*|\s+/\s+};
my $GUESTS = qr/\s*[\[(]?\b(?:feat\.?|ft\.?|featuring)\s+/i;

# What may stand between names, or in one.
my $MAYBE = qr{\s*[;\0,&+/]\s*|\s+(?:and|with|x|vs\.?|und|et|y|e|og|och)\s+
              |$GUESTS}xi;


# The name that a tag gives, undef when it says that it knows none.

sub named ($text)
{
    my $name = clean(($text // '') =~ tr/\0/;/r) // return undef;

    return $name =~ $UNKNOWN ? undef : $name;
}


# The names in a text.  count: how many artists its MusicBrainz ids say there
# are, 0 without.

sub several ($text, $count = 0)
{
    my @names = parts($text, qr/$LIST|$GUESTS/);

    if ($count > 1) {
        my @maybe = parts($text, $MAYBE);

        @names = @maybe if @maybe == $count;
    }

    return @names;
}


# Guests may be in brackets: "A (feat. B)".

sub parts ($text, $between)
{
    my @names;

    for my $part (split $between, $text) {
        my $name = clean($part) // next;

        $name =~ s/[\])]$// if $name !~ /[\[(]/;

        next if !length $name || grep { same($_, $name) } @names;
        push @names, $name;
        last if @names == MOST;
    }

    return @names ? @names : ($text);
}


# The artists of a track: by its ARTISTS tag or its ARTIST tag, whichever
# names more (ffprobe shows the first of several values in some containers),
# else by who owns the album.

sub track_artists ($text, $list, $count, $owner)
{
    my @names = several($text, $count);
    my @listed = defined $list ? several($list, $count) : ();

    if (@listed >= @names) {
        return @listed;
    }

    # "Ben & Zoë" on an album of Ben's
    if (@names == 1 && defined $owner
        && $text =~ /^(\Q$owner\E)(?:\s*[,&+]|\s+(?:and|with|x|vs\.?))
                      \s+(.+)$/xi)
    {
        return ($1, $2);
    }

    return @names;
}


# "A;B;C" for people: "A, B & C".

sub display ($text, @names)
{
    if ($text !~ /[;\0]/) {
        return $text;
    }

    if (@names < 2) {
        return $names[0];
    }

    my $last = pop @names;

    return join(', ', @names) . " & $last";
}


# The album artist: its names, the first one owns the release.

sub owner_of ($text, $count)
{
    return !defined $text      ? ()
         : $text =~ $VARIOUS   ? (VARIOUS)
                               : several($text, $count);
}

1;
