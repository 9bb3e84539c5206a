package Resonate::Ingest::Progress;

# One line that is rewritten on a terminal, a line for each file elsewhere.

use v5.36;

use Encode      qw(encode);
use Time::HiRes qw(time);


# total: what there is to do, in any unit that grows evenly with time.

sub new ($class, $files, $total)
{
    return bless {
        files  => $files,
        total  => $total || 1,
        done   => 0,
        worked => 0,
        count  => 0,
        start  => time,
        tty    => -t STDOUT,
    }, $class;
}


# Part of the work on a file.

sub spend ($self, $weight)
{
    $self->{done} += $weight;
    $self->{worked} += $weight;

    return;
}


# A file is finished.  Skipped ones (weight spent, no work) do not make the
# estimate look better than it is.  More may be finished than was known.

sub step ($self, $what, $name, $weight, $worked)
{
    $self->{count}++;
    $self->{done} += $weight;
    $self->{worked} += $weight if $worked;
    $self->{files} = $self->{count} if $self->{files} < $self->{count};

    my $head = sprintf '[%*d/%d] %3d %%', length $self->{files},
        $self->{count}, $self->{files}, 100 * $self->{done} / $self->{total};
    my $left = $self->left;

    if ($self->{tty}) {
        my $line = "$head  " . ($left ? "$left left  " : '') . shown($name);
        print "\r", encode('UTF-8', substr $line, 0, $self->width), "\e[K";
    }
    elsif ($worked) {
        say encode 'UTF-8', "$head  $what  " . shown($name)
            . ($left ? "  ($left left)" : '');
    }

    return;
}


sub report ($self, $line)
{
    STDOUT->flush;
    print STDERR $self->{tty} ? "\r\e[K" : '', encode('UTF-8', $line), "\n";

    return;
}


sub end ($self, $line)
{
    print $self->{tty} ? "\r\e[K" : '';
    say $line, ' in ', clock(time - $self->{start}), '.';

    return;
}


sub left ($self)
{
    if ($self->{worked} <= 0) {
        return '';
    }

    my $rate = (time - $self->{start}) / $self->{worked};

    my $left = $self->{total} - $self->{done};

    return clock($left > 0 ? $rate * $left : 0);
}


sub clock ($seconds)
{
    my $s = int($seconds + 0.5);

    return $s < 3600
        ? sprintf('%d:%02d', $s / 60, $s % 60)
        : sprintf('%d:%02d:%02d', $s / 3600, $s / 60 % 60, $s % 60);
}


# Names come from strangers: nothing that does more than be read reaches the
# terminal.

sub shown ($name)
{
    return $name
        =~ s/[\x00-\x1f\x7f-\x9f\p{Bidi_Control}\x{2028}\x{2029}]/?/gr;
}


sub width ($self)
{
    return ($ENV{COLUMNS} // '') =~ /^(\d{2,4})$/ ? $1 - 1 : 79;
}

1;
