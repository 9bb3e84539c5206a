package Resonate::Functions;

# SQL functions that do what a test of the PostgreSQL client needs, and
# routes to them:
#
#   functions($pg);
#   Resonate::Edge->new(pg => $pg, server => routes());
#
#   /echo?word=W  /half?number=N (22012 for 0)  /wait?ms=N  /big?size=N
#   /broken (no such function)  POST /child (a deferred foreign key)
#   POST /length  /status  /forget (what was prepared on its connection)
#   /gate (waits while advisory lock 1 is held; sequence public.ran counts)
#
#   together($edge, $path...)    answers to requests sent at once, in order

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(functions routes together start counter inflight);


sub functions {
    my ($pg) = @_;

    $pg->psql(<<'END');
CREATE FUNCTION v3.echo(word text) RETURNS resonate.reply LANGUAGE sql AS
    $$ SELECT 200, to_json(word)::text, NULL::text[] $$;
CREATE FUNCTION v3.length(word text) RETURNS resonate.reply LANGUAGE sql AS
    $$ SELECT 200, length(word)::text, NULL::text[] $$;
CREATE FUNCTION v3.half(number int) RETURNS resonate.reply LANGUAGE sql AS
    $$ SELECT 200, (100 / number)::text, NULL::text[] $$;
CREATE FUNCTION v3.wait(ms int) RETURNS resonate.reply LANGUAGE sql AS
    $$ SELECT 200, '"waited"'::text, NULL::text[]
       FROM pg_sleep(ms / 1000.0) $$;
CREATE FUNCTION v3.big(size int) RETURNS resonate.reply LANGUAGE sql AS
    $$ SELECT 200, to_json(repeat('x', size))::text, NULL::text[] $$;

-- passes when nobody holds the lock, and leaves a mark
CREATE SEQUENCE public.ran;
CREATE FUNCTION v3.gate() RETURNS resonate.reply LANGUAGE plpgsql
    SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1);
    RETURN (200, nextval('public.ran')::text, NULL)::resonate.reply;
END $$;

CREATE FUNCTION v3.forget() RETURNS resonate.reply LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'DEALLOCATE ALL';
    RETURN (200, '"forgot"', NULL)::resonate.reply;
END $$;

CREATE TABLE public.parent (id int PRIMARY KEY);
CREATE TABLE public.child (parent int REFERENCES public.parent
                           DEFERRABLE INITIALLY DEFERRED);
INSERT INTO public.parent VALUES (1);
CREATE FUNCTION v3.child(parent int) RETURNS resonate.reply LANGUAGE sql
    SECURITY DEFINER AS
    $$ INSERT INTO public.child VALUES (parent);
       SELECT 200, '"stored"'::text, NULL::text[] $$;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
END
}


sub routes {
    return <<'END';
location = /status { resonate_status; }
location / {
    resonate_route GET /echo v3.echo ?word:text(0..200);
    resonate_route POST /length v3.length body.word:text(0..8000);
    resonate_route GET /half v3.half ?number:int(0..100);
    resonate_route GET /wait v3.wait ?ms:int(0..60000);
    resonate_route GET /big v3.big ?size:int(0..10000000);
    resonate_route GET /broken v3.no_such_function;
    resonate_route GET /forget v3.forget;
    resonate_route GET /gate v3.gate;
    resonate_route POST /child v3.child body.parent:int(0..100);
}
END
}


# one request on a connection of its own, not yet answered

sub start {
    my ($edge, $path) = @_;

    my $client = $edge->client;
    $client->send("GET $path HTTP/1.1\r\nHost: localhost\r\n"
                  . "Connection: close\r\n\r\n");
    return $client;
}


sub together {
    my ($edge, @paths) = @_;

    return map { $_->response('GET') } map { start($edge, $_) } @paths;
}


# a number of /status

sub counter {
    my ($edge, $name) = @_;

    my ($value) = $edge->get('/status')->{content}
                  =~ /^resonate_pg_${name}_total (\d+)$/m;
    return $value;
}


# backends of the edge, or those that run what matches

sub inflight {
    my ($pg, $pattern) = @_;

    my ($count) = $pg->dbh->selectrow_array(
        "SELECT count(*) FROM pg_stat_activity
         WHERE application_name = 'resonate-edge'
               AND (?::text IS NULL OR state = 'active' AND query LIKE ?)",
        {}, ($pattern) x 2);
    return $count;
}


1;
