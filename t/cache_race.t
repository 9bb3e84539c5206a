# Titles change at random while they are read through two machines of four
# workers each: no answer is older than what its machine has heard.
#
# Notifications have one order for everybody who listens.  Writers note how
# many there were when theirs had come; readers ask the machine how many it
# has heard, and then for tracks.  Both are put together at the end.  How
# long it takes by the clock is printed.

use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use lib 't/lib';
use Resonate::Test;
use Resonate::Children;

my ($SECONDS, $READERS, $WRITERS) = ($ENV{RACE_SECONDS} || 5, 3, 2);

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my @edges = map { Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1, workers => 4,
    pg_read => 'connections=2',
    http => 'resonate_cache 4m listen=read; keepalive_requests 1000000;',
    server => 'location = /status { resonate_status; }') } 1, 2;

# all of them in one release, so that they are in lists, too
my @tracks = @$id{qw(paid free short)};
my @paths = ((map { "/tracks/$_" } @tracks), "/trackgroups/$id->{release}",
             '/tracks?limit=10', "/artists/$id->{artist}/releases",
             "/artists/$id->{artist}/tracks");

sub now { return clock_gettime(CLOCK_MONOTONIC) }

sub number {
    my ($client, $name) = @_;

    my $page = $client->request('GET', '/status')->{content};
    return $page =~ /^resonate_cache_$name (\d+)$/m ? $1 : die "no $name\n";
}

# [ [ track, version ] ]: whatever the answer is of

sub versions {
    my ($text) = @_;
    my @found;

    push @found, [ $1, $2 ]
        while $text =~ /"id":"([0-9a-f-]{36})","creatorId":"[^"]*",
                        "title":"v(\d+)"/gx;
    return @found;
}

# each writer has tracks of its own, so that versions of one only grow

sub writer {
    my ($n, $end, $ready) = @_;

    my $dbh = $pg->connect;
    my ($heard, $version, @log) = (0, 0);
    my @own = grep { ($_ % $WRITERS) == $n } 0 .. $#tracks;

    $dbh->do('LISTEN resonate_tags');
    $ready->();

    while (now() < $end) {
        my $track = $tracks[$own[rand @own]];

        $dbh->do('UPDATE resonate.track SET title = ? WHERE id = ?', {},
                 'v' . ++$version, $track);
        my $done = now();

        my $told = 0;
        until ($told) {
            die "not told\n" if now() > $end + 10;
            while (my $notify = $dbh->pg_notifies) {
                $heard++;
                $told = 1 if $notify->[2] eq "track:$track";
            }
        }

        push @log, { track => $track, version => $version, done => $done,
                     heard => $heard, took => now() - $done };
    }

    return @log;
}

sub reader {
    my ($n, $end, $ready) = @_;

    my @clients = map { $_->client } @edges;
    my @base = map { number($_, 'invalidations_total') } @clients;
    my @log;

    srand $n;
    $ready->();

    while (now() < $end) {
        my $i = int rand @clients;
        my $path = $paths[rand @paths];
        my $heard = number($clients[$i], 'invalidations_total') - $base[$i];
        my $asked = now();
        my $res = $clients[$i]->request('GET', "/api/v3$path");

        push @log, { status => $res->{status}, heard => $heard, path => $path,
                     asked => $asked, seen => [ versions($res->{content}) ] };
    }

    return @log;
}


for my $edge (@edges) {
    wait_for { number($edge->client, 'listening') } 10, 'listening';
}

# what is told from here to the marker is heard before all begins

my @before = map { number($_->client, 'invalidations_total') } @edges;
my ($told, $marker) = (0, 0);

$pg->dbh->do('LISTEN resonate_tags');
$pg->dbh->do(q{UPDATE resonate.track SET title = 'v0' WHERE id = ANY (?)}, {},
             \@tracks);
$pg->dbh->do(q{SELECT pg_notify('resonate_tags', 'marker')});

until ($marker) {
    while (my $notify = $pg->dbh->pg_notifies) {
        $told++;
        $marker = 1 if $notify->[2] eq 'marker';
    }
}

wait_for { number($edges[$_]->client, 'invalidations_total')
           == $before[$_] + $told } 10, 'notifications' for 0, 1;

my $end = now() + $SECONDS;
my @children = children(
    (map { my $n = $_; sub { writer($n, $end, @_) } } 0 .. $WRITERS - 1),
    (map { my $n = $_; sub { reader($n, $end, @_) } } 1 .. $READERS));
my @all = results(@children);
my @written = sort { $a->{heard} <=> $b->{heard} } grep { $_->{track} } @all;
my @read = grep { $_->{path} } @all;


# what was true by what the machine had heard, and by the clock

my ($n, $late, $longest, %old) = (0, 0, 0);

for my $read (@read) {
    for (@{$read->{seen}}) {
        my ($track, $version) = @$_;
        my @newer = grep { $_->{track} eq $track
                           && $_->{version} > $version } @written;
        my ($heard) = grep { $_->{heard} <= $read->{heard} } @newer;
        my ($missed) = grep { $_->{done} < $read->{asked} } @newer;

        $n++;
        $old{$read->{path}}++ if $heard;

        if ($missed) {
            my $age = $read->{asked} - $missed->{done};

            $late++;
            $longest = $age if $age > $longest;
        }
    }
}

cmp_ok scalar(@written), '>', 5, @written . ' changes';
cmp_ok $n, '>', 50, "$n titles in " . @read . ' answers';
is join(' ', grep { $_->{status} != 200 } @read), '', 'each is 200';
is_deeply \%old, {}, 'none is older than what was heard';

my ($took) = sort { $b <=> $a } map { $_->{took} } @written;

diag sprintf 'notified after %.0f ms at most; %d of %d titles were older than'
             . ' a commit, by %.0f ms at most', $took * 1000, $late, $n,
             $longest * 1000;

my $hits = 0;
$hits += number($_->client, 'hits_total') for @edges;
cmp_ok $hits, '>', 0, "$hits of the answers were kept ones";

done_testing;
