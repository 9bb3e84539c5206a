#!/usr/bin/perl

# The journal and undo: refused when somebody changed the same since, which
# change is undone when none is named, two at once, and who may write to it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

use DBD::Pg qw(:async);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $manage = Resonate::Manage->new(pg => $pg);

sub change { return $manage->json(@_)->{change} }
sub title { return scalar $dbh->selectrow_array(
    'SELECT title FROM resonate.track WHERE id = ?', {}, $id->{paid}) }


# a second change of the same field

my $first = change('edit', $id->{paid}, 'title=Two');
$manage->{who} = 'Grace';
my $second = change('edit', $id->{paid}, 'title=Three');

like($manage->refused(5, 'undo', $first),
     qr/track "Two" was changed since, by Grace in change $second; nothing/,
     'what was changed since is not put back');
is(title(), 'Three', 'and stays');

# the last one, and the one before it

change('undo');
is(title(), 'Two', 'the last change is undone first');
like($manage->refused(5, 'undo', $second), qr/was undone by change \d+, which/,
     'once');
my $undo = change('undo');
is(title(), 'Morning', 'then the one before it');
like($manage->refused(3, 'undo'), qr/nothing to undo/, 'then none is left');

# forth again

change('undo', $undo);
is(title(), 'Two', 'an undo is undone');
is_deeply([ map { $_->{kind} } @{ $manage->json('journal')->{changes} } ],
          [ qw(redo undo undo change change) ], 'and the journal has all');
change('undo');
is(title(), 'Morning', 'which can be undone');

# by others, without a journal: ingestion, the edge

my $edit = change('edit', $id->{paid}, 'title=Four', 'year=1999');
$dbh->do('UPDATE resonate.track SET composer = \'C\' WHERE id = ?', {},
         $id->{paid});
change('undo', $edit);
is(title(), 'Morning', 'another column does not hinder');
is($dbh->selectrow_array('SELECT composer FROM resonate.track WHERE id = ?',
                         {}, $id->{paid}), 'C', 'and stays as it is now');

$edit = change('edit', $id->{paid}, 'title=Five');
$dbh->do('UPDATE resonate.track SET title = \'Six\' WHERE id = ?', {},
         $id->{paid});
like($manage->refused(5, 'undo', $edit), qr/"Five" was changed since; nothing/,
     'the same column does');

my $new = change(qw(label new House));
$dbh->do('UPDATE resonate.creator SET label_id = (SELECT id
          FROM resonate.creator WHERE display_name = \'House\') WHERE id = ?',
         {}, $id->{band});
like($manage->refused(5, 'undo', $new), qr/cannot be put back/,
     'what others refer to is not taken away');

my $gone = change('remove', '--erase', $id->{future});
$dbh->do('DELETE FROM resonate.release WHERE id = ?', {}, $id->{coming});
like($manage->refused(5, 'undo', $gone), qr/release "" cannot be put back/,
     'nor is put where nothing is any more');

# a removed release comes back with the tracks that went with it

change('remove', $id->{free});
my $before = $manage->tables;
change('remove', $id->{release});
is_deeply($dbh->selectcol_arrayref('SELECT DISTINCT t.status
    FROM resonate.track t JOIN resonate.release_item i ON i.track_id = t.id
    WHERE i.release_id = ?', {}, $id->{release}), [ 'deleted' ],
    'a release is removed with its tracks');
change('publish', $id->{release});
delete @$_{qw(release search_doc listed)}
    for $before, my $after = $manage->tables;
for my $track (map { $_->{track} } $before, $after) {
    s/"edited": \[[^]]*\]// for @$track;
}
is_deeply($after, $before, 'and published with these alone');


# two at once

$dbh->do("SET application_name = 'first'");
$dbh->begin_work;
$dbh->do("SELECT resonate.manage_begin('first', 'by hand')");
$dbh->selectrow_array('SELECT resonate.manage_edit(?, ?, ?, ?)', {}, 'track',
                      $id->{short}, 'title', 'First');

my $pid = fork // die "fork: $!";

if ($pid == 0) {
    my ($status) = $manage->run('edit', $id->{short}, 'year=1999');
    require POSIX;
    POSIX::_exit($status);
}

wait_for { $dbh->selectrow_array('SELECT count(*) FROM pg_locks
    WHERE locktype = \'advisory\' AND NOT granted') } 20, 'the second to wait';
$dbh->commit;
waitpid $pid, 0;
is($?, 0, 'the second goes on when the first is done');
is_deeply($dbh->selectrow_arrayref('SELECT title, year, edited::text
    FROM resonate.track WHERE id = ?', {}, $id->{short}),
    [ 'First', 1999, '{status,title,year}' ], 'and loses nothing of it');


# who writes to the journal

for (
    [ 'UPDATE resonate.change SET who = \'x\'', 'changed' ],
    [ 'DELETE FROM resonate.change_row', 'shortened' ],
    [ 'TRUNCATE resonate.change, resonate.change_row', 'emptied' ],
) {
    ok(!eval { $dbh->do($_->[0]); 1 } && $dbh->state eq '42501',
       "it is not $_->[1], by a superuser either");
}

my $edge = $pg->dbh(user => 'resonate_edge');

$edge->do("SET resonate.change = '$first'");
ok(!eval { $edge->do('SELECT v3.playlist_update(?, \'Forged\', caller => ?)',
                     {}, $id->{playlist}, $id->{listener}); 1 },
   'an entry belongs to its transaction');
is($edge->state, 'RM400', 'others cannot add to it');

# nothing is changed without an entry

my $role = $pg->dbh(user => 'resonate_manage');
my $same = $manage->tables;

for (
    [ manage_edit => 'track', $id->{paid}, 'title', 'x' ],
    [ manage_reset => 'track', $id->{paid}, 'title' ],
    [ manage_hide => 'track', $id->{paid} ],
    [ manage_publish => 'track', $id->{hidden} ],
    [ manage_price => 'track', $id->{paid}, 'free' ],
    [ manage_remove => 'track', $id->{paid} ],
    [ manage_label_new => 'x' ],
    [ manage_label => $id->{label}, 'artist', $id->{band} ],
    [ manage_playlist_new => 'listener', 'x' ],
    [ manage_playlist_items => $id->{playlist}, 'drop', [ $id->{paid} ] ],
) {
    my ($function, @values) = @$_;
    my $marks = join ', ', ('?') x @values;

    ok(!eval { $role->do("SELECT resonate.$function($marks)", {}, @values); 1 }
       && $role->state eq 'RM400', "$function() needs a change");
}

is_deeply($manage->tables, $same, 'and changed nothing');

done_testing();
