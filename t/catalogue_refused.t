#!/usr/bin/perl

# bin/resonate-catalogue: what is refused, with which exit status, and that
# nothing is changed then.

use utf8;
use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $manage = Resonate::Manage->new(pg => $pg);
my $esc = "\e]0;x\a";

# the ninth play makes it the listener's

$dbh->do('SELECT resonate.price_rule_next(play_mark_ms => 0)');
$dbh->do('SELECT v3.play(?, NULL, ?)', {}, $id->{paid}, $id->{listener})
    for 1 .. 9;
$dbh->do("INSERT INTO resonate.release (creator_id, title)
          VALUES (?, 'First Light'), (?, 'First Steps')", {},
         ($id->{band}) x 2);

my $before = $manage->tables;

for (
    # exit status, message, words
    [ 2, qr/no command/ ],
    [ 2, qr/no command "delete"/, 'delete' ],
    [ 2, qr/unknown option: frob/, 'list', 'tracks', '--frob' ],
    [ 2, qr/list what\?/, 'list', 'songs' ],
    [ 2, qr/--limit 0: 1 to 10000/, 'list', 'tracks', '--limit', 0 ],
    [ 2, qr/a label cannot be meant here/, 'price', 'free', 'label:x' ],
    [ 2, qr/price free, paid or/, 'price', 'cheap', 'Morning' ],
    [ 2, qr/not FIELD=VALUE/, 'edit', 'Morning', 'title' ],
    [ 2, qr/not UTF-8/, 'show', "\xff\xfe" ],
    [ 2, qr/--as/, '--as', ' ', 'hide', 'Morning' ],
    [ 2, qr/--as/, '--as', 'x' x 201, 'hide', 'Morning' ],

    [ 3, qr/no such thing: "Nothing"/, 'show', 'Nothing' ],
    [ 3, qr/no such thing/, 'show', '' ],
    [ 3, qr/no such thing/, 'show', '%' ],
    [ 3, qr/no such thing/, 'show', "' OR true --" ],
    [ 3, qr/no such thing/, 'hide', 'track:First Light' ],
    [ 3, qr/no such thing/, 'hide', '00000000-0000-0000-0000-000000000000' ],
    [ 3, qr/may be any of these/, 'hide', 'First Light' ],
    [ 3, qr/may be any of these/, 'hide', 'release:first' ],
    [ 3, qr/may be any of these/, 'hide', '0000000c' ],
    [ 3, qr/no such thing/, 'hide', 'Morning', 'Nothing' ],
    [ 3, qr/there is no change 99999/, 'undo', 99999 ],
    [ 3, qr/there is no change 99999/, 'journal', 99999 ],
    [ 3, qr/there is nothing to undo/, 'undo' ],
    [ 3, qr/no such person "nobody"/, qw(playlist new X --owner nobody) ],

    (map { [ 4, $_->[1], 'edit', $_->[2] // 'Morning', $_->[0] ] }
        [ 'price=1', qr/track has no field "price": title, / ],
        [ 'status=free', qr/no field "status"/ ],
        [ 'media_sha256=x', qr/no field/ ],
        [ 'creator_id=x', qr/no field/ ],
        [ 'title=', qr/title cannot be "": 1 to 500/ ],
        [ 'title=' . 'x' x 501, qr/title cannot be "x+": 1 to 500/ ],
        [ "title=$esc", qr/title cannot be/ ],
        [ "title=a\x{9b}\x{2603}", qr/title cannot be/ ],
        [ "lyrics=a\e[2J", qr/lyrics cannot be/ ],
        [ 'lyrics=' . 'x' x 100_001, qr/lyrics cannot be/ ],
        [ 'year=0', qr/year cannot be "0": 1 to 9999/ ],
        [ 'year=99999', qr/year cannot be/ ],
        [ 'year=soon', qr/year cannot be/ ],
        [ 'isrc=abc', qr/isrc cannot be "abc": as GB/ ],
        [ 'musicbrainz_id=1', qr/musicbrainz_id cannot be "1": a uuid/ ],
        [ 'type=album', qr/type cannot be "album": lp, ep,/, 'Drafts' ],
        [ 'release_date=2027-02-30', qr/release_date cannot/, 'Drafts' ],
        [ 'release_date=tomorrow', qr/release_date cannot/, 'Drafts' ],
        [ 'release_date=infinity', qr/release_date cannot/, 'Drafts' ],
        [ 'featured=maybe', qr/featured cannot .*: yes or no/, 'Drafts' ],
        [ 'barcode=12', qr/barcode cannot/, 'Drafts' ],
        [ 'about=' . 'x' x 20_001, qr/about cannot/, 'Drafts' ],
        [ 'links={}', qr/links cannot/, $id->{band} ],
        [ 'links=[{"uri":"javascript:alert(1)"}]', qr/links cannot/,
          $id->{band} ],
        [ 'links=[{"uri":1}]', qr/links cannot/, $id->{band} ],
        [ 'links=x', qr/links cannot/, $id->{band} ],
        [ 'type_id=9', qr/type_id cannot/, $id->{band} ]),
    [ 4, qr/title was not edited/, qw(edit Morning --reset title) ],
    [ 4, qr/this track is removed/, 'hide', $id->{deleted} ],
    [ 4, qr/hide these/, 'hide', $id->{artist} ],
    [ 4, qr/a label is not on itself/, qw(label set Sunrise),
      $id->{label} ],
    [ 4, qr/a label has a name/, qw(label new), ' ' ],
    [ 4, qr/1 to 500 characters/, qw(playlist new --owner listener),
      'x' x 501 ],

    [ 5, qr/there is a "the assertions" already/,
      qw(label new), 'the assertions' ],
    [ 5, qr/this track was changed at 20/, qw(edit Morning year=1999),
      '--unchanged-since', '2020-01-01' ],
    [ 6, qr/1 listener owns something.*--yes/, 'remove', $id->{paid} ],
    [ 6, qr/1 listener owns something/, 'remove', '--erase', $id->{artist} ],
    [ 6, qr/a playlist of /, 'remove', $id->{playlist} ],
) {
    my ($status, $message, @words) = @$_;

    # of two things, the first is not changed either
    like($manage->refused($status, @words), $message, 'with the reason');
}

is_deeply($manage->tables, $before, 'nothing was changed by any of these');
is($dbh->selectrow_array('SELECT count(*) FROM resonate.change'), 0,
   'and the journal has none of them');


# people are shown no control characters either, and candidates

$dbh->do('UPDATE resonate.track SET title = ? WHERE id = ?', {},
         "Mor${esc}ning\x{202e}gnp", $id->{paid});

for my $words ([ qw(list tracks) ], [ 'show', $id->{paid} ],
               [ 'hide', '0000000c' ], [ 'show', $esc ],
               [ '--dry-run', 'hide', $id->{paid} ])
{
    my ($status, $out, $err) = $manage->run(@$words);

    unlike($out . $err, qr/[\x00-\x09\x0b-\x1f\x7f-\x9f\x{202e}]/,
           "nothing but text: $words->[0], exit status $status");
}

like(($manage->run('hide', 'release:first'))[2],
     qr/^0000000b\S+ +release +First Light +Zo.*2020$/m,
     'whoever is ambiguous is given the candidates');

done_testing();
