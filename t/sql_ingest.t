#!/usr/bin/perl

# Taking music in costs the same in a large catalogue: nothing is read from
# end to end, by a session that began on an empty one either.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $n = 0;

sub value { return scalar $dbh->selectrow_array(@_) }

# everything that is read from end to end by what runs within

sub scanned {
    my ($run) = @_;

    $dbh->begin_work;
    my $before = scans();
    $run->();
    my $after = scans();
    $dbh->commit;
    return [ grep { $after->{$_} > ($before->{$_} || 0) } sort keys %$after ];
}

sub scans {
    return { map { @$_ } @{ $dbh->selectall_arrayref(q{
        SELECT relname, seq_scan FROM pg_stat_xact_user_tables
        WHERE schemaname = 'resonate' AND relname <> 'creator_type'}) } };
}

sub artist { return value('SELECT resonate.ingest_artist(?)', {}, $_[0]) }

sub release {
    return value('SELECT resonate.ingest_release(?, ?, ?)', {}, @_);
}

sub track {
    my ($release, $artist, $title) = @_;
    my $sha = sprintf '%064x', ++$n;

    return value('SELECT resonate.ingest_track(?, ?, ?, ?, 1, 2020, 1000, ?,
                                               ?, 100, ?)', {},
                 $release, $artist, $title, $n, $sha,
                 'audio/' . substr($sha, 0, 2) . "/$sha.m4a", $sha);
}

sub all_of {
    my ($name) = @_;
    my $artist = artist("Artist $name");
    my $release = release($artist, "Album $name", 2020);

    release($artist, "Album $name", 2019);
    track($release, $artist, "$_ $name") for 1 .. 3;
    return ($artist, $release);
}

my ($first, $album) = all_of('first');

$dbh->do(q{
    INSERT INTO resonate.creator (id, display_name)
    SELECT md5('a' || n)::uuid, 'Artist ' || n FROM generate_series(1, 300) n;
    INSERT INTO resonate.release (id, creator_id, title)
    SELECT md5('r' || n)::uuid, md5('a' || 1 + n % 300)::uuid, 'Album ' || n
    FROM generate_series(1, 600) n;
    INSERT INTO resonate.track (id, creator_id, title)
    SELECT md5('t' || n)::uuid, md5('a' || 1 + n % 300)::uuid, 'Track ' || n
    FROM generate_series(1, 1000) n;
    INSERT INTO resonate.release_item (release_id, track_id, index)
    SELECT md5('r' || 1 + n % 600)::uuid, md5('t' || n)::uuid, n
    FROM generate_series(1, 1000) n});

for ([ 'new music', sub { all_of('second') } ],
     [ 'another album', sub { release($first, 'Other', 2021) } ],
     [ 'known music', sub { all_of('first') } ])
{
    my ($what, $run) = @$_;

    is_deeply(scanned($run), [], "$what: nothing is read from end to end");
    $dbh->do('ANALYZE');
    is_deeply(scanned($run), [], 'nor when the sizes are known');
}


# a creator is released with its first release, a label with its artists'

my $label = artist('Label');
$dbh->do('UPDATE resonate.creator SET type_id = 3 WHERE id = ?', {}, $label);
$dbh->do('UPDATE resonate.creator SET label_id = ? WHERE id = ?', {}, $label,
         $first);

sub released {
    return join ' ', map { value('SELECT coalesce(released_on::text, \'-\') ||
        (SELECT count(*) FROM resonate.search_doc d WHERE d.id = c.id)
        FROM resonate.creator c WHERE c.id = ?', {}, $_) } $first, $label;
}

my $of = 'UPDATE resonate.release SET %s WHERE creator_id = ?';

is(released(), '2019-01-011 2019-01-011', 'since the earliest');
$dbh->do(sprintf($of, 'private = true') . " AND title = 'Album first'", {},
         $first);
is(released(), '2021-01-011 2021-01-011', 'the next, when that is hidden');
$dbh->do(sprintf($of, 'enabled = false'), {}, $first);
is(released(), '-0 -0', 'and not at all when all are');
release($label, 'Sampler', 2018);
is(released(), '-0 2018-01-011', 'a label has releases of its own');
$dbh->do(sprintf($of, 'enabled = true, private = false, release_date = ?'),
         {}, '2017-01-01', $first);
is(released(), '2017-01-011 2017-01-011', 'and those of its artists');
$dbh->do('UPDATE resonate.creator SET label_id = NULL WHERE id = ?', {},
         $first);
is(released(), '2017-01-011 2018-01-011', 'as long as it is their label');

done_testing();
