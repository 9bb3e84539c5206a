package Resonate::Ingest::Take;

# Takes files into the catalogue, some album folders at a time: reads what is
# new, plans what the catalogue should say, and has that written.

use v5.36;

use Exporter   qw(import);
use List::Util qw(sum0 uniq);

use Resonate::Ingest::Album   qw(albums);
use Resonate::Ingest::Folders ();
use Resonate::Ingest::Format  qw(seconds_of);
use Resonate::Ingest::Media   qw(hash_of);
use Resonate::Ingest::Plan    qw(plan);
use Resonate::Ingest::Sound   qw(listen);
use Resonate::Ingest::Tags    qw(describe);
use Resonate::Ingest::Tool    qw(probe);
use Resonate::Ingest::Write   qw(write_all sum_covers);

our @EXPORT_OK = qw(take);

# Whole folders at a time, so that music plays before all of it is read.
use constant BATCH_FILES => 256;

# The share of the work that reading a file is.
use constant READING => 0.1;


sub take ($run, $files)
{
    my $folders = Resonate::Ingest::Folders->new(
        @$run{qw(catalogue seen store option)});
    my @todo = grep { !is_done($run, $folders, $_) }
               @{ $folders->take($files) };

    weigh($run, $folders, @todo);

    while (@todo) {
        my @batch = shift @todo;

        while (@todo && @{ $todo[0]{files} } + sum0(map { 0 + @{ $_->{files} } }
                                                    @batch) <= BATCH_FILES)
        {
            push @batch, shift @todo;
        }

        take_batch($run, $folders, @batch);
    }

    sum_covers($run);

    return;
}


sub is_done ($run, $folders, $folder)
{
    if ($run->{option}{force} || !$folders->is_done($folder)) {
        return 0;
    }

    $run->{count}{$_->{row}{kept} ? 'unchanged' : 'copies'}++
        for grep { !$_->{aside} } @{ $folder->{files} };

    return 1;
}


# What is left to do, as far as it shows before anything is read.

sub weigh ($run, $folders, @todo)
{
    my $force = $run->{option}{force};
    my ($count, $total) = (0, 0);

    for my $file (map { @{ $_->{files} } } @todo) {
        my $seconds = seconds_of(@$file{qw(path bytes)});
        my $row = $file->{row};
        my $known = !$force && $run->{seen}->knows(@$file{qw(path stamp)});
        my $stored = !$force && $row
            && $folders->is_whole($row);

        $file->{weight} = ($known ? 0 : READING * $seconds)
            + ($stored ? 0 : (1 - READING) * $seconds);
        $file->{counted} = $file->{weight} > 0;
        $total += $file->{weight};
        $count += $file->{counted};
    }

    $run->begin($count, $total);

    return;
}


sub take_batch ($run, $folders, @batch)
{
    my (%read, @keys);
    my @all = @batch;

    # A release that is in other folders too is planned with all its files.
    while (my @new = grep { !$read{$_->{path}}++ } @batch) {
        read_files($run, map { @{ $_->{files} } } @new);
        albums([ sort { $a->{path} cmp $b->{path} } good($_) ],
               $folders->{outer}{$_->{path}}) for @new;
        @keys = uniq map { $_->{album}{key} } map { good($_) } @new;
        @batch = $folders->sharing(@keys);
        push @all, grep { !$read{$_->{path}} } @batch;
    }

    find_covers($folders, @all);
    $_->{was_kept} = $_->{row} && $_->{row}{kept} for map { good($_) } @all;

    write_all($run, $folders, @{ plan([ map { good($_) } @all ]) });
    $folders->mark_done($_)
        for grep { good($_) == @{ $_->{files} } } @all;

    return;
}


sub good ($folder)
{
    return grep { !$_->{failed} } @{ $folder->{files} };
}


# What files say and how they sound, the longest first.

sub read_files ($run, @files)
{
    for my $file (sort { $b->{bytes} <=> $a->{bytes} } @files) {
        my $known = $run->{option}{force}
            ? undef : $run->{seen}->facts(@$file{qw(path stamp)});

        if ($known) {
            %$file = (%$file, %$known);
            next;
        }

        $run->start(sub ($work) { return read_file($file->{path}, $work) },
                    sub ($result) { have_read($run, $file, $result) });
    }

    $run->wait;

    return;
}


sub read_file ($path, $work)
{
    my $source = hash_of($path);
    my $probe = probe($path);

    return {
        source => $source,
        about  => describe($path, $probe),
        %{ listen($path, $probe, $work) },
    };
}


sub have_read ($run, $file, $result)
{
    if (defined $result->{failed}) {
        return $run->failed($file, $result->{failed});
    }

    $run->{seen}->add_facts(@$file{qw(path stamp)}, $result);
    %$file = (%$file, %$result);

    my $spent = READING * seconds_of(@$file{qw(path bytes)});

    $run->{progress}->spend($spent);
    $file->{weight} -= $spent;

    return;
}


# The picture in a file, else the one beside it.

sub find_covers ($folders, @folders)
{
    my %hash;

    for my $folder (@folders) {
        for my $file (grep { !defined $_->{cover} } good($folder)) {
            my $picture = $folders->picture($folder, $file) // next;

            $file->{cover} = $hash{$picture} //= eval { hash_of($picture) };
            $file->{picture} = $picture;
        }
    }

    return;
}

1;
