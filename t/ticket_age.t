# For how long what was decided outlives its truth, to the second: for who has
# a token, or a ticket, for a stream or for a segment.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Listening;
use Resonate::Ticket;

my $clock = Resonate::Clock->new;
my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE TABLE public.said (mode text);
INSERT INTO public.said VALUES ('full');
CREATE FUNCTION v3.test_said(id uuid, caller uuid) RETURNS resonate.reply
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT (200, format('{"track":"%s","mode":"%s","previewMs":1000,'
                        '"file":"a.m4a"}', id, s.mode),
            ARRAY['track:' || id])::resonate.reply
    FROM public.said s $$;
GRANT EXECUTE ON FUNCTION v3.test_said(uuid, uuid) TO resonate_edge;
END

# as the shipped routes have it

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, media => ticket_media(), env => { $clock->env },
    pg_read => 'connections=2', pg_write => 'connections=1',
    http   => 'resonate_cache 1m listen=read;
               resonate_ticket_key ' . key_file() . ';',
    server => <<'END');
location = /status { resonate_status; }
location /t/ {
    resonate_auth optional;
    resonate_route GET /<id:uuid> v3.test_said caller reply=audio cache=1h
        personal=10m;
    resonate_route GET /<id:uuid>/segments/<n:int(0..9)>.m4s v3.test_said
        caller reply=hls_segment cache=1h personal=10m;
    resonate_route GET /never/<id:uuid> v3.test_said caller reply=audio;
}
END

my $now = 0;
my @ways = ('a token', 'a ticket', 'a ticket of nobody',
            'a segment by a ticket');
my $token = token(sub => 'first', exp => time + 9e8);
my %asked;


# full, preview or a status; each way is of another caller

sub heard {
    my ($path, %opt) = @_;
    my $res = $edge->request('HEAD', $path, %opt);

    return $res->{headers}{'x-resonate-stream'} // $res->{status};
}

sub now_heard { return join ' ', map { $asked{$_}->() } @ways }

sub says {
    $pg->psql("UPDATE public.said SET mode = '$_[0]'");
}

# what is decided is kept from now on

sub decided {
    says('full');
    $clock->set($now += 100_000);

    my ($second, $nobody, $third) = map { ticket(track => $TRACK, sub => $_,
        expires => $clock->{start} + $now + 3600) } 'second', undef, 'third';

    %asked = (
        $ways[0] => sub { heard("/t/$TRACK", token => $token) },
        $ways[1] => sub { heard("/t/$TRACK?ticket=$second") },
        $ways[2] => sub { heard("/t/$TRACK?ticket=$nobody") },
        $ways[3] => sub { heard("/t/$TRACK/segments/0.m4s?ticket=$third") },
    );

    is now_heard(), 'full full full full', 'decided';
}

sub at {
    my ($age, $heard, $what) = @_;

    $clock->set($now + $age);
    is now_heard(), $heard, "$what: $age s";
}

my $before = 'full full full full';
my $after = 'preview preview preview 403';


# while it is listened to, what has changed is told

listening($edge, 1);
decided();
says('preview');
$pg->psql("SELECT pg_notify('resonate_tags', 'track:$TRACK')");
ok eval { wait_for { now_heard() eq $after } 10; 1 }, 'told: at once, or so';


# while nobody listens

lose($edge);
decided();
says('preview');
at(4, $before, 'nobody listens');
at(5, $after, 'nobody listens');


# without a database, ten minutes for all of them

find($edge);
decided();
says('preview');
$pg->kill;
wait_for { heard("/t/never/$TRACK") eq '503' } 10, 'no database';
at(599, $before, 'no database');
at(600, '503 503 503 503', 'no database');


# and no longer than the ticket

$pg->start;
wait_for { heard("/t/never/$TRACK") ne '503' } 20, 'a database';
listening($edge, 1);
decided();
at(3599, $before, 'the ticket');
at(3600, 'full 403 403 403', 'the ticket');

done_testing;
