package Resonate::Ingest::Plan;

# What the catalogue should say of the files of some album folders: releases,
# and in each its tracks, each with the file that is kept and its copies.

use v5.36;

use Digest::SHA qw(sha256_hex);
use Exporter    qw(import);
use JSON        ();
use Resonate::Ingest::Album  qw(release);
use Resonate::Ingest::Copies qw(tracks_of);

our @EXPORT_OK = qw(plan unit);

# Raised when more is written of the same files: they are written once more.
use constant VERSION => 1;

my $JSON = JSON->new->utf8->canonical;


# files: of whole releases, after albums().  A unit is
#
#   { key, release (what release() gives, and cover), track, facts,
#     cover_file, files => [ best, copies ... ], paths => [ of the release ] }
#
# and each file gets "written", the hash of what it makes the catalogue say.

sub plan ($files)
{
    my (%of, @units);

    push @{ $of{$_->{album}{key}} }, $_ for @$files;

    for my $key (sort keys %of) {
        my @all = sort { $a->{path} cmp $b->{path} } @{ $of{$key} };
        my $picture = cover_of(@all);
        my $release = { %{ release(\@all) },
                        cover => $picture && $picture->{cover} };
        my @paths = map { $_->{path} } @all;

        push @units, map { unit({ key => $key, release => $release,
                                  cover_file => $picture, paths => \@paths,
                                  files => $_ }) }
                     @{ tracks_of(\@all) };
    }

    return \@units;
}


# What its files make the catalogue say; the first one is the best.

sub unit ($unit)
{
    my $best = $unit->{files}[0];

    $unit->{track} = $best->{track};
    $unit->{facts} = facts($best->{about});

    for my $file (@{ $unit->{files} }) {
        $file->{written} = sha256_hex($JSON->encode([
            VERSION, @$unit{qw(release track facts)}, $best->{sound},
            $file == $best ? 1 : 0, @$file{qw(sound source)},
        ]));
    }

    return $unit;
}


sub facts ($about)
{
    my $genres = $about->{genre} // [];

    return {
        genres      => ref $genres ? $genres : [ $genres ],
        musicbrainz => $about->{musicbrainz}{track},
        artist_ids  => $about->{musicbrainz}{artist} // [],
        year        => ($about->{date} // '') =~ /^(\d{4})/ ? 0 + $1 : undef,
        map { $_ => $about->{$_} } qw(isrc composer copyright lyrics),
    };
}


# A file with the picture of most tracks; the first if there is a tie.

sub cover_of (@files)
{
    my (%count, @order);

    for my $file (sort { in_order($a, $b) } grep { $_->{cover} } @files) {
        push @order, $file if !$count{$file->{cover}}++;
    }

    my ($most) = sort { $count{$b->{cover}} <=> $count{$a->{cover}} } @order;

    return $most;
}


sub in_order ($one, $other)
{
    return ($one->{track}{disc} // 1) <=> ($other->{track}{disc} // 1)
        || ($one->{track}{number} // 9999) <=> ($other->{track}{number} // 9999)
        || $one->{path} cmp $other->{path};
}

1;
