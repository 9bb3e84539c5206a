#!/usr/bin/perl

# bin/resonate-catalogue export: all that the tables have, of one moment, and
# in a form that is read back as it was.

use utf8;
use lib 't/lib';
use Resonate::Test;
use Resonate::Manage;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $manage = Resonate::Manage->new(pg => $pg);
my $json = JSON::PP->new->canonical;
my $odd = qq(A "quoted", line\nof \x{1f3b5} ünïcode; =1+1);

$dbh->do("UPDATE resonate.track SET lyrics = ?, tags = '{a,\"b c\"}'
          WHERE id = ?", {}, $odd, $id->{paid});
$dbh->do("INSERT INTO resonate.release_disc VALUES (?, 1, 'Day')", {},
         $id->{release});
$dbh->do("INSERT INTO resonate.track_artist VALUES (?, 1, ?), (?, 2, ?)", {},
         $id->{paid}, $id->{artist}, $id->{paid}, $id->{band});
$dbh->do("INSERT INTO resonate.creator (display_name)
          SELECT 'Artist ' || n FROM generate_series(1, 2345) n");

# what another system would make of it: tables

sub exported {
    my ($status, $out) = $manage->run('export', @_);
    my %rows;

    is($status, 0, 'exported');
    push @{ $rows{$_->{kind}} }, $_ for map { $json->decode($_) }
                                        split /\n/, $out;
    return \%rows;
}

my $rows = exported();
my %names = (artist => 'creator', release => 'release', track => 'track');

is($rows->{catalogue}[0]{format}, 1, 'the first line names the format');

my $count = 0;
$count += @{ $rows->{$_} || [] } for qw(image artist release track playlist);
is($rows->{end}[0]{count}, $count, 'the last one counts');

for my $kind (sort keys %names) {
    my $have = $dbh->selectcol_arrayref(
        "SELECT (to_jsonb(t) - '{ingest_key,sort_name,slug,artist_ids}'::text[])
                ::text FROM resonate.$names{$kind} t ORDER BY t.id");

    delete @$_{qw(kind items discs artists media sources renditions original)}
        for my @copy = map { { %$_ } } @{ $rows->{$kind} };
    is_deeply(\@copy, [ map { $json->decode($_) } @$have ],
              "every $kind, as its row is");
}

my ($track) = grep { $_->{id} eq $id->{paid} } @{ $rows->{track} };
is($track->{lyrics}, $odd, 'with every character');
is_deeply($track->{artists}, [ @$id{qw(artist band)} ], 'its artists');
like($track->{media}{path}, qr{^audio/}, 'and its stored file');

my ($release) = grep { $_->{id} eq $id->{release} } @{ $rows->{release} };
is_deeply([ map { $_->{track_id} } @{ $release->{items} } ],
          [ @$id{qw(paid free short hidden deleted)} ], 'a release its items');
is_deeply($release->{discs}, [ { disc => 1, title => 'Day' } ], 'and discs');

is_deeply([ map { $_->{title} } @{ $rows->{playlist} } ], [ 'For the Road' ],
          'public playlists, no private one');
is_deeply($rows->{playlist}[0]{items},
          [ @$id{qw(paid free hidden band_track)} ], 'in their order');


# CSV

sub parsed {
    my ($text) = @_;
    my @lines = [];

    while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g) {
        my ($quoted, $plain, $end) = ($1, $2, $3);

        push @{ $lines[-1] }, $plain // $quoted =~ s/""/"/gr;
        push @lines, [] if $end ne ',';
    }

    pop @lines;
    return @lines;
}

my ($status, $out) = $manage->run(qw(export tracks --format csv));
my ($heads, @lines) = parsed($out);

is($status, 0, 'exported as CSV');
is($heads->[0], 'id', 'the id first');
is(scalar @lines, scalar @{ $rows->{track} }, 'a line for each');

for my $line (@lines) {
    my %cell;
    @cell{@$heads} = @$line;
    my ($same) = grep { $_->{id} eq $cell{id} } @{ $rows->{track} };

    is_deeply([ @cell{qw(title lyrics year)} ],
              [ map { $_ // '' } @$same{qw(title lyrics year)} ],
              "the same track: $cell{title}");
    is_deeply($json->decode($cell{tags}), $same->{tags}, 'lists are JSON');
}

is(scalar(my @artists = parsed(($manage->run(qw(export artists --format),
                                             'csv'))[1])),
   1 + @{ $rows->{artist} }, 'more than a page of them');

like($manage->refused(2, qw(export --format csv)), qr/one kind/, 'by kind');
like($manage->refused(2, qw(export songs)), qr/export all, or one of/,
     'of those that are there');
like($manage->refused(2, qw(export tracks --format xml)), qr/json or csv/,
     'in two formats');

SKIP: {
    skip 'no /dev/full', 2 if !-c '/dev/full';
    my $said = `$Resonate::Test::ROOT/bin/resonate-catalogue --db '@{[
                $pg->conninfo(user => 'resonate_manage') ]}' export \\
                2>&1 > /dev/full`;
    is($? >> 8, 1, 'a full disk is a failure');
    like($said, qr/^resonate-catalogue: cannot write: No space/, 'it says so');
}

done_testing();
