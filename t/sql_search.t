#!/usr/bin/perl

# Search: accents, beginnings, typing errors, order, and junk.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');

sub search {
    my ($q, @more) = @_;
    my ($body) = $edge->selectrow_array('SELECT body FROM v3.search(q => ?)',
                                        {}, $q);
    return JSON::PP->new->decode($body)->{data};
}

sub found {
    my $data = search(@_);
    return join ' | ', map {
        my $kind = $_;
        @{$data->{$kind}} ? "$kind: " . join ', ', map {
            $_->{title} // $_->{displayName} } @{$data->{$kind}} : ();
    } qw(artists bands labels tracks trackgroups);
}

my $row = 0;

sub add {
    my ($title) = @_;

    $dbh->do('INSERT INTO resonate.track (id, creator_id, title)
              VALUES (?, ?, ?)', {},
             my $track = sprintf('%08x-0000-4000-8000-00000000000d', ++$row),
             $id->{band}, $title);
    $dbh->do('INSERT INTO resonate.release_item VALUES (?, ?, ?)', {},
             $id->{band_release}, $track, 100 + $row);
}

add($_) for 'Morning Glory', 'Good Morning', 'Mornings', "Caf\x{e9} Noir";

my $zoe = "Zo\x{eb} & the Testers";

for (
    # typed, found
    [ 'evening', 'tracks: Evening' ],
    [ 'EVENING', 'tracks: Evening' ],
    [ 'even', 'tracks: Evening' ],
    [ 'cafe', "tracks: Caf\x{e9} Noir" ],
    [ "CAF\x{c9}", "tracks: Caf\x{e9} Noir" ],
    [ 'evening testers', 'tracks: Evening' ],
    [ 'testers evening', 'tracks: Evening' ],
    [ 'morning', 'tracks: Morning, Mornings, Morning Glory, Good Morning' ],
    [ 'sunrise', 'labels: Sunrise Records' ],
    [ 'assertions', 'bands: The Assertions | tracks: Breath, Mornings, '
      . "Caf\x{e9} Noir, Good Morning, Morning Glory"
      . ' | trackgroups: Second Wind' ],
    [ 'first light', 'tracks: Noon, Evening, Morning'
      . ' | trackgroups: First Light' ],
    # typing errors
    [ 'evning', 'tracks: Evening' ],
    [ 'eveming', 'tracks: Evening' ],
    [ 'eevning', 'tracks: Evening' ],
    [ 'evenning', 'tracks: Evening' ],
    [ 'vening', 'tracks: Evening' ],
    [ 'qvening', 'tracks: Evening' ],
    [ 'veening', 'tracks: Evening' ],
    [ 'aevening', 'tracks: Evening' ],
    [ 'ebening', 'tracks: Evening' ],
    [ 'eening', 'tracks: Evening' ],
    [ 'eveninqq', 'tracks: Evening' ],
    [ 'braeth', 'tracks: Breath' ],
    [ 'nono', 'tracks: Noon' ],
    [ 'onon', 'tracks: Noon' ],
    [ 'nqon', 'tracks: Noon' ],
    [ 'qoon', 'tracks: Noon' ],
    [ 'oon', 'tracks: Noon' ],
    [ 'qnoon', 'tracks: Noon' ],
    [ 'nqoon', 'tracks: Noon' ],
    [ 'sunrize recrods', 'labels: Sunrise Records' ],
    [ 'evning tesstrs', 'tracks: Evening' ],
    # not released, not visible, not there
    [ 'tomorrow', '' ],
    [ 'sketch', '' ],
    [ 'nightfall', '' ],
    [ 'drafts', '' ],
    [ 'lost', '' ],
    [ 'xylophone', '' ],
    [ 'evening xylophone', '' ],
) {
    my ($q, $expected) = @$_;
    is(found($q), $expected, "'$q'");
}

like(found('zoe'), qr/^artists: \Q$zoe\E \| tracks: .* \| trackgroups: First/,
     'an artist, with tracks and releases');
like(found('teh testers'), qr/^artists: \Q$zoe\E/, 'the artist, mistyped');


# junk finds nothing and breaks nothing

for my $q ('', ' ', q{'}, q{"}, '\\', ':*', '!', '&|!()<->', "';--", '%', '_',
           '$1', '{}', "\x01\x7f", "\x{2167}" x 100, "\x{1f3b5}", 'x' x 5000,
           "\x{202e}\x{200b}", '(' x 100, "\x{65e5}\x{672c}", "'':*|''") {
    my $label = length $q > 20 ? 'long' : $q;
    $label =~ s/([^ -~])/sprintf '\\x{%x}', ord $1/ge;
    is(found($q), '', "junk: $label");
}

$dbh->do("UPDATE resonate.creator SET display_name = 'Quartz' WHERE id = ?",
         {}, $id->{artist});
is(found('zoe'), '', 'a former name is not found');
like(found('quartz'), qr/^artists: Quartz \| tracks: \w+, \w+, \w+ \| track/,
     'the new one is, and what belongs to it');
$dbh->do('UPDATE resonate.release SET private = true WHERE id = ?', {},
         $id->{release});
is(found('quartz'), '', 'nor what is not published any more');

# words that are too short for a typing error: fifty fit into one search

for (
    [ 'no on x', 'a word of two letters is not looked up' ],
    [ 'one two three four five six seven eight nine',
      'nor are eight when the ninth is in no row' ],
) {
    my ($words, $name) = @$_;
    my $fresh = $pg->connect;
    $fresh->begin_work;
    $fresh->do('SELECT resonate.search_terms(?, true)', {}, $words);
    is($fresh->selectrow_array(q{
           SELECT seq_scan + idx_scan FROM pg_stat_xact_user_tables
           WHERE relid = 'resonate.search_word'::regclass}), 0, $name);
    $fresh->rollback;
}

sub terms {
    return join ' ', @{$dbh->selectcol_arrayref(
        'SELECT term FROM resonate.search_terms(?, true)', {}, $_[0])};
}

is(terms('mornign mornign x mornign'), terms('mornign x'),
   'a word is looked up once');

my @seven = qw(walk along some quiet green river every);
add($_) for "@seven morning", "@seven winter morning";
is(found("@seven mornign"), "tracks: @seven morning, @seven winter morning",
   'the eighth word may be wrong');
is(found("@seven winter mornign"), '', 'the ninth may not');

is_deeply([ sort keys %{search('x')} ],
          [ qw(artists bands labels trackgroups tracks) ], 'always all kinds');

done_testing();
