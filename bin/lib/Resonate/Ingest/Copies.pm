package Resonate::Ingest::Copies;

# Which files of a release are the same track: those that sound the same, and
# those of the same disc, number and title that are as long as each other.
# Of each track the best file is kept.

use v5.36;

use Exporter qw(import);
use Resonate::Ingest::Text qw(folded);

our @EXPORT_OK = qw(tracks_of);

use constant SAME_LENGTH_MS => 2000;


# Files have path, track (disc, number, title), sound, lossless, bit_rate,
# sample_rate, duration_ms, and was_kept: it is the one in the catalogue.
# Gives [ [ best, copy, ... ], ... ].  A file whose place another recording
# has too gets its path as "beside".

sub tracks_of ($files)
{
    my (%sound, %place, @tracks);

    push @{ $sound{$_->{sound}} }, $_ for @$files;

    for my $same (map { [ sort { better($a, $b) } @{ $sound{$_} } ] }
                  sort keys %sound)
    {
        push @{ $place{place($same->[0])} }, $same;
    }

    for my $at (sort keys %place) {
        push @tracks, apart(sort { better($a->[0], $b->[0]) } @{ $place{$at} });
    }

    return [ sort { $a->[0]{path} cmp $b->[0]{path} } @tracks ];
}


# The best first; each of the others is a copy of the first that is as long.

sub apart (@groups)
{
    my @tracks;

    for my $group (@groups) {
        my ($same) = grep { as_long($_->[0], $group->[0]) } @tracks;

        if ($same) {
            push @$same, @$group;
            next;
        }

        $group->[0]{beside} = $tracks[0][0]{path} if @tracks;
        push @tracks, $group;
    }

    return @tracks;
}


sub place ($file)
{
    my $track = $file->{track};

    return join "\n", $track->{disc} // 1, $track->{number} // '-',
                      folded($track->{title});
}


sub as_long ($one, $other)
{
    return abs($one->{duration_ms} - $other->{duration_ms}) <= SAME_LENGTH_MS;
}


# Order of quality; what is in the catalogue stays if there is nothing better.

sub better ($one, $other)
{
    my @rates = $one->{lossless} ? qw(sample_rate bit_rate)
                                 : qw(bit_rate sample_rate);

    return $other->{lossless} <=> $one->{lossless}
        || ($other->{$rates[0]} // 0) <=> ($one->{$rates[0]} // 0)
        || ($other->{$rates[1]} // 0) <=> ($one->{$rates[1]} // 0)
        || ($other->{was_kept} // 0) <=> ($one->{was_kept} // 0)
        || $one->{path} cmp $other->{path};
}

1;
