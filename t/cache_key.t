# What a reply is stored under: everything that decides it, and nothing else.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;
use Resonate::Token;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $id = catalogue($pg);

$things->{pg}->psql(<<'END');
CREATE FUNCTION v3.pair(one text DEFAULT '', two text DEFAULT '')
RETURNS resonate.reply LANGUAGE sql AS
    $$ SELECT 200, format('{"data":"%s-%s"}', one, two), NULL::text[] $$;
GRANT EXECUTE ON FUNCTION v3.pair(text, text) TO resonate_edge;
END

# another issuer's tokens, of the same keys
my $issuer = 'https://other.example';
my $jwks = Resonate::Token::jwks();

my $edge = $things->edge(
    http   => "resonate_cache 1m;
               resonate_issuer $issuer jwks=$jwks audience=resonate;",
    routes => <<'END');
    resonate_route GET /one v3.pair ?one:text(0..9) cache=1h;
    resonate_route GET /two v3.pair ?two:text(0..9) cache=1h;
    resonate_route GET /pair v3.pair ?one:text(0..9) ?two:text(0..9) cache=1h;
    resonate_route GET /swapped v3.pair ?two:text(0..9) ?one:text(0..9)
        cache=1h;
    resonate_route GET /thing/<id:int> v3.thing cache=1h;
    resonate_route GET /again/<id:int> v3.thing cache=1h;
    resonate_route GET /mine/<id:int> v3.thing caller cache=1h personal=1h;
END

my %user = (listener => token(), owner => token(sub => 'owner'),
            foreign => token(iss => $issuer));


# twice each, so that the second answer is a stored one

for (1, 2) {
    for (
        [ '/one?one=a'         => 'a-' ],
        [ '/two?two=a'         => '-a' ],
        [ '/pair?one=a'        => 'a-' ],
        [ '/pair?two=a'        => '-a' ],
        [ '/pair?one=a&two=b'  => 'a-b' ],
        [ '/pair?two=b&one=a'  => 'a-b' ],
        [ '/pair?one=ab&two='  => 'ab-' ],
        [ '/pair?one=&two=ab'  => '-ab' ],
        [ '/swapped?one=a&two=b' => 'a-b' ],
        [ '/swapped?one=b&two=a' => 'b-a' ],
    ) {
        my ($path, $data) = @$_;
        is json($edge->get($path))->{data}, $data, $path;
    }
}


# a reply belongs to its caller, and to no other

$things->set(1, body => '{"data":"%c"}');
my %seen;

for my $round (1, 2) {
    for my $who ('', sort keys %user) {
        my $data = json($edge->get('/mine/1', token => $user{$who}))->{data};

        $seen{$who} //= $data;
        is $data, $seen{$who}, ($who || 'anonymous') . ", round $round";
    }
}

my %person = map { $_ => 1 } values %seen;
is keys %person, 4, 'all of them are different';
is $seen{''}, '', 'anonymous is nobody';
is $seen{$_}, $id->{$_}, "$_ is who it is" for qw(listener owner);
is $things->calls, 4, 'a call for each';


# one function with the same arguments is one reply, whatever its path

$things->set(2);
is json($edge->get($_))->{data}, 5, $_ for qw(/thing/2 /again/2 /thing/2/
                                             /thing/2?x=1 /thing/02);
is $things->calls, 1, 'with one call';

done_testing;
