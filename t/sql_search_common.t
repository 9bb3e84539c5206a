#!/usr/bin/perl

# Search for what thousands of titles have: the same answer as if all of them
# were sorted, without reading them all.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;

# Of 12,000 tracks and 2,400 releases, "the" and "moon" are in half of the
# titles, "river" in a fifth, "owl" in one of each; "wolf" is not in titles,
# but made three quarters of them.  Every seventh comes out in a hundred years.

$pg->psql(<<'END');
INSERT INTO resonate.search_doc (kind, id, title, words, released_on)
SELECT k.kind, gen_random_uuid(), t.title,
       t.title || CASE WHEN n % 4 > 0 THEN ' wolf' ELSE ' lamb' END,
       CASE WHEN n % 7 = 0 THEN '2126-01-01' ELSE '2020-01-01' END::date
FROM (VALUES ('track', 12000), ('trackgroup', 2400), ('artist', 600),
             ('label', 20)) k (kind, most)
CROSS JOIN generate_series(1, k.most) n
CROSS JOIN LATERAL (
    SELECT concat_ws(' ', CASE WHEN n % 2 = 0 THEN 'the' END,
                     'w' || n * 7919 % 997,
                     CASE n % 3 WHEN 0 THEN 'moonlight' WHEN 1 THEN 'moon' END,
                     CASE WHEN n % 5 = 0 THEN 'river' END,
                     CASE WHEN n = 1003 THEN 'owl' END) AS title) t;
INSERT INTO resonate.search_doc (kind, id, title, words, released_on)
SELECT 'track', gen_random_uuid(), t, t, '2020-01-01'
FROM unnest('{moon,moon,the moon,moonlight sonata of old,xenon}'::text[]) t;
END
$dbh->do('VACUUM ANALYZE resonate.search_doc');

# the titles of a kind, as all of them sorted begin

sub sorted {
    my ($word, $kind, $limit) = @_;

    return $dbh->selectcol_arrayref(q{
        SELECT id FROM resonate.search_doc
        WHERE kind = $2 AND document @@ ($1 || ':*')::tsquery
              AND released_on <= current_date
        ORDER BY title = $1 DESC, starts_with(title, $1) DESC,
                 strpos(' ' || title, ' ' || $1) > 0 DESC,
                 length(title), title COLLATE "C", id LIMIT $3}, {},
        $word, $kind, $limit);
}

sub hits {
    my ($words, $limit) = @_;
    my ($hits) = $dbh->selectrow_array(
        'SELECT resonate.search_hits(?, false, ?)', {}, $words, $limit);

    $hits = $hits ? JSON::PP->new->decode($hits) : {};

    for my $kind (keys %$hits) {
        my %seen;
        fail("$words: twice") if grep { $seen{$_}++ } @{$hits->{$kind}};
    }

    return $hits;
}

sub titles {
    my ($kind, @search) = @_;

    return join ', ', map { $dbh->selectrow_array(
        'SELECT title FROM resonate.search_doc WHERE id = ?', {}, $_)
    } @{hits(@search)->{$kind}};
}

for my $word (qw(m mo moon moonl t the r river w w1 x o owl)) {
    for my $limit (3, 100) {
        my $hits = hits($word, $limit);
        is_deeply([ map { $hits->{$_} || [] } qw(track trackgroup artist) ],
                  [ map { sorted($word, $_, $limit) }
                    qw(track trackgroup artist) ],
                  "'$word', $limit of each kind");
    }
}

is(scalar @{hits('the moon', 900)->{trackgroup}}, 686,
   'all of them, each once');
like(titles('track', 'the moon', 2), qr/^the moon, the w\d+ moon$/,
     'common words: the very title, then those with all of them');
is(scalar @{hits('wolf', 20)->{trackgroup}}, 20, 'in no title');
is(scalar @{hits('lamb river', 20)->{track}}, 20, 'not all in the title');
is(titles('track', 'owl moon the', 5), titles('track', 'moon the owl', 5),
   'a rare word among common ones');
is_deeply(hits('moonlight xenon', 20), {}, 'never in one row');


# what a search reads: rows of the table, and not more because more fit

for my $words ('m', 'moon', 'the moon', 'w', 'wolf', 'wolf moon',
               join(' ', 'a' .. 'w')) {
    my $fresh = $pg->connect;
    $fresh->begin_work;
    $fresh->do('SELECT resonate.search_hits(?, false, 20)', {}, $words);
    my ($read) = $fresh->selectrow_array(q{
        SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
        FROM pg_stat_xact_user_tables
        WHERE relid = 'resonate.search_doc'::regclass});
    cmp_ok($read, '<', 2500, "'$words' reads few rows");
    $fresh->rollback;
}

done_testing();
