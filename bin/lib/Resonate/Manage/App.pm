package Resonate::Manage::App;

# What every command has: its options, the database, who asks, and how to
# answer: in JSON, or in lines for people.

use v5.36;

use JSON::PP ();

use Resonate::Manage::Text qw(shown table);

my $JSON = JSON::PP->new->canonical;


sub new ($class)
{
    return bless { option => {} }, $class;
}


sub answer ($self, $object, @lines)
{
    say for $self->{option}{json} ? $JSON->encode($object) : @lines;

    return;
}


# Refused: the exit status.

sub refused ($self, $refusal)
{
    my @candidates = ($refusal->{more}{candidates} // [])->@*;

    say $JSON->encode($refusal->object) if $self->{option}{json};
    say STDERR 'resonate-catalogue: ', shown($refusal->{message});

    if (@candidates) {
        say STDERR $_ for table([ [ id => 'ID' ], [ kind => 'KIND' ],
                                  [ name => 'NAME' ], [ detail => '' ] ],
                                \@candidates);
    }

    return $refusal->status;
}


# The command as it can be typed again.  flags: the options that have no
# value; without these that say nothing of what was asked for.

sub command_text ($self, $flags, $without, @words)
{
    my $option = $self->{option};

    for my $name (sort grep { !$without->{$_} } keys %$option) {
        my $value = $option->{$name};

        push @words, $flags->{$name} ? "--$name"
            : map { ("--$name", $_) } ref $value ? @$value : $value;
    }

    return join ' ', map { m{^[\w.:=/+-]+\z} ? $_ : "'" . s/'/'\\''/gr . "'" }
        @words;
}

1;
