package Resonate::Manage::Change;

# A change of the catalogue: one transaction, one entry of the journal, and
# what it says of itself.

use v5.36;

use Exporter qw(import);

use Resonate::Manage::Refusal qw(refuse);
use Resonate::Manage::Text    qw(shown value);

our @EXPORT_OK = qw(change changed_lines find result undo);

my @KINDS = qw(artist label release track playlist);


# Runs work->() within a change; it may return notes for people.

sub change ($app, $work)
{
    return run($app, sub {
        my $change = $app->{db}->one('SELECT resonate.manage_begin(?, ?)',
                                     $app->{who}, $app->{command});

        return ($change, $work->());
    });
}


sub undo ($app, $change)
{
    return run($app, sub {
        my $undone = $app->{db}->one('SELECT resonate.manage_undo(?, ?, ?)',
            $app->{who}, $app->{command}, $change);
        my ($own) = $app->{db}->objects(
            'SELECT resonate.manage_journal(NULL, 1)');

        return ($own->{change}, "undone: change $undone");
    });
}


sub run ($app, $work)
{
    my $result = result($app, $work);

    $app->answer($result, changed_lines($result));

    return 0;
}


# work->() gives the number of the change that it began, and notes.

sub result ($app, $work)
{
    my $result = $app->{db}->transaction(sub {
        my ($change, @notes) = $work->();
        my @rows = $app->{db}->objects('SELECT resonate.manage_changed()');

        return { change => $change, rows => \@rows, notes => \@notes };
    }, sub ($result) {
        return !$app->{dry_run} && $result->{rows}->@* > 0;
    });

    if ($app->{dry_run} || !$result->{rows}->@*) {
        $result->{change} = undef;
    }

    $result->{dry_run} = $app->{dry_run} ? \1 : \0;

    return $result;
}


sub changed_lines ($result)
{
    my @lines = map { shown($_) } $result->{notes}->@*;

    push @lines, map { row_lines($_) } $result->{rows}->@*;

    if (!$result->{rows}->@*) {
        push @lines, 'Nothing to change.';
    }
    elsif (!defined $result->{change}) {
        push @lines, 'Nothing was changed: this was a dry run.';
    }
    else {
        push @lines, "Change $result->{change}.";
    }

    return @lines;
}


sub row_lines ($row)
{
    my ($before, $after) = $row->@{qw(before after)};
    my $name = shown($row->{name});

    return "$name: new" if !defined $before;
    return "$name: gone" if !defined $after;
    return $name, map { "  $_: " . value($before->{$_}) . ' -> '
                        . value($after->{$_}) }
        grep { $_ ne 'edited' } sort keys %$after;
}


# The one thing that a person means: "release:Title", an id or the beginning
# of one, or words.

sub find ($app, $term, @kinds)
{
    my @allowed = @kinds ? @kinds : @KINDS;
    my $pattern = join '|', @KINDS;

    if ($term =~ s/^($pattern)://) {
        my $kind = $1;

        grep { $_ eq $kind } @allowed
            or refuse(usage => "a $kind cannot be meant here, but: @allowed");
        @allowed = ($kind);
    }

    my @found = $app->{db}->rows(
        'SELECT kind, id, name, detail FROM resonate.manage_find(?, ?)',
        $term, \@allowed);

    return $found[0] if @found == 1;

    refuse(not_found => "no such thing: \"$term\"") if !@found;
    refuse(ambiguous => "\"$term\" may be any of these; name it by its id",
           candidates => \@found);
}

1;
