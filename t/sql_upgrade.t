#!/usr/bin/perl

# A database on the first schema that ever was comes to today's: the same
# catalogue as a new one, and every row.

use lib 't/lib';
use Resonate::Test;
use Resonate::Schema;

my $pg = Resonate::Pg->new;
my $dbh = first_schema($pg, 'first');
my $json = JSON::PP->new->canonical;

# what a migration is there to change; tested below
my %changed = (transfer => [ 'created_at' ], person => [ 'display_name' ]);

sub all { return $dbh->selectall_arrayref(@_) }

sub rows {
    my ($rows, $like) = @_;
    my %table;

    for my $name (sort keys %$like) {
        my %column = map { $_ => 1 } keys %{ $like->{$name}[0] };

        delete @column{@{ $changed{$name} || [] }};
        $table{$name} = [ sort map { my $row = $_;
            $json->encode({ map { $_ => $row->{$_} } keys %column });
        } @{ $rows->{$name} } ];
    }

    return \%table;
}

my $before = rows_of($dbh);
my $moments = all('SELECT t.id, coalesce(y.played_at, t.created_at)
                   FROM resonate.transfer t
                   LEFT JOIN resonate.play y ON y.transfer_id = t.id
                   ORDER BY 1');
my $names = all('SELECT id, display_name FROM resonate.person
                 WHERE display_name IS NOT NULL ORDER BY 1');
my $mode = q{SELECT p.id, t.id, (v3.stream(t.id, p.id)).body::jsonb
             - '{track,durationMs}'::text[]
             FROM resonate.person p, resonate.track t
             WHERE NOT EXISTS (SELECT FROM resonate.play y
                               WHERE y.person_id = p.id AND y.track_id = t.id
                                 AND y.played_at > now() - interval '2 hours')
             ORDER BY 1, 2};
my $streams = all($mode);

is_deeply([ grep { !@{ $before->{$_} } } sort keys %$before ], [],
          'every table of the first schema has rows');


# upgraded

is($pg->apply(dbname => 'first'), '', 'upgraded, in silence');
$dbh->disconnect;
$dbh = $pg->dbh(dbname => 'first');

my $after = rows_of($dbh);

for my $table (sort keys %$before) {
    my ($was, $is) = map { rows($_, { $table => $before->{$table} }) }
                         $before, $after;
    is_deeply($is, $was, "no row of $table is lost or changed");
}

is_deeply(all('SELECT id, created_at FROM resonate.transfer ORDER BY 1'),
          $moments, 'the transfer of a play has its moment');
is_deeply(all('SELECT id, display_name FROM resonate.person
               WHERE id = ANY (?) ORDER BY 1', {}, [ map { $_->[0] } @$names ]),
          $names, 'who had a name keeps it');
is_deeply(all($mode), $streams, 'everybody hears what they heard before');
is_deeply(all('SELECT * FROM resonate.ledger_check()'), [],
          'the books are right');
is_deeply(all('SELECT count(*) FROM resonate.play_default'), [ [ 0 ] ],
          'each play is in its month');


# as new, but for the months of old plays

my $old = qr/_20(?:\d\d)_\d\d/;
my $month = $dbh->selectrow_array(q{SELECT to_char(now() AT TIME ZONE 'UTC',
                                                   '_YYYY_MM')});
my $new = catalogue_of($pg->dbh(dbname => 'resonate'));
my $upgraded = catalogue_of($dbh);
my %old = map { $_ => 1 } grep { $_ lt $month }
          map { /($old)/g } @$upgraded;

is_deeply([ grep { !/($old)/ || !$old{$1} } @$upgraded ], $new,
          'the catalogue is that of a new database');
cmp_ok(scalar(keys %old), '>', 6, 'besides months of old plays');

my ($one) = sort keys %old;
is_deeply([ map { s/$one//gr } grep { /play$one/ && !/^relation/ } @$upgraded ],
          [ map { s/$month//gr } grep { /play$month/ && !/^relation/ } @$new ],
          'which are like those of new ones');


# it lives on

my ($listener, $track) = $dbh->selectrow_array(q{
    SELECT w.person_id, t.id FROM resonate.wallet w, resonate.track t
    WHERE w.balance_mc > 1000 AND t.status = 'paid'
      AND NOT EXISTS (SELECT FROM resonate.holding h
                      WHERE (h.person_id, h.track_id) = (w.person_id, t.id))
    LIMIT 1});
my $edge = $pg->dbh(dbname => 'first', user => 'resonate_edge');

like($edge->selectrow_array('SELECT body FROM v3.play(track_id => ?,
                                                      caller => ?)', {},
                            $track, $listener), qr/"cost":2,/, 'and plays');
is_deeply(all('SELECT max(id) FROM resonate.play'),
          [ [ 1 + @{ $before->{play} } ] ], 'with the next number');
is($pg->apply(dbname => 'first'), '', 'again, in silence');
is_deeply(catalogue_of($dbh), $upgraded, 'which changes nothing');

done_testing();
