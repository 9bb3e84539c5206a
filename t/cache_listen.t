# What the database notifies ends replies on every machine, and what a caller
# writes through one machine ends the caller's replies on the others.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my %conf = (
    workers => 2, http => 'resonate_cache 1m listen=read;', routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1h;
    resonate_route GET /mine/<id:int> v3.thing caller cache=1h personal=1h;
    resonate_route POST /write/<id:int> v3.write access=user;
END

my @edges = map { $things->edge(%conf) } 1 .. 2;
my ($id, $token, $other) = (0, token(), token(sub => 'other'));


sub notify {
    my ($tag) = @_;

    $pg->dbh->do('SELECT pg_notify(?, ?)', {}, 'resonate_tags', $tag);
}

sub value {
    my ($edge, $name) = @_;

    my ($value) = $edge->get('/status')->{content} =~ /^$name (\d+)$/m;
    return $value;
}

sub asked_anew {
    my ($edge, $path, $token) = @_;

    $things->calls;
    $edge->get($path, token => $token);
    return $things->calls;
}

# more than once, until it is so

sub ends {
    my ($edge, $path, $token) = @_;

    return eval { wait_for { asked_anew($edge, $path, $token) } 5, $path };
}


for my $edge (@edges) {
    wait_for { value($edge, 'resonate_cache_listening') } 10, 'listening';
}

is $pg->dbh->selectrow_array(
       q{SELECT count(*) FROM pg_stat_activity
         WHERE query ~ 'maintained|LISTEN|SELECT NULL|pg_notify'
           AND usename = 'resonate_edge'}), 2,
    'one connection of each machine listens';


# what is notified, and which of the replies it ends

my %reply = (track => [ 'track:1', 'artist:1' ], more => [ 'track:2' ],
             list => [ 'track:', 'list:tracks' ], word => [ 'prices' ],
             none => []);
my %path = map { $_ => '/thing/' . ++$id } sort keys %reply;
$things->set($path{$_} =~ s{.*/}{}r, tags => $reply{$_}) for keys %reply;

for (
    [ 'track:1' => qw(list track) ],     [ 'track:3' => qw(list) ],
    [ 'track:' => qw(list more track) ], [ 'list:tracks' => qw(list) ],
    [ 'artist:1' => qw(track) ],         [ 'artist:' => qw(track) ],
    [ 'prices' => qw(word) ],            [ 'price' ],
    [ '*' => qw(list more none track word) ],
    [ '' ], [ '#' ], [ '#0,zz,ffffffff' ], [ 'x' x 2000 ], [ '{track:1}' ],
) {
    my ($tag, @ended) = @$_;

    for my $edge (@edges) {
        $edge->get($_) for values %path;
    }

    my @before = map { value($_, 'resonate_cache_invalidations_total') } @edges;

    # the tag behind it says when it was heard
    notify($tag);
    notify('marker');

    for my $i (0, 1) {
        my $told = $tag =~ /^#/ ? 1 : 2;

        wait_for { value($edges[$i], 'resonate_cache_invalidations_total')
                   == $before[$i] + $told } 10, 'notifications';

        is join(' ', grep { asked_anew($edges[$i], $path{$_}) }
                     sort keys %path),
            join(' ', @ended), substr($tag, 0, 20) . " on machine $i";
    }
}


# a caller writes through one machine

$things->set(++$id);

for my $i (0, 1) {
    my ($here, $there) = @edges[$i, 1 - $i];
    my $path = "/mine/$id";

    $_->get($path, token => $token), $_->get($path, token => $other),
        $_->get($path) for @edges;

    is $here->post("/write/$id", undef, token => $token)->{status}, 200,
        "a write through machine $i";
    is asked_anew($here, $path, $token), 1, 'ends what the caller got there';
    ok ends($there, $path, $token), 'and elsewhere';
    is asked_anew($there, $path, $other), 0, "and nobody else's";
    is asked_anew($there, $path), 0, "nor everybody's";
    is asked_anew($here, $path, $token), 0, 'nor what was made after it';
}


# a notification that fails is repeated

my $mine = '/mine/' . ++$id;
$things->set($id);
$_->get($mine, token => $token) for @edges;
$pg->psql('REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC');
$edges[0]->post("/write/$id", undef, token => $token);
wait_for { $edges[0]->log =~ /\[warn\] .* could not be told who wrote yet/ } 10,
         'a refusal';
is asked_anew($edges[1], $mine, $token), 0, 'a write that could not be told';
$pg->psql('GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO PUBLIC');
ok ends($edges[1], $mine, $token), 'is told when it can be';


# the age of maintenance, if the schema tells it

is value($edges[0], 'resonate_maintained_age_seconds'), undef, 'never';

$pg->psql(q{
    CREATE OR REPLACE FUNCTION resonate.maintained() RETURNS bigint
    LANGUAGE sql AS 'SELECT extract(epoch FROM now())::bigint - 100';
    GRANT EXECUTE ON FUNCTION resonate.maintained() TO resonate_edge;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query ~ 'SELECT NULL|maintained|pg_notify'
      AND usename = 'resonate_edge'});

ok wait_for { (value($edges[0], 'resonate_maintained_age_seconds') // 0)
              >= 100 } 10, 'its age';

done_testing;
