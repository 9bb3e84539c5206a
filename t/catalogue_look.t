#!/usr/bin/perl

# bin/resonate-catalogue list, show, fields and journal: filters, shapes of
# JSON, what is shown on a terminal.

use utf8;
use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $manage = Resonate::Manage->new(pg => $pg);
my $image = $dbh->selectrow_array(
    "SELECT resonate.ingest_image('cover', repeat('a', 64), 10, 10)");

$dbh->do('UPDATE resonate.release SET cover_id = ?, featured = true
          WHERE id = ?', {}, $image, $id->{release});
$dbh->do('SELECT v3.play(?, NULL, ?)', {}, $id->{paid}, $id->{listener});

sub names {
    my ($kind, @filters) = @_;
    my $rows = $manage->json('list', $kind, @filters)->{$kind};

    return [ map { $_->{title} // $_->{display_name} } @$rows ];
}


# what of it is listed, in this order

for (
    [ [ 'artists' ], 'The Assertions', 'Zoë & the Testers' ],
    [ [ qw(artists --label Sunrise) ], 'Zoë & the Testers' ],
    [ [ qw(artists --search ASSERT) ], 'The Assertions' ],
    [ [ qw(artists --search zoe) ], 'Zoë & the Testers' ],
    [ [ 'labels' ], 'Sunrise Records' ],
    [ [ 'releases' ], 'Second Wind', 'Drafts', 'First Light',
      'Next Century' ],
    [ [ qw(releases --hidden) ], 'Drafts' ],
    [ [ qw(releases --future) ], 'Next Century' ],
    [ [ qw(releases --unpublished) ], 'Drafts', 'Next Century' ],
    [ [ qw(releases --removed) ] ],
    [ [ qw(releases --without-cover --artist Zoe) ], 'Drafts',
      'Next Century' ],
    [ [ qw(releases --featured) ], 'First Light' ],
    [ [ qw(releases --artist), $id->{band} ], 'Second Wind' ],
    [ [ qw(releases --label), $id->{label} ], 'Drafts', 'First Light',
      'Next Century' ],
    [ [ qw(releases --limit 2) ], 'Second Wind', 'Drafts' ],
    [ [ 'tracks', '--artist', $id->{artist} ], qw(Sketch Evening Morning
      Night Noon Tomorrow) ],
    [ [ qw(tracks --hidden) ], 'Night' ],
    [ [ qw(tracks --removed) ], 'Lost' ],
    [ [ qw(tracks --unpublished) ], qw(Sketch Night Tomorrow) ],
    [ [ qw(tracks --without-cover --artist Zoe) ], qw(Sketch Tomorrow) ],
    [ [ 'tracks', '--search', 'light noon' ], 'Noon' ],
    [ [ 'tracks', '--search', "%' OR 1=1 --" ] ],
    [ [ 'playlists' ], 'For the Road', 'Not Yet' ],
    [ [ qw(playlists --hidden) ], 'Not Yet' ],
) {
    my ($filters, @names) = @$_;

    is_deeply(names(@$filters), \@names, "list @$filters");
}

ok($manage->json(qw(list releases --limit 2))->{more}, 'there are more');
ok(!$manage->json(qw(list releases --limit 4))->{more}, 'or not');


# shapes: as the manual has them

sub shape { return join ' ', sort keys %{ $_[0] } }

my %shape = (
    artists => 'artists country display_name featured id label releases state'
        . ' tracks type',
    labels => 'artists country display_name featured id label releases state'
        . ' tracks type',
    playlists => 'featured id owner state title tracks',
    releases => 'artist cover featured id release_date state title tracks type',
    tracks => 'artist duration_ms id release state status title year',
);

for my $kind (sort keys %shape) {
    my $answer = $manage->json('list', $kind);

    is(shape($answer), join(' ', sort $kind, 'more'), "list $kind");
    is(shape($answer->{$kind}[0]), $shape{$kind}, "each of the $kind");
}

$manage->json('edit', $id->{paid}, 'composer=Ada');
my $track = $manage->json('show', $id->{paid});

is(shape($track), 'changes heard kind track', 'show');
is_deeply($track->{heard}, { plays => 1, listeners => 1, owners => 0 },
          'how often it was heard');
$pg->psql('SELECT resonate.roll_up()');
is_deeply($manage->json('show', $id->{paid})->{heard}, $track->{heard},
          'rolled up or not');
is($track->{track}{composer}, 'Ada', 'its row');
is_deeply($track->{track}{edited}, [ 'composer' ], 'and what was edited');
is($track->{track}{releases}[0]{title}, 'First Light', 'its releases');
is(shape($track->{changes}[0]),
   'at change command kind role rows undoes undone_by who', 'its changes');
is_deeply([ map { $_->{title} }
            @{ $manage->json('show', $id->{release})->{release}{items} } ],
          [ qw(Morning Noon Evening Night Lost) ], 'items in their order');
is($manage->json('show', $id->{label})->{label}{artists}[0]{display_name},
   'Zoë & the Testers', 'the artists of a label');

my $change = $manage->json(qw(hide Noon));

is(shape($change), 'change dry_run notes rows', 'a change');
is(shape($change->{rows}[0]), 'after before key name relation',
   'a row of it');
is(shape($manage->json('journal')), 'changes', 'the journal');
is(shape($manage->json('journal', $change->{change})),
   'at change command kind role rows undoes undone_by who', 'an entry');
is(shape($manage->json(qw(fields label))), 'fields kind', 'fields');


# every field that is named can be set to nothing or to something, and the
# database takes it

for my $kind (qw(artist label release track playlist)) {
    my $key = { artist => 'band', label => 'label', release => 'release',
                track => 'paid', playlist => 'playlist' }->{$kind};

    for my $field (map { $_->{field} }
                   @{ $manage->json('fields', $kind)->{fields} })
    {
        my ($status) = $manage->run('--dry-run', 'edit', "$kind:$id->{$key}",
                                    "$field=");
        my $needed = $field =~ /^(?:title|display_name|type|type_id)$/;

        is($status, $needed ? 4 : 0, "$kind: $field may be empty: "
           . ($needed ? 'no' : 'yes'));
    }
}


# for people

my ($status, $out) = $manage->run(qw(list releases --artist Zoe));
my @lines = split /\n/, $out;
my @at = map { length $1 } map { /^(.*?) +\S+$/ } @lines;

like($lines[0], qr/^ID +ARTIST +RELEASE +TYPE +DATE +TRACKS +STATE$/, 'heads');
is(index($lines[0], 'RELEASE'), index($lines[2], 'First Light'),
   'columns are aligned, by what a terminal shows');

$dbh->do("UPDATE resonate.track SET title = '\x{97f3}\x{697d}e\x{301}'
          WHERE id = ?", {}, $id->{paid});
($status, $out) = $manage->run(qw(list tracks --artist), $id->{artist});
my ($wide) = grep { /\x{97f3}/ } split /\n/, $out;
my ($plain) = grep { /Evening/ } split /\n/, $out;
is(index($wide, 'First') + 2 - 1, index($plain, 'First'),
   'wide ones and marks too');

done_testing();
