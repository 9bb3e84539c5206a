# PostgreSQL is killed and comes back while cached routes are asked for all
# the time: each answer is 200, what is old says so, and when the machine
# listens again nothing without a warning is of before.

use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use lib 't/lib';
use Resonate::Test;
use Resonate::Children;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => media(), routes => 1, workers => 2,
    http => 'resonate_cache 4m listen=read short=1s;
             keepalive_requests 1000000;',
    server => 'location = /status { resonate_status; }');

my $stop = Resonate::Test::tempdir() . '/stop';
my @paths = map { "/api/v3$_" }
            "/tracks/$id->{paid}", "/trackgroups/$id->{release}",
            '/tracks?limit=10', "/artists/$id->{artist}/releases",
            '/search?q=morning', '/artists', '/prices';


sub now { return clock_gettime(CLOCK_MONOTONIC) }

sub listening {
    return $edge->get('/status')->{content} =~ /^resonate_cache_listening 1$/m;
}

sub reader {
    my ($n, $ready) = @_;
    my (@log, $client);

    srand $n;
    $client = $edge->client;
    $ready->();

    until (-e $stop) {
        my $path = $paths[rand @paths];
        my $asked = now();
        my $res = $client->request('GET', $path);

        push @log, { path => $path, asked => $asked, status => $res->{status},
                     old => defined $res->{headers}{warning},
                     titles => join ' ', $res->{content} =~
                               /"id":"$id->{paid}","creatorId":"[^"]*",
                                "title":"([^"]*)"/gx };
    }

    return @log;
}

sub cached { return !grep { $edge->get($_)->{status} != 200 } @paths }


for my $round (1 .. 2) {
    my ($title, $next) = ("Morning $round", 'Morning ' . ($round + 1));

    $pg->dbh->do('UPDATE resonate.track SET title = ? WHERE id = ?', {},
                 $title, $id->{paid});
    wait_for { listening() } 10, 'listening';
    wait_for { $edge->get($paths[0])->{content} =~ /"title":"$title"/
               && cached() } 10, 'replies';
    unlink $stop;

    my @children = children(map { my $n = $_; sub { reader($n, @_) } } 1, 2);

    $pg->kill;
    wait_for { $edge->get($paths[0])->{headers}{warning} } 10, 'old ones';
    $pg->start;
    $pg->dbh->do('UPDATE resonate.track SET title = ? WHERE id = ?', {},
                 $next, $id->{paid});
    wait_for { listening() } 15, 'listening again';

    my $heard = now();

    wait_for { my $res = $edge->get($paths[0]);
               !$res->{headers}{warning} } 15, 'an answer of the database';
    Resonate::Test::spew($stop, '');

    my @read = results(@children);
    my @old = grep { $_->{old} } @read;
    my @wrong = grep { $_->{asked} > $heard && !$_->{old}
                       && $_->{titles} =~ /$title/ } @read;

    is join(' ', map { "$_->{path} $_->{status}" }
                 grep { $_->{status} != 200 } @read), '',
        @read . ' answers, each is 200';
    cmp_ok scalar(@old), '>', 0, @old . ' of them old, and said so';
    is join(' ', map { $_->{path} } @wrong), '', 'none is wrong afterwards';
}

done_testing;
