#!/usr/bin/perl

# What triggers derive is right whoever else writes to the catalogue at the
# same time.

use lib 't/lib';
use Resonate::Test;

use DBD::Pg qw(:async);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;

my ($one, $two) = map { $pg->connect } 1, 2;

# the first statement is not committed when the second begins, which waits

sub together {
    my ($first, $second) = @_;

    $one->begin_work;
    $one->do($first);
    $two->do($second, { pg_async => PG_ASYNC });
    wait_for {
        $two->pg_ready || $dbh->selectrow_array(
            'SELECT count(*) FROM pg_locks WHERE pid = ? AND NOT granted', {},
            $two->{pg_pid});
    } 10, 'the second statement to wait';
    $one->commit;
    $two->pg_result;
}

sub released_on {
    my ($table, $key) = @_;
    return scalar $dbh->selectrow_array(
        "SELECT released_on FROM resonate.$table WHERE id = ?", {},
        $id->{$key});
}

sub publish {
    my ($key, $date) = @_;
    return "UPDATE resonate.release
            SET private = false, release_date = '$date'
            WHERE id = '$id->{$key}'";
}

# two releases of an artist

$dbh->do("UPDATE resonate.release SET private = true WHERE creator_id = ?", {},
         $id->{artist});
is released_on(creator => 'artist'), undef, 'nothing is released';

together(publish(release => '2020-02-29'), publish(coming => '2126-01-01'));
is released_on(creator => $_), '2020-02-29', "the earlier of two, $_"
    for qw(artist label);

# of two artists of a label

$dbh->do("UPDATE resonate.release SET private = true");
$dbh->do("UPDATE resonate.creator SET label_id = ? WHERE id = ?", {},
         $id->{label}, $id->{band});
together(publish(release => '2020-02-29'),
         publish(band_release => '2126-01-01'));
is released_on(creator => 'label'), '2020-02-29', 'the earlier of two artists';

# of a track

$dbh->do("UPDATE resonate.release SET private = true");
$dbh->do("INSERT INTO resonate.release_item (release_id, track_id, index)
          VALUES (?, ?, 9)", {}, $id->{band_release}, $id->{paid});
together(publish(release => '2020-02-29'),
         publish(band_release => '2126-01-01'));
is released_on(track => 'paid'), '2020-02-29', 'the earlier of two releases';


# of an item and its release

$dbh->do("UPDATE resonate.release SET private = true");
together(publish(private => '2021-01-01'),
         "INSERT INTO resonate.release_item (release_id, track_id, index)
          VALUES ('$id->{private}', '$id->{free}', 9)");
is released_on(track => 'free'), '2021-01-01', 'an item of what is published';

# what is written as it was derives nothing

$one->begin_work;
$one->do('UPDATE resonate.release SET release_date = release_date,
              title = title WHERE id = ?', {}, $id->{private});
is $dbh->selectrow_array('SELECT count(*) FROM (
       SELECT FROM resonate.track FOR UPDATE SKIP LOCKED) t'),
   $dbh->selectrow_array('SELECT count(*) FROM resonate.track'),
   'a release that did not change locks no track';
$one->rollback;

done_testing();
