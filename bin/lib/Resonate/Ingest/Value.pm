package Resonate::Ingest::Value;

# Values of tags that have a form: numbers, dates, codes and ids.

use v5.36;
use re '/a';

use Exporter    qw(import);
use List::Util  qw(first);
use Time::Local qw(timegm_modern);

our @EXPORT_OK = qw(code date id ids number type);

my $UUID = qr/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;


sub number ($text)
{
    return ($text // '') =~ /^\s*(\d{1,4})\b/ && $1 > 0 ? 0 + $1 : undef;
}


sub id ($text)
{
    my ($id) = ids($text);

    return $id;
}


sub ids ($text)
{
    return map { lc } ($text // '') =~ /$UUID/g;
}


# The first that is one, without the marks that people put in.

sub code ($text, $form)
{
    my @codes = map { uc(s/[\s.-]//gr) } split m{[;,/\0]}, $text // '';

    return first { /^$form$/ } @codes;
}


# YYYY, YYYY-MM or YYYY-MM-DD, as much as is a date; of several tags the
# first one's year, with month and day from whichever knows them.

sub date ($texts)
{
    my @dates = map { date_in($_) // () } @$texts;

    if (!@dates) {
        return undef;
    }

    my $year = substr $dates[0], 0, 4;

    return (sort { length $b <=> length $a } grep { /^$year/ } @dates)[0];
}


sub date_in ($text)
{
    my ($day, $month, $year) = $text =~ /\b(\d\d)\.(\d\d)\.([12]\d{3})\b/;

    if (!$year) {
        ($year, $month, $day) = $text =~ m{\b([12]\d{3})(?:[-/.]?(\d\d)
                                           (?:[-/.]?(\d\d))?)?(?!\d)}x
            or return undef;
    }

    if (!$month || $month < 1 || $month > 12) {
        return $year;
    }

    return "$year-$month"
        if !$day || !eval { timegm_modern(0, 0, 0, $day, $month - 1, $year) };

    return "$year-$month-$day";
}


# What is said to be more than an album first: RELEASETYPE may be a list.

sub type ($text, $podcast, @genres)
{
    my %said = map { lc($_) => 1 } split m{\s*[;,/+\0]\s*}, $text // '';

    return $said{compilation}                     ? 'compilation'
         : $said{single}                          ? 'single'
         : $said{ep}                              ? 'ep'
         : $said{podcast} || $said{broadcast}     ? 'podcast'
         : ($podcast // '') eq '1'                ? 'podcast'
         : (grep { /^podcasts?$/i } @genres)      ? 'podcast'
         : $said{album} || $said{lp}              ? 'lp'
                                                  : undef;
}

1;
