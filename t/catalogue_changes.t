#!/usr/bin/perl

# bin/resonate-catalogue: what each command changes, that the journal names
# who and what, and that nothing is changed by a dry run.

use utf8;
use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $manage = Resonate::Manage->new(pg => $pg, who => 'Ada Lovelace');

sub changes { return $pg->dbh->selectrow_array(
    'SELECT count(*) FROM resonate.change') }


# words => rows; each is tried dry, done, undone and done again

my @cases = (
    [ [ qw(edit), "track:$id->{paid}", 'title=Dawn' ],
      'track: title Morning>Dawn' ],
    [ [ 'edit', $id->{release}, 'title=Last  Light', 'type=ep',
        'tags=Dub, ambient,dub', 'release_date=2027-03-01', 'featured=yes',
        "about=Two\nlines" ],
      'release: title First Light>Last Light', 'release: type lp>ep',
      'release: tags ["ambient"]>["ambient","dub"]',
      'release: release_date 2020-02-29>2027-03-01',
      'release: featured false>true', "release: about ->Two\nlines" ],
    [ [ 'edit', $id->{artist}, 'display_name=Zoë', 'country=NL',
        'links=[{"uri":"https://example.org/"}]' ],
      'creator: display_name Zoë & the Testers>Zoë', 'creator: country ->NL',
      'creator: links []>[{"uri":"https://example.org/"}]' ],
    [ [ 'edit', $id->{playlist}, 'featured=yes', 'about=Mine' ],
      'playlist: featured false>true', 'playlist: about ->Mine' ],
    [ [ 'hide', 'track:Morning' ], 'track: status paid>hidden' ],
    [ [ 'hide', $id->{release}, $id->{playlist} ],
      'release: private false>true', 'playlist: private false>true' ],
    [ [ 'publish', 'Drafts' ], 'release: private true>false' ],
    [ [ 'publish', $id->{hidden} ], 'track: status hidden>paid' ],
    [ [ 'price', 'free', 'Second Wind' ], 'track: status paid>free' ],
    [ [ 'price', 'free+paid', 'First Light' ],
      'track: status paid>free+paid', 'track: status free>free+paid' ],
);

for (@cases) {
    my ($words, @rows) = @$_;
    my $before = $manage->tables;
    my $count = changes();
    my $dry = $manage->json('--dry-run', @$words);

    is_deeply([ map { Resonate::Manage::lines_of($_) } @{ $dry->{rows} } ],
              \@rows, "@$words: what would change");
    ok($dry->{dry_run} && !defined $dry->{change}, 'is said of a dry run');
    is_deeply($manage->tables, $before, 'which changes nothing');
    is(changes(), $count, 'and is in no journal');

    my $done = $manage->json(@$words);
    my $after = $manage->tables;

    is_deeply($done->{rows}, $dry->{rows}, 'the same is changed');

    my $entry = $manage->json('journal', $done->{change});

    is($entry->{who}, 'Ada Lovelace', 'the journal says by whom');
    is($entry->{role}, 'resonate_manage', 'as which role');
    like($entry->{command}, qr/^$words->[0] /, 'by what');
    is_deeply($entry->{rows}, $done->{rows}, 'and which rows');

    is_deeply($manage->json(@$words)->{rows}, [], 'a second time, none')
        if $words->[0] ne 'price';

    my $undo = $manage->json('undo')->{change};

    is_deeply($manage->tables, $before, 'undone');
    $manage->json('undo', $undo);
    is_deeply($manage->tables, $after, 'an undo is undone');
    $manage->json('undo');
    is_deeply($manage->tables, $before, 'and that again');
}

done_testing();
