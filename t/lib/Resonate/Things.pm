package Resonate::Things;

# An SQL function whose answers a test sets, holds back and counts:
#
#   my $things = Resonate::Things->new($pg);
#   $things->set(1, body => '{"data":1}', status => 200, tags => [...]);
#   $things->edge(workers => 2, http => ..., routes => <<'END');
#       resonate_route GET /one/<id:int> v3.thing caller cache=1h;
#   END
#   $things->hold(1); ... $things->let_go(1)    whoever asks for it waits
#   $things->set(1, gate => 2)                  at a lock of another number
#   $things->wait_for_calls(1, $n)              until so many wait there
#   $things->calls                              since it was last asked
#
# v3.thing(id, other, caller) answers with what is set; "%n" in the body is
# the number of the call, %o is "other" and %c the caller.  What it answers is
# decided before it waits; with "raise" it is that SQLSTATE.
# v3.write(id, caller) waits the same way, whoever cancels it, and then sets
# the body to "written"; its status and tags are those of the thing.

use strict;
use warnings;

my $SQL = <<'END';
CREATE SEQUENCE public.calls;
CREATE TABLE public.thing (id int PRIMARY KEY, status int, body text,
                           tags text[], gate int, raise text);

CREATE FUNCTION v3.thing(id int, other text DEFAULT NULL,
                         caller uuid DEFAULT NULL)
RETURNS resonate.reply LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    this public.thing;
    n bigint;
BEGIN
    SELECT * INTO STRICT this FROM public.thing t WHERE t.id = $1;
    n := nextval('public.calls');
    PERFORM pg_advisory_lock_shared(this.gate),
            pg_advisory_unlock_shared(this.gate);

    IF this.raise IS NOT NULL THEN
        RAISE EXCEPTION 'raised' USING ERRCODE = this.raise;
    END IF;

    RETURN (this.status, replace(replace(replace(this.body, '%n', n::text),
            '%o', coalesce($2, '')), '%c', coalesce($3::text, '')),
            this.tags)::resonate.reply;
END $$;

CREATE FUNCTION v3.write(id int, caller uuid) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    this public.thing;
BEGIN
    SELECT * INTO STRICT this FROM public.thing t WHERE t.id = $1;

    LOOP
        BEGIN
            PERFORM pg_advisory_lock_shared(this.gate),
                    pg_advisory_unlock_shared(this.gate);
            EXIT;
        EXCEPTION WHEN query_canceled THEN
        END;
    END LOOP;

    UPDATE public.thing t SET body = '{"data":"written"}' WHERE t.id = $1;
    RETURN (this.status, '{"data":"written"}', this.tags)::resonate.reply;
END $$;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
ALTER ROLE resonate_edge SET lock_timeout = 0;
ALTER ROLE resonate_edge SET statement_timeout = 0;
END


sub new {
    my ($class, $pg) = @_;

    $pg->psql($SQL);
    return bless { pg => $pg, calls => 0 }, $class;
}


sub edge {
    my ($self, %opt) = @_;

    my $routes = delete $opt{routes};
    my $server = delete $opt{server} // '';

    $self->{edge} = Resonate::Edge->new(
        pg => $self->{pg}, auth => 1, http => 'resonate_cache 1m;',
        pg_read => 'connections=4 timeout=20s', listen => 'reuseport', %opt,
        server => "location / { resonate_auth optional; $routes }
                   location = /status { resonate_status; } $server");

    return $self->{edge};
}


sub set {
    my ($self, $id, %thing) = @_;

    $self->{pg}->dbh->do(
        'INSERT INTO public.thing VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET status = excluded.status,
             body = excluded.body, tags = excluded.tags,
             gate = excluded.gate, raise = excluded.raise', {},
        $id, $thing{status} // 200, $thing{body} // '{"data":%n}',
        $thing{tags}, $thing{gate} // $id, $thing{raise});
}


sub hold {
    my ($self, $id) = @_;

    $self->{pg}->dbh->do('SELECT pg_advisory_lock(?)', {}, $id);
}


sub let_go {
    my ($self, $id) = @_;

    $self->{pg}->dbh->do('SELECT pg_advisory_unlock(?)', {}, $id);
}


sub waiting {
    my ($self, $id) = @_;

    my ($count) = $self->{pg}->dbh->selectrow_array(
        q{SELECT count(*) FROM pg_locks
          WHERE locktype = 'advisory' AND objid = ? AND NOT granted}, {}, $id);
    return $count;
}


sub wait_for_calls {
    my ($self, $id, $count) = @_;

    return Resonate::Test::wait_for(sub { $self->waiting($id) == $count }, 15,
                                    "$count calls of thing $id");
}


sub calls {
    my ($self) = @_;

    my ($now) = $self->{pg}->dbh->selectrow_array(
        'SELECT last_value - 1 + is_called::int FROM public.calls');
    my $before = $self->{calls};

    $self->{calls} = $now;
    return $now - $before;
}


# a request that is not answered yet, on a connection of its own or on one

sub ask {
    my ($self, $path, %opt) = @_;

    my $client = delete $opt{client} || $self->{edge}->client;
    $client->send($client->compose('GET', $path, %opt));
    return $client;
}


# a number of /status, one of the cache's

sub counter {
    my ($self, $name) = @_;

    my ($value) = $self->{edge}->get('/status')->{content}
                  =~ /^resonate_cache_${name}_total (\d+)$/m;
    return $value;
}


1;
