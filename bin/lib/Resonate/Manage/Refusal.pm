package Resonate::Manage::Refusal;

# Why a command did nothing: an exit status, a code for programs, a sentence
# for people and whatever else JSON should have.

use v5.36;

use Exporter qw(import);

our @EXPORT_OK = qw(refuse);

my %STATUS = (
    failed    => 1,
    usage     => 2,
    not_found => 3,
    ambiguous => 3,
    invalid   => 4,
    conflict  => 5,
    confirm   => 6,
);


sub refuse ($code, $message, %more)
{
    die bless { code => $code, message => $message, more => \%more },
        __PACKAGE__;
}


# whatever was died of

sub of ($class, $why)
{
    return $why if ref $why && eval { $why->isa($class) };

    return bless {
        code    => 'failed',
        message => $why =~ s/\n+\z//r,
        more    => {},
    }, $class;
}


sub status ($self)
{
    return $STATUS{$self->{code}};
}


sub object ($self)
{
    return { error => { $self->%{qw(code message)}, $self->{more}->%* } };
}

1;
