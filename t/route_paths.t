# Paths and connections: which request is whose, whatever came before it.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE FUNCTION v3.say(n int) RETURNS resonate.reply LANGUAGE sql
AS $$ SELECT 200, n::text, NULL::text[] $$;
CREATE FUNCTION v3.slow(n int) RETURNS resonate.reply LANGUAGE sql
AS $$ SELECT 200, n::text, NULL::text[] FROM pg_sleep(n) $$;
CREATE TABLE public.written (n int);
CREATE FUNCTION v3.write(n int) RETURNS resonate.reply LANGUAGE sql
SECURITY DEFINER
AS $$ INSERT INTO public.written SELECT n FROM pg_sleep(0.2);
      SELECT 200, n::text, NULL::text[] $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
END

my $edge = Resonate::Edge->new(
    pg     => $pg,
    auth   => 1,
    pg_read => "connections=4",
    server => 'location /api/ {
        resonate_unknown @services;
        resonate_route GET /n/<n:int> v3.say;
        resonate_route GET /lists/top v3.say ?n:int=10;
        resonate_route GET /lists/<n:int> v3.say;
        resonate_route GET /slow/<n:int> v3.slow;
        resonate_route POST /write v3.write body.n:int;
        resonate_route GET /private v3.say ?n:int=1 access=user;
    }
    location @services { return 299 "services $request_method $uri"; }
    location /bare/ { resonate_route GET /n/<n:int> v3.say; }
    location /closed/ { resonate_auth required; }
    location /open { resonate_route GET /n/<n:int> v3.say; }
    location = /one { resonate_route GET / v3.say ?n:int=11; }
    location ~ ^/(re)/ { resonate_route GET /re/<n:int> v3.say; }
    location /short { rewrite ^ /s break;
                      resonate_route GET /x v3.say ?n:int=1; }
    location /guarded { auth_request /bare/n/5; return 299 guarded; }',
);


for (
    ['/api/n/7'         => 200, 7],
    ['/api/n/7/'        => 200, 7],
    ['/api//n/7'        => 200, 7],
    ['/api/x/../n/7'    => 200, 7],
    ['/api/n/%37'       => 200, 7],
    ['/api/lists/top'   => 200, 10],
    ['/api/lists/12'    => 200, 12],
    ['/api/lists/tops'  => 400],
    ['/api/n/7/8'       => 299, 'services GET /api/n/7/8'],
    ['/api/n'           => 299, 'services GET /api/n'],
    ['/api/N/7'         => 299, 'services GET /api/N/7'],
    ['/bare/n'          => 404],
    ['/open/n/3'        => 200, 3],
    ['/open-n/3'        => 404],
    ['/openXn/3'        => 404],
    ['/one'             => 200, 11],
    ['/re/4'            => 200, 4],
    ['/short/x'         => 404],
    ['/guarded'         => 299, 'guarded'],
) {
    my ($path, $status, $content) = @$_;
    my $res = $edge->get($path);

    is $res->{status}, $status, $path;
    is $res->{content}, $content, 'its answer' if defined $content;
}

is $edge->request('DELETE', '/api/else')->{content},
    'services DELETE /api/else', 'any method is proxied';
is $edge->request('PUT', '/api/n/7')->{status}, 405, 'but not of a known path';


# an unread body is not the next request of the connection

my $evil = "GET /api/n/666 HTTP/1.1\r\nHost: evil\r\n\r\n";

for (
    [ 'POST', '/bare/nothing' => 404 ], [ 'GET', '/api/n/x'  => 400 ],
    [ 'POST', '/api/n/1'      => 405 ], [ 'GET', '/api/n/1'  => 200 ],
    [ 'POST', '/closed/x'     => 401 ], [ 'GET', '/api/private' => 401 ],
    [ 'OPTIONS', '/api/n/1'   => 204 ], [ 'POST', '/api/else' => 299 ],
) {
    my ($method, $path, $status) = @$_;
    my $client = $edge->client;

    is $client->request($method, $path, body => $evil)->{status}, $status,
        "$method $path with a body";
    is $client->request('GET', '/api/n/2')->{content}, 2,
        'the next answer is to the next request';
}


# many requests at once on one connection are answered in their order

{
    my $client = $edge->client;
    my $head = "HTTP/1.1\r\nHost: localhost\r\n";

    $client->send(join '', map { "GET /api/n/$_ $head\r\n" } 1 .. 20);
    is_deeply [ map { $client->response('GET')->{content} } 1 .. 20 ],
              [ 1 .. 20 ], 'pipelined';

    my $body = '{"n":21}';
    $client->send("POST /api/write ${head}Content-Length: 8\r\n\r\n$body"
                  . "GET /api/n/22 $head\r\n");
    is_deeply [ map { $client->response($_)->{content} } qw(POST GET) ],
              [ 21, 22 ], 'behind a body';

    $client->send("GET /api/slow/1 ${head}Content-Length: 8\r\n\r\n1234");
    wait_for { running('slow') } 10, 'the query';
    $client->send("5678GET /api/n/23 $head\r\n");
    is_deeply [ map { $client->response('GET')->{content} } 1, 2 ],
              [ 1, 23 ], 'behind a body that comes late';
}


# a client that goes away cancels a read, and never a write

sub running {
    return $pg->dbh->selectrow_array(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'
         AND query LIKE ?", {}, "%v3.$_[0]%");
}

sub closed { return $edge->access_log =~ /$_[0] HTTP\/1.1" 499/ }

for my $how ('later', 'with its last byte') {
    my $n = $how eq 'later' ? 59 : 58;
    my $client = $edge->client;

    $client->send("GET /api/slow/$n HTTP/1.1\r\nHost: localhost\r\n\r\n");
    wait_for { running('slow') } 10, 'the query' if $how eq 'later';
    $client->close;
    ok wait_for(sub { closed("/api/slow/$n") }, 10, 'the request to end'),
        "a client that leaves $how is noticed";
}

{
    my $client = $edge->client;
    $client->send("POST /api/write HTTP/1.1\r\nHost: localhost\r\n"
                  . "Content-Length: 8\r\n\r\n" . '{"n":77}');
    $client->close;
    ok wait_for(sub { $pg->dbh->selectrow_array(
            'SELECT 1 FROM written WHERE n = 77') }, 10, 'the row'),
        'a write is not undone';
    wait_for { $edge->access_log =~ m{POST /api/write HTTP/1.1" 499} } 10,
        'its end in the log';
}

is $edge->get('/api/n/1')->{content}, 1, 'all is well afterwards';

done_testing;
