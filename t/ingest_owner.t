#!/usr/bin/perl

# Somebody's library, taken in as its owner means it (t/owner/meant): killed
# on the way, taken in, taken in again, corrected, pruned.

use utf8;
use lib 't/lib';
use Encode qw(encode);
use File::Path qw(remove_tree);
use Resonate::Test;
use Resonate::Ingestion;
use Resonate::Library;
use Resonate::Manage;
use Resonate::Meant;

my $pg = Resonate::Pg->new;
my $in = Resonate::Ingestion->new(pg => $pg);
my $library = Resonate::Library->new($in->music);
my %meant = Resonate::Meant::meant();


sub as_meant {
    my ($what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @faults = Resonate::Meant::faults(
        \%meant, { Resonate::Meant::taken($pg->dbh) });

    ok(!@faults, $what) or diag(@faults);
}


# The first value of a row.

sub value {
    my ($sql, @values) = @_;

    return scalar $pg->dbh->selectrow_array($sql, {}, @values);
}


sub tracks {
    return value("SELECT string_agg(t.id || ' ' || t.updated_at, E'\\n'
                                    ORDER BY t.id) FROM resonate.track t");
}


# What a run says at its end.

sub run {
    my ($status, $output) = $in->run_as_nobody;

    return ($status, $output =~ s/^\[.*\n//gmr);
}


subtest 'killed on the way' => sub {
    my $process = $in->start_as_nobody;

    wait_for { $in->stored >= 10 } 300, 'ten stored files';
    $process->signal('KILL');
    ok($process->ended(20), 'it ends');
};

subtest 'taken in' => sub {
    my ($status, $output) = run();

    is($status, 1, 'not all could be taken');
    like($output, qr/ 6 failed/, 'and it says how many');
    like($output, qr{^failed: \S*/$_->[0]: $_->[1]}m, "$_->[0] is named")
        for [ 'Broken/empty.mp3', '.' ], [ 'Broken/noise.ogg', '.' ],
            [ 'Broken/page.m4a', '.' ], [ 'Broken/half.flac', 'truncated' ],
            [ 'Broken/gone.wav', 'a link to what is not there' ],
            [ 'lost\+found', 'cannot read: Permission denied' ];
    like($output, qr/\bamr\b/, 'and what is not taken');
    as_meant('as its owner means it');
    is(value('SELECT count(*) FROM (SELECT i.disc, i.number, lag(i) OVER w AS b
              FROM resonate.release_item i
              WINDOW w AS (PARTITION BY release_id ORDER BY index)) o
              WHERE (o.disc, o.number) < ((o.b).disc, (o.b).number)'),
       0, 'in order');
};

subtest 'again' => sub {
    my $before = tracks();
    my ($status, $output) = run();

    like($output, qr/^0 added, (?!.*updated)\d+ unchanged/m, 'nothing to do');
    as_meant('as before');
    is(tracks(), $before, 'nothing is written');
};

subtest 'by the API' => sub {
    my $edge = Resonate::Edge->new(pg => $pg, media => $in->media, auth => 1,
                                   routes => 1, http => 'resonate_cache 8m;');
    my $get = sub { json($edge->get("/api/v3$_[0]"))->{data} };
    my $id = sub { value('SELECT id FROM resonate.release WHERE title = ?',
                         $_[0]) };
    my @list = map { encode('UTF-8', "$_->{creator}{displayName}: $_->{title}"
                            . " ($_->{type}, $_->{releaseDate})") }
               @{ $get->('/trackgroups?limit=100') };

    is_deeply([ sort @list ],
              [ sort map { encode('UTF-8', $_) }
                grep { !/, 2127/ } keys %meant ],
              'all releases but the future one');
    is($edge->get('/api/v3/trackgroups/' . $id->('Tomorrow'))->{status}, 404,
       'which is not there yet');
    is_deeply([ map { $_->{track}{title} }
                @{ $get->('/trackgroups/' . $id->('Everything'))->{items} } ],
              [ $meant{'The Assertions: Everything (lp, 2004-11-01)'}
                =~ /^  \S+ (.*)$/mg ], 'tracks in order');
};

subtest 'corrected, moved, renamed' => sub {
    my $ids = value('SELECT string_agg(id::text, \' \' ORDER BY id)
                     FROM resonate.track');
    my $cover = value('SELECT cover_id FROM resonate.release
                       WHERE title = \'Summer Sampler\'');
    my @stored = $in->stored;

    $library->retag('Lemmon/Interludes/Outro.flac', title => 'Coda');
    $library->retag('Ann - Alone.mp3', album => 'Alone Together');
    $library->move('AC Unit/Rip from 2001', 'AC Unit/One');
    $library->move('Duets/04 Just Me.flac', 'Duets/a/b.flac');
    $library->move('Zoë & the Testers - First Light',
                   'Zoë & the Testers - Last Light');
    $library->picture('Summer Sampler 2019/Folder.PNG', '400x400');

    my ($status, $output) = run();

    for (values %meant) {
        s/1\.2 Outro/1.2 Coda/;
        s/Ann: Alone \(/Ann: Alone Together (/;
        s/First Light/Last Light/;
    }

    %meant = map { /^= (.*)\n/ ? ($1 => $_) : () } values %meant;
    like($output, qr/^0 added, \d+ updated/m, 'it says so');
    as_meant('the catalogue follows');
    is(value('SELECT string_agg(id::text, \' \' ORDER BY id)
              FROM resonate.track'), $ids, 'the tracks are the same');
    is_deeply([ $in->stored ], \@stored, 'nothing is encoded again');
    isnt(value('SELECT cover_id FROM resonate.release
                WHERE title = \'Summer Sampler\''), $cover, 'another cover');
    like((run())[1], qr/^0 added, (?!.*updated)\d+ unchanged/m, 'done');
};

subtest 'pruned' => sub {
    my $manage = Resonate::Manage->new(pg => $pg);

    remove_tree($library->path('Classical'), $library->path('mystery.mp3'));
    run();
    as_meant('what is gone stays');
    is(($manage->run('prune'))[0], 0, 'until it is pruned');
    delete @meant{grep { /^(?:Johanna|Unknown)/ } keys %meant};
    as_meant('and then goes');
};

done_testing();
