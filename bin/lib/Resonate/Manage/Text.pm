package Resonate::Manage::Text;

# Text for a terminal: aligned, as wide as it is, and without anything that
# would do more than be read.

use v5.36;

use Exporter qw(import);

our @EXPORT_OK = qw(shown table value width_of);

use constant { TIOCGWINSZ => 0x5413, GAP => 2, LEAST => 8 };


# Control characters and those that turn the direction of what follows.

sub shown ($text)
{
    return $text =~ s/[\x00-\x1f\x7f-\x9f\p{Bidi_Control}\x{2028}\x{2029}]/?/gr;
}


# columns that a text takes

sub width_of ($text)
{
    my $none = () = $text =~ /[\p{Mn}\p{Me}\p{Cf}]/g;
    my $wide = () = $text =~ /[\p{East_Asian_Width=W}\p{East_Asian_Width=F}]/g;

    return length($text) - $none + $wide;
}


# of a terminal; undef: whatever it takes

sub screen ()
{
    return undef if !-t STDOUT;
    return $1 if ($ENV{COLUMNS} // '') =~ /^(\d{2,4})$/;

    my $size = pack 'S4', 0, 0, 0, 0;

    return ioctl(STDOUT, TIOCGWINSZ, $size)
        ? (unpack 'S4', $size)[1] || undef : undef;
}


# A value of JSON for people.

sub value ($value)
{
    return '-' if !defined $value;

    if (ref $value eq 'ARRAY') {
        return join(', ', map { value($_) } @$value) || '-';
    }

    if (ref $value eq 'HASH') {
        return join '; ', map { "$_: " . value($value->{$_}) }
            sort keys %$value;
    }

    return $value ? 'yes' : 'no' if ref $value;

    return shown($value);
}


# Lines of a table.  columns: [ member, heading ]; rows: hashes.  On a narrow
# terminal the widest columns are cut.

sub table ($columns, $rows)
{
    my @cells = ([ map { $_->[1] } @$columns ],
                 map { my $row = $_;
                       [ map { value($row->{$_->[0]}) } @$columns ] } @$rows);
    my @width = map { my $n = $_; max(map { width_of($_->[$n]) } @cells) }
                0 .. $#$columns;

    narrow(\@width, screen());

    return map { line($_, \@width) } @cells;
}


sub max (@numbers)
{
    return (sort { $b <=> $a } @numbers)[0] // 0;
}


sub narrow ($width, $screen)
{
    return if !defined $screen;

    my $over = GAP * $#$width - $screen;
    $over += $_ for @$width;

    while ($over > 0) {
        my ($widest) = sort { $width->[$b] <=> $width->[$a] } 0 .. $#$width;

        last if $width->[$widest] <= LEAST;
        $width->[$widest]--;
        $over--;
    }

    return;
}


sub line ($cells, $width)
{
    my @parts;

    for my $n (0 .. $#$cells) {
        my $text = cut($cells->[$n], $width->[$n]);
        push @parts, $text . ' ' x ($width->[$n] - width_of($text));
    }

    return join(' ' x GAP, @parts) =~ s/ +\z//r;
}


sub cut ($text, $width)
{
    return $text if width_of($text) <= $width;

    $text = substr $text, 0, $width;
    chop $text while length $text && width_of($text) > $width - 1;

    return "$text\x{2026}";
}

1;
