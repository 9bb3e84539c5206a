#!/usr/bin/perl

# Removing what listeners own or have heard: books and holdings stay, nobody
# hears it, it is never deleted, and an undo gives it back to its owners.

use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $manage = Resonate::Manage->new(pg => $pg);
my @books = qw(transfer posting play holding account);

$dbh->do('SELECT resonate.price_rule_next(play_mark_ms => 0)');
$dbh->do('SELECT v3.play(?, NULL, ?)', {}, $id->{paid}, $id->{listener})
    for 1 .. 9;
$dbh->do('SELECT v3.play(?, NULL, ?)', {}, $id->{short}, $id->{listener});

sub books { my $all = $manage->tables; return { map { $_ => $all->{$_} }
                                                @books } }

sub status { return scalar $dbh->selectrow_array(
    "SELECT (v3.$_[0](caller => ?" . ($_[1] ? ', id => ?' : '') . ')).status',
    {}, $id->{listener}, $_[1] ? $id->{$_[1]} : ()) }

sub owned { return $dbh->selectrow_array(
    'SELECT (v3.collection(caller => ?)).body', {}, $id->{listener})
    =~ /"count":(\d+)/ ? $1 : die }

my $before = $manage->tables;
my $books = books();

is(owned(), 1, 'a listener owns a track');
like($manage->refused(6, 'remove', $id->{$_}), qr/^1 listener owns/,
     "$_: asks first") for qw(paid release artist);
is_deeply($manage->changed('remove', $id->{short}),
          [ 'track: status free+paid>deleted' ],
          'what was only heard needs no question');
$manage->json('undo');

for my $erase ([], [ '--erase' ]) {
    my $done = $manage->json('remove', '--yes', @$erase, $id->{paid});

    like("@{ $done->{notes} }", qr/1 listener owns something/, 'it is said');
    is(status(stream => 'paid'), 404, 'removed: the owner does not hear it');
    is(owned(), 0, 'nor sees it');
    is_deeply(books(), $books, 'but the books are as they were');
    $manage->json('undo');
    is_deeply($manage->tables, $before, "undone: @$erase");
    is(status(stream => 'paid'), 200, 'and heard again');
}

# all of an artist: what was never heard is deleted, the rest is kept

my $notes = $manage->json(qw(remove --yes --erase), $id->{artist})->{notes};

like("@$notes", qr/what was ever heard or paid is kept, removed/, 'it says so');
is_deeply($dbh->selectcol_arrayref('SELECT title || \' \' || status
    FROM resonate.track WHERE creator_id = ? ORDER BY title', {},
    $id->{artist}), [ 'Evening deleted', 'Morning deleted' ],
    'what was heard is kept');
is_deeply($dbh->selectcol_arrayref('SELECT title FROM resonate.release
    WHERE creator_id = ?', {}, $id->{artist}), [ 'First Light' ],
    'with the release it is in');
is_deeply(books(), $books, 'the books are as they were');
is_deeply($dbh->selectall_arrayref('SELECT * FROM resonate.ledger_check()'),
          [], 'and right');
$manage->json('undo');
is_deeply($manage->tables, $before, 'undone');

# an exact name is meant before names that have it in them

$dbh->do("INSERT INTO resonate.release (creator_id, title) VALUES (?, 'Wind')",
         {}, $id->{band});
is($manage->json('show', 'release:WIND')->{release}{title}, 'Wind',
   'the exact name');
is($manage->json('show', 'release:second')->{release}{title}, 'Second Wind',
   'a word of it');


# who plays pays nothing for the journal

is_deeply($dbh->selectcol_arrayref("SELECT tgrelid::regclass FROM pg_trigger
    WHERE tgname = 'journal' AND tgrelid::regclass::text ~ ?", {},
    'resonate[.](' . join('|', @books) . ')$'), [],
    'no table of plays and money is journaled');


# the database fails

for (
    [ 'host=/nowhere password=secret',
      qr/^resonate-cat\S+ database: [^?]*No such file or directory$/, 1 ],
    [ 'password=secret=x=y host', qr/^resonate-cat\S+ database: /, 1 ],
    [ $pg->conninfo(user => 'resonate_edge'),
      qr/^resonate-cat\S+ database: permission denied for function \w+$/, 1 ],
) {
    my ($db, $like, $want) = @$_;
    my ($status, $out, $err) = $manage->run('--db', $db, qw(list tracks));

    is($status, $want, 'the database fails');
    like($err, $like, 'which is said');
    unlike($err . $out, qr/secret|DBD| line \d/, 'and nothing else');
}

done_testing();
