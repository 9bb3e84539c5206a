# Opaque tokens: a function of the database says what they are.

use lib 't/lib';
use Resonate::Test;

use Digest::SHA qw(sha256_hex);

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE TABLE v3.known (hash text PRIMARY KEY, claims json, asked int DEFAULT 0);
CREATE FUNCTION v3.says(hash text) RETURNS json
LANGUAGE sql SECURITY DEFINER AS $$
    UPDATE v3.known k SET asked = asked + 1 WHERE k.hash = $1
    RETURNING k.claims $$;
CREATE FUNCTION v3.fails(hash text) RETURNS json
LANGUAGE plpgsql AS $$ BEGIN RAISE 'failed'; END $$;
GRANT EXECUTE ON FUNCTION v3.says(text), v3.fails(text) TO resonate_edge;
END

sub known {
    my ($token, $claims) = @_;

    my $text = ref $claims ? JSON::PP::encode_json($claims) : $claims;
    $pg->psql('INSERT INTO v3.known (hash, claims) VALUES '
              . "('@{[ sha256_hex($token) ]}', '$text')");
    return $token;
}

sub asked {
    return $pg->psql('SELECT sum(asked) FROM v3.known');
}

my $edge = Resonate::Edge->new(pg => $pg, workers => 2, http => <<'END',
resonate_provider https://old.example {
    audience resonate;
    lookup read v3.says match=uuid negative=0;
}
resonate_provider https://failing.example { lookup read v3.fails; }
END
    server => <<'END');
location / { resonate_auth required; empty_gif;
             add_header X-Is "$resonate_user,$resonate_scope,$resonate_roles"; }
END

sub get { return $edge->get('/', token => $_[0]) }

my $uuid = '00000000-0000-4000-8000-';
my $n = 100000000000;
my $token = known($uuid . ++$n,
                  { sub => 'ann', scope => 'read_write', roles => ['user'],
                    exp => time + 1000 });

is get($token)->{status}, 200, 'a token that the function knows';
is get($token)->{headers}{'x-is'}, 'ann,read_write,user', '... whose'
    for 1 .. 6;
is asked(), 1, '... both workers asked once';

for (
    [ { sub => 'a' }, 200, 'without an end' ],
    [ { sub => 'a', exp => time - 100 }, 401, 'expired' ],
    [ { sub => 'a', aud => 'other' }, 401, 'for another audience' ],
    [ {}, 401, 'nobody' ],
    [ '[1]', 503, 'no object' ],
) {
    my ($claims, $status, $name) = @$_;

    is get(known($uuid . ++$n, $claims))->{status}, $status, "$status: $name";
    wait_for { get($token)->{status} == 200 };
}

# a worker that has just failed does not ask for a while

ok wait_for { get($uuid . ++$n)->{status} == 401 },
   'a token that the function does not know';
is get('no-uuid')->{status}, 503, 'no uuid: the other issuer, which fails';

my $res = get(token(iss => 'https://old.example'));
is $res->{status}, 401, 'a JWT, about which nobody is asked';
unlike $res->{headers}{'www-authenticate'}, qr/is good/, '... says why';


$pg->stop;
is get($token)->{status}, 200, 'without the database: what is known';
is get($uuid . ++$n)->{status}, 503, '... and what is not';

for (
    [ 'lookup nowhere v3.says;',
      'unknown database "nowhere" in "lookup" of issuer "https://a"' ],
    [ 'lookup read "v3.says; DROP";',
      'invalid function "v3.says; DROP" in "lookup" directive' ],
    [ 'lookup read v3.says ttl=0;',
      'invalid parameter "ttl=0" in "lookup" directive' ],
    [ 'lookup read;', 'invalid number of arguments in "lookup" directive' ],
) {
    my ($line, $expected) = @$_;

    like(Resonate::Edge->conf_fails("resonate_provider https://a { $line }"),
         qr/\Q$expected/, "refused: $line");
}

done_testing;
