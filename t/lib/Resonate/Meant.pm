package Resonate::Meant;

# The catalogue as text, to be compared with t/owner/meant.
#
#   my %meant = Resonate::Meant::meant();         head of a release => its text
#   my %taken = Resonate::Meant::taken($dbh);     the same from the database
#   my %said = Resonate::Meant::said(@paths);     the same from what files say
#   my @faults = Resonate::Meant::faults(\%meant, \%taken);
#
# What the table leaves out, the library's owner leaves to the program: a
# release without a date comes out today, one with a year on its first day.

use strict;
use warnings;
use utf8;

my $TABLE = "$Resonate::Test::ROOT/t/owner/meant";


sub meant {
    my $text = Resonate::Test::slurp($TABLE);

    utf8::decode($text);
    $text =~ s/^#.*\n//mg;
    $text =~ s/^(= .*\(\w+)(?:, ([\d-]+))?\)$/"$1, " . full($2) . ')'/mge;

    return map { /^= (.*)\n/ ? ($1 => $_) : () }
           map { s/\s+\z/\n/r } split /^(?== )/m, $text;
}


sub taken {
    my ($dbh) = @_;
    my %release;

    my $rows = $dbh->selectall_arrayref(<<'END', { Slice => {} });
SELECT o.display_name || ': ' || r.title AS name, r.type, r.release_date,
       i.disc, coalesce(i.number::text, '-') AS number, t.title,
       nullif(coalesce(t.display_artist, c.display_name), o.display_name)
           AS artist,
       round(m.duration_ms / 1000.0) AS seconds,
       count(*) OVER (PARTITION BY r.id, i.disc, i.number, t.title) AS alike
FROM resonate.release r
JOIN resonate.creator o ON o.id = r.creator_id
JOIN resonate.release_item i ON i.release_id = r.id
JOIN resonate.track t ON t.id = i.track_id
JOIN resonate.creator c ON c.id = t.creator_id
JOIN resonate.media_file m ON m.sha256 = t.media_sha256
WHERE r.deleted_at IS NULL AND t.status <> 'deleted'
ORDER BY i.disc, i.number NULLS LAST, resonate.fold(t.title), m.duration_ms
END

    return as_text(map { [ "$_->{name} ($_->{type}, $_->{release_date})", $_ ] }
                   @$rows);
}


# [ head, { disc, number, title, artist, seconds, alike } ], in order

sub as_text {
    my %release;

    for (@_) {
        my ($head, $row) = @$_;

        $release{$head} //= "= $head\n";
        $release{$head} .= "  $row->{disc}.$row->{number} $row->{title}"
            . ($row->{alike} > 1 ? " [$row->{seconds}]" : '')
            . (defined $row->{artist} ? ", $row->{artist}" : '') . "\n";
    }

    return %release;
}


sub said {
    my (%folder, %release);

    require Resonate::Ingest::Album;
    require Resonate::Ingest::Tags;
    require Resonate::Ingest::Tool;

    for my $path (@_) {
        my $probe = Resonate::Ingest::Tool::probe($path);
        my $file = { path => $path,
                     about => Resonate::Ingest::Tags::describe($path, $probe),
                     duration_ms => 1000 * $probe->{format}{duration} };

        push @{ $folder{Resonate::Ingest::Album::album_folder($path)} }, $file;
    }

    for my $path (sort keys %folder) {
        my $outer = grep { index($_, "$path/") == 0 } keys %folder;

        Resonate::Ingest::Album::albums($folder{$path}, $outer);
        push @{ $release{$_->{album}{key}} }, $_ for @{ $folder{$path} };
    }

    return as_text(map { rows($release{$_}) } sort keys %release);
}


sub rows {
    my ($files) = @_;
    my $release = Resonate::Ingest::Album::release($files);
    my $head = "$release->{artist}: $release->{title} ($release->{type}, "
        . full($release->{date}) . ')';
    my %alike;

    for my $file (@$files) {
        my $track = $file->{track};
        my $shown = $track->{display_artist} // $track->{artist};

        $track->{number} //= '-';
        $track->{seconds} = sprintf '%.0f', $file->{duration_ms} / 1000;
        $track->{artist} = $shown eq $release->{artist} ? undef : $shown;
        $alike{"$track->{disc} $track->{number} $track->{title}"}++;
    }

    return map {
        $_->{alike} = $alike{"$_->{disc} $_->{number} $_->{title}"};
        [ $head, $_ ]
    } sort {
        $a->{disc} <=> $b->{disc} || $a->{number} cmp '-'
            && $a->{number} <=> $b->{number} || $a->{seconds} <=> $b->{seconds}
    } map { $_->{track} } @$files;
}


# The day that a date begins with; today for none.

sub full {
    my ($date) = @_;
    my @now = gmtime;

    return defined $date ? substr "$date-01-01", 0, 10
                         : sprintf '%d-%02d-%02d', $now[5] + 1900,
                                   $now[4] + 1, $now[3];
}


# The differences, as lines to read.

sub faults {
    my ($meant, $taken) = @_;
    my @faults;

    for my $head (sort keys %{{ %$meant, %$taken }}) {
        my ($want, $got) = map { $_->{$head} // '' } $meant, $taken;

        push @faults, "meant:\n${want}is:\n$got\n" if $want ne $got;
    }

    utf8::encode($_) for @faults;
    return @faults;
}


1;
