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

sub is_rows {
    my ($answer, $rows, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @lines = map { Resonate::Manage::lines_of($_) } @{ $answer->{rows} };

    is(scalar @lines, scalar @$rows, $what) or diag(explain(\@lines));
    for (@$rows) {
        my $line = shift @lines;
        ref() ? like($line, $_, $line) : is($line, $_, $_);
    }
}


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
    [ [ 'remove', $id->{short} ], 'track: status free+paid>deleted' ],
    [ [ 'remove', '--erase', $id->{band_track} ], 'track: gone',
      'release_item: gone', 'playlist_item: gone' ],
    [ [ 'remove', '--erase', $id->{coming} ], 'track: gone',
      'release_item: gone', 'release: gone' ],
    [ [ 'remove', $id->{band} ], 'track: status paid>deleted',
      qr/^release: deleted_at ->20/ ],
    [ [ 'remove', '--erase', $id->{band} ], 'track: gone',
      'release_item: gone', 'playlist_item: gone', 'release: gone',
      'creator: gone' ],
    [ [ 'remove', '--yes', $id->{draft} ], 'playlist: gone',
      'playlist_item: gone', 'playlist_item: gone' ],
    [ [ 'publish', $id->{deleted} ], 'track: status deleted>paid' ],
    [ [ 'label', 'new', 'House' ], 'creator: new' ],
    [ [ 'label', 'set', 'Sunrise Records', 'artist:Assertions' ],
      "creator: label_id ->$id->{label}" ],
    [ [ 'label', 'none', 'First Light' ],
      "creator: label_id $id->{label}>-" ],
    [ [ qw(playlist new), 'Best of', '--owner', 'listener' ],
      'playlist: new' ],
    [ [ qw(playlist add For), 'track:Evening', '--at', 1 ],
      'playlist_item: new', map { "playlist_item: index $_" }
      qw(1>2 2>3 3>4 4>5) ],
    [ [ qw(playlist drop), $id->{playlist}, 'Noon' ], 'playlist_item: gone',
      'playlist_item: index 3>2', 'playlist_item: index 4>3' ],
    [ [ qw(playlist order), $id->{draft}, $id->{hidden}, $id->{short} ],
      'playlist_item: index 2>1', 'playlist_item: index 1>2' ],
);

for (@cases) {
    my ($words, @rows) = @$_;
    my $before = $manage->tables;
    my $count = changes();
    my $dry = $manage->json('--dry-run', @$words);

    is_rows($dry, \@rows, "@$words: what would change");
    ok($dry->{dry_run} && !defined $dry->{change}, 'is said of a dry run');
    is_deeply($manage->tables, $before, 'which changes nothing');
    is(changes(), $count, 'and is in no journal');

    my $done = $manage->json(@$words);
    my $after = $manage->tables;

    is_rows($done, \@rows, 'the same is changed');

    my $entry = $manage->json('journal', $done->{change});

    is($entry->{who}, 'Ada Lovelace', 'the journal says by whom');
    is($entry->{role}, 'resonate_manage', 'as which role');
    like($entry->{command}, qr/^$words->[0] /, 'by what');
    is_deeply($entry->{rows}, $done->{rows}, 'and which rows');

    is_deeply($manage->json(@$words)->{rows}, [], 'a second time, none')
        if $words->[0] =~ /edit|hide|publish/;

    my $undo = $manage->json('undo')->{change};

    is_deeply($manage->tables, $before, 'undone');
    $manage->json('undo', $undo);
    is_deeply($manage->tables, $after, 'an undo is undone');
    $manage->json('undo');
    is_deeply($manage->tables, $before, 'and that again');
}

done_testing();
