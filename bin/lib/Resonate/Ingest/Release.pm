package Resonate::Ingest::Release;

# What the files of one release, sorted out by Resonate::Ingest::Album, say of
# it together.

use v5.36;

use Exporter   qw(import);
use List::Util qw(max sum0);
use Resonate::Ingest::Artist qw(VARIOUS);
use Resonate::Ingest::Text   qw(folded);

our @EXPORT_OK = qw(release usual usual_list);

# What shops and streaming services call a single and an EP.
use constant SINGLE_TRACKS   => 3;
use constant SINGLE_TRACK_MS => 10 * 60_000;
use constant EP_TRACKS       => 6;
use constant SHORT_MS        => 30 * 60_000;


sub release ($files)
{
    my @abouts = map { $_->{about} } @$files;
    my ($artist) = map { $_->{album}{artist} } @$files;
    my %discs;

    for my $about (grep { defined $_->{disc_title} } @abouts) {
        push @{ $discs{$about->{disc} // 1} }, $about->{disc_title};
    }

    return {
        title       => usual(map { $_->{album}{title} } @$files),
        artist      => $artist,
        artist_musicbrainz => usual(map { $_->{musicbrainz}{albumartist}[0] }
                                    @abouts),
        date        => date(map { $_->{date} } @abouts),
        type        => type($files, $artist),
        discs       => { map { $_ => usual(@{ $discs{$_} }) } keys %discs },
        musicbrainz => usual(map { $_->{musicbrainz}{release} } @abouts),
        map { my $what = $_; $what => usual(map { $_->{$what} } @abouts) }
            qw(barcode copyright label),
    };
}


# By tags, else by title, number and length; copies count once.

sub type ($files, $artist)
{
    my $said = usual(map { $_->{about}{type} } @$files);

    if (defined $said) {
        return $said;
    }

    if ($artist eq VARIOUS || grep { $_->{about}{compilation} } @$files) {
        return 'compilation';
    }

    if ($files->[0]{album}{title} =~ /(?: - (single)| (ep))$/i) {
        return lc($1 // $2);
    }

    my %length = map { my $t = $_->{track} // $_->{about};
                       join("\n", $t->{disc} // 1, $t->{number} // '',
                            folded($t->{title})) => $_->{duration_ms} // 0 }
                 @$files;
    my $tracks = keys %length;
    my $short = sum0(values %length) < SHORT_MS;

    return $short && $tracks <= SINGLE_TRACKS
               && max(values %length) < SINGLE_TRACK_MS ? 'single'
         : $short && $tracks <= EP_TRACKS               ? 'ep'
                                                        : 'lp';
}


# The date that most files say: first the year, then what else is known of it;
# the earliest if there is a tie.

sub date (@dates)
{
    my $year = usual(map { substr $_, 0, 4 } grep { defined } @dates)
        // return undef;

    @dates = grep { defined && /^$year/ } @dates;

    return usual(grep { length > 4 } @dates) // $year;
}


# What is said most often, by names spelled as they are most often; the first
# in order of characters if there is a tie.

sub usual (@said)
{
    my %count;

    $count{$_}++ for grep { defined } @said;

    my ($most) = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;

    return $most;
}


sub usual_list (@lists)
{
    my %list = map { join("\0", @$_) => $_ } @lists;

    return $list{usual(map { join "\0", @$_ } @lists)};
}

1;
