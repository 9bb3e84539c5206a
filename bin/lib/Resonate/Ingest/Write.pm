package Resonate::Ingest::Write;

# Makes the catalogue say what was planned: stores the covers and the sound
# that are not there, and writes the tracks that are not so yet.

use v5.36;

use Exporter   qw(import);
use List::Util qw(uniq);

use Resonate::Ingest::Advice  qw(is_passing with_advice);
use Resonate::Ingest::Encode  qw(encode);
use Resonate::Ingest::Gone    qw(is_gone);
use Resonate::Ingest::Media   qw(cover_of size_names);
use Resonate::Ingest::Plan    qw(unit);
use Resonate::Ingest::Quality qw(lacking);
use Resonate::Ingest::Sums    qw(sums_of);
use Resonate::Ingest::Text    qw(decoded);

our @EXPORT_OK = qw(write_all sum_covers);

# The size that goes with downloads.
use constant KEPT => 'x600.jpg';


# units: as Resonate::Ingest::Plan gives them

sub write_all ($run, $folders, @units)
{
    while (@units) {
        place($run, $folders, @units);

        my @todo = grep { is_todo($run, $folders, $_) } @units;

        make_covers($run, @todo);
        @units = write_units($run, @todo);
    }

    return;
}


# Where the files of each unit were before: gone, for its tracks, and were, for
# its release, if the music of that is still the same.

sub place ($run, $folders, @units)
{
    my @all = map { @{ $_->{files} } } @units;
    my %here = map { $_->{path} => 1 } @all;
    my %below = map { $_->{sound} . below($_) => 1 } @all;
    my @sounds = uniq map { $_->{sound} } @all;
    my (%moved, %elsewhere, %rows);

    for my $row (grep { !$here{$_->{path}} }
                 $run->{catalogue}->sources_of(@sounds))
    {
        my $has_moved = is_gone(@$row{qw(path root)})
            || $below{$row->{sound_sha256} . below($row)}
               && !lstat $row->{path};
        my $of = $has_moved ? \%moved : \%elsewhere;

        push @{ $of->{$row->{sound_sha256}} }, $row;
    }

    for my $unit (@units) {
        my @files = @{ $unit->{files} };
        my @moved = map { @{ $moved{$_} // [] } }
                    uniq map { $_->{sound} } @files;

        $unit->{gone} = [ map { $_->{path} } @moved ];
        $unit->{elsewhere} = $elsewhere{$files[0]{sound}};
        push @{ $rows{$unit->{key}} }, @moved,
            grep { $_ } map { $_->{row} } grep { is_same($_) } @files;
    }

    for my $unit (@units) {
        lost($folders, $unit, @{ $rows{$unit->{key}} // [] });
    }

    return;
}


# Where it is in its library, which may be on another disk by now.

sub below ($of)
{
    return substr $of->{path}, length $of->{root};
}


sub is_same ($file)
{
    return $file->{row} && $file->{row}{sound_sha256} eq $file->{sound};
}


# rows: of the music of the unit's release that the catalogue has.  Better
# copies that are not there any more give way to what is.

sub lost ($folders, $unit, @rows)
{
    my %track = map { $_->{row} ? ($_->{row}{track_id} => 1) : () }
                @{ $unit->{files} };
    my @lost = grep { is_gone(@$_{qw(path root)}) }
               $folders->lost(uniq map { $_->{release_id} } @rows);

    push @{ $unit->{gone} }, map { $_->{path} }
                             grep { $track{$_->{track_id}} } @lost;
    $unit->{were} = @rows
        ? [ @{ $unit->{paths} }, map { $_->{path} } @rows, @lost ] : [];

    return;
}


sub is_todo ($run, $folders, $unit)
{
    my ($best, @copies) = @{ $unit->{files} };
    my $row = $best->{row};
    my ($path, $made) = $row && $row->{sound_sha256} eq $best->{sound}
                        && $row->{kept} ? @$row{qw(media_path made)}
        : $run->{catalogue}->stored(@$best{qw(sound source)});

    $unit->{stored} = !$run->{option}{force} && $folders->is_stored($path)
        ? 1 : 0;
    $unit->{media_path} = $path;
    $unit->{made} = $made = $unit->{stored} ? known($unit, $made) : [];
    $unit->{lacking} = [ lacking(@$run{qw(option store)}, $best, $made) ];
    $unit->{is_new} = !@{ $unit->{gone} }
        && (!defined $path || $unit->{elsewhere})
        && !grep { $_->{row} } $best, @copies;

    if ($unit->{stored} && !@{ $unit->{lacking} } && !@{ $unit->{gone} }
        && !grep { !$_->{row} || $_->{row}{written} ne $_->{written} }
           $best, @copies)
    {
        settle($run, $unit, 'unchanged');
        return 0;
    }

    return 1;
}


# The original of a file is another one when its tags were corrected.

sub known ($unit, $made)
{
    my ($best) = @{ $unit->{files} };
    my $was = $best->{row} ? $best->{row}{source_sha256} : $best->{source};

    return [ grep { $was eq $best->{source} || !/\Q$was\E/ }
             @{ $made // [] } ];
}


# What is said of files that are not kept, or are beside another.

sub explain ($run, $unit)
{
    my ($best, @copies) = @{ $unit->{files} };
    my $name = decoded($best->{path});

    for my $copy (@copies) {
        $run->note('copy', $copy->{path}, $copy->{sound} eq $best->{sound}
            ? "sounds the same as $name" : "$name is better, and is kept");
    }

    if (defined $best->{beside}) {
        $run->note('both kept', $best->{path}, 'another recording than '
            . decoded($best->{beside})
            . ' of the same number and title (correct one of them?)');
    }

    return;
}


sub settle ($run, $unit, $what)
{
    my ($best, @copies) = @{ $unit->{files} };

    for my $file (grep { !$_->{aside} || $what ne 'unchanged' }
                  $best, @copies)
    {
        my $is = $file == $best ? $what : 'copies';

        if ($what eq 'unchanged' && !$file->{counted}) {
            $run->{count}{$is}++;
        }
        else {
            $run->account($file, $is);
        }
    }

    return;
}


# Covers that are not stored, of releases that something is to do for.

sub make_covers ($run, @units)
{
    my %wanted;

    for my $unit (@units) {
        my $cover = $unit->{release}{cover} // next;

        $wanted{$cover} //= $unit->{cover_file};
    }

    for my $cover (sort keys %wanted) {
        my $file = $wanted{$cover};

        if (defined image_of($run, $cover)) {
            next;
        }

        $run->start(sub ($work) { cover_of(@$file{qw(path picture)}, $work) },
                    sub ($result) { have_cover($run, $cover, $file, $result) });
    }

    $run->wait;

    return;
}


# The id of a cover that is stored in all sizes.

sub image_of ($run, $cover)
{
    return $run->{images}{$cover} //= do {
        my $id = $run->{option}{force} ? undef
                                       : $run->{catalogue}->cover_id($cover);

        (grep { !$run->{store}->has('images/' . ($id // 'none') . "-$_") }
              size_names()) ? undef : $id;
    };
}


sub have_cover ($run, $cover, $file, $result)
{
    if (defined(my $why = $result->{failed})) {
        $run->{later}{$cover} = is_passing($why);
        return $run->note('warning', $file->{picture} // $file->{path},
                          'no cover: '
                          . ($run->{later}{$cover} ? with_advice($why) : $why));
    }

    my $id = $run->{catalogue}->image($result);
    my $sums = sums_of("$result->{work}/" . KEPT);

    for my $size (size_names()) {
        $run->{store}->put("$result->{work}/$size", "images/$id-$size");
    }

    $run->{catalogue}->image_sum($id, $sums);
    $run->{images}{$cover} = $id;

    return;
}


# Covers of before their sums were kept.

sub sum_covers ($run)
{
    for my $id ($run->{catalogue}->images_unsummed) {
        my $path = "images/$id-" . KEPT;

        next if !$run->{store}->has($path);

        $run->{catalogue}->image_sum($id, sums_of($run->{store}
            ->local($path, $run->{tmp})));
    }

    return;
}


# What is stored with all that is wanted of it is written at once; then the
# rest, the longest first.  Gives the units that failed with one file and have
# another.

sub write_units ($run, @units)
{
    my (%stored, %encode, @again);

    $stored{$_->{files}[0]{sound}} //= $_->{media_path}
        for grep { $_->{stored} } @units;

    for my $unit (sort { $b->{stored} <=> $a->{stored} } @units) {
        my $sound = $unit->{files}[0]{sound};

        $unit->{media_path} = $stored{$sound} // $unit->{media_path};

        if (defined $stored{$sound} && !@{ $unit->{lacking} }) {
            push @again, write_unit($run, $unit, {});
        }
        else {
            push @{ $encode{$sound} }, $unit;
        }
    }

    for my $same (sort { $b->[0]{files}[0]{duration_ms}
                         <=> $a->[0]{files}[0]{duration_ms} } values %encode)
    {
        my ($unit) = @$same;
        my $best = $unit->{files}[0];
        my $want = {
            %$best{qw(source duration_ms)},
            words   => $unit->{lacking},
            path    => $unit->{media_path},
            bitrate => defined $stored{$best->{sound}}
                       ? undef : $run->{option}{bitrate},
        };

        $run->start(
            sub ($work) {
                return encode($best->{path}, $want, $run->{store}, $work);
            },
            sub ($result) {
                push @again, have_sound($run, $result, @$same);
            });
    }

    $run->wait;

    return @again;
}


# units: the first one's file was encoded, the others' sound the same.

sub have_sound ($run, $result, @units)
{
    if (defined $result->{failed}) {
        return without_best($run, shift @units, $result->{failed}), @units;
    }

    my ($media, $made) = @$result{qw(media made)};

    $run->{store}->added($media ? $media->{path} : (),
                         map { (split / /, $_, 2)[1] } words($made));

    return map { write_unit($run, $_, $result) } @units;
}


# result: what encode() gave, or nothing

sub write_unit ($run, $unit, $result)
{
    my ($media, $made) = @$result{qw(media made)};
    my ($best) = @{ $unit->{files} };
    my $cover = $unit->{release}{cover};
    my $image = defined $cover ? image_of($run, $cover) : undef;

    # The next run is to make the cover.
    if (defined $cover && $run->{later}{$cover}) {
        $_->{written} = '' for @{ $unit->{files} };
    }

    my $written = eval {
        $run->{catalogue}->write_track($unit, $media, $made, $image);
        1;
    };
    my $why = $@ =~ s/\n+\z//r;

    # It may have hit the eval above.
    die "interrupted\n" if $run->{interrupted};

    if (!$written) {
        return without_best($run, $unit, $why);
    }

    $_->{row} = {
        %$_{qw(path lossless written)},
        kept       => $_ == $best,
        media_path => $media ? $media->{path} : $unit->{media_path},
        made       => [ @{ $unit->{made} }, words($made) ],
    } for @{ $unit->{files} };
    explain($run, $unit);
    settle($run, $unit, $unit->{is_new} ? 'added' : 'updated');

    return;
}


# What was made, as the catalogue will say it.  Nothing comes to be in it by
# being looked for: another track of the same sound may be written with it.

sub words ($made)
{
    return map { my ($kind, $path) = @$_; defined $path ? "$kind $path" : () }
           [ measured => ($made->{measured} // {})->{waveform} ],
           [ original => ($made->{original} // {})->{path} ],
           map { [ @$_{qw(quality path)} ] } @{ $made->{renditions} // [] };
}


# The unit again, of the copies of what failed, if there are any.

sub without_best ($run, $unit, $why)
{
    my ($best, @copies) = @{ $unit->{files} };

    $run->failed($best, $why);
    $unit->{files} = \@copies;

    return @copies ? unit($unit) : ();
}

1;
