# Queries share connections, and do not harm each other.

use lib 't/lib';
use Resonate::Functions;
use Resonate::Test;

my $pg = Resonate::Pg->new;
functions($pg);

sub edge {
    my ($read, %opt) = @_;

    return Resonate::Edge->new(pg => $pg, pg_read => $read,
                               server => routes(), %opt);
}

sub summary {
    my ($res) = @_;

    return "$res->{status} "
           . ($res->{status} == 200 ? $res->{content} : '');
}

for my $options ('connections=1', 'connections=1 prepare=off',
                 'connections=4')
{
    my $edge = edge($options);

    # path, answer
    my @rows = (
        [ '/echo?word=hello', '200 "hello"' ],
        [ '/echo?word=', '200 ""' ],
        [ '/echo?word=%27;%20DROP%20TABLE%20x', q(200 "'; DROP TABLE x") ],
        [ '/echo?word=%E2%99%AB', qq(200 "\xe2\x99\xab") ],
        [ '/half?number=4', '200 25' ],
        [ '/half?number=0', '400 ' ],
        [ '/half?number=5', '200 20' ],
        [ '/broken', '500 ' ],
        [ '/broken', '500 ' ],
        [ '/half?number=10', '200 10' ],
    );

    is(summary($edge->get($_->[0])), $_->[1], "$options: $_->[0]") for @rows;

    is(length $edge->get('/big?size=3000000')->{content}, 3000002,
       "$options: a large answer");

    my $word = 'y' x 8000;
    is($edge->post('/length', qq({"word":"$word"}))->{content}, '8000',
       "$options: a large argument");

    # every second one fails, all are in flight together
    my @paths = map { ("/echo?word=$_", '/half?number=0') } 1 .. 60;
    my @expected = map { (qq(200 "$_"), '400 ') } 1 .. 60;

    is_deeply([ map { summary($_) } together($edge, @paths) ], \@expected,
              "$options: neighbours of errors");

    $edge->stop;
}

my $edge = edge('connections=1');

# a deferred constraint speaks at the commit: the answer waits for it

is($edge->post('/child', '{"parent":1}')->{status}, 200, 'committed');
is($edge->post('/child', '{"parent":2}')->{status}, 500, 'not committed');
is($pg->psql('SELECT parent FROM child'), '1', 'one row was stored');

# what was prepared for a function that has changed

$pg->psql('ALTER FUNCTION v3.echo(text) RENAME TO echo_old');
is($edge->get('/echo?word=a')->{status}, 500, 'the function is gone');
$pg->psql('ALTER FUNCTION v3.echo_old(text) RENAME TO echo');
is($edge->get('/echo?word=a')->{content}, '"a"', 'the function is back');

is($edge->get('/echo?word=warm')->{status}, 200, 'prepared');

# a pooler, or somebody's function, may drop what was prepared

is_deeply([ map { summary($_) } together($edge, '/forget', '/echo?word=a',
                                         '/half?number=5', '/echo?word=b') ],
          [ '200 "forgot"', '200 "a"', '200 20', '200 "b"' ],
          'forgotten statements are prepared again');
is($edge->get('/echo?word=c')->{content}, '"c"', 'and stay so');

ok(counter($edge, 'queries') >= 3, 'queries are counted');
is(counter($edge, 'failed'), 2, 'failures are counted');
is(counter($edge, 'lost'), 0, 'no connection was lost');

unlike($edge->log, qr/DROP TABLE|hello/, 'values are not logged');

done_testing();
