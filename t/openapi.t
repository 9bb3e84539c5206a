# The OpenAPI document: what routes make of it, and what redocly's recommended
# rules say of the one that is shipped.  t/directives.t has that it is current.

use lib 't/lib';
use Resonate::Test;

use List::Util qw(uniq);
use Resonate::Routes;

my $root = $Resonate::Test::ROOT;
my $dir = tempdir();
my %shapes = (
    openapi => '3.1.0', info => {}, tags => [], paths => {}, headers => {},
    parameters => {}, words => { text => { type => 'string' },
                                 count => { type => 'integer' } },
    schemas => {
        A => { properties => { a => 'text', b => 'text?' },
               optional => [ 'b' ] },
        B => { extends => 'A', properties => { c => [ 'A' ], d => 'A?' } } },
    problems => { map { $_ => { name => "E$_", description => 'x' } }
                  400 .. 599 },
    answers => { 'v3.f' => { data => 'B' }, 'v3.l' => { list => 'A' },
                 'v3.c' => { status => 201, data => 'A', errors => [ 409 ] },
                 'v3.s' => {} },
);

spew("$dir/shapes.json", JSON::PP->new->encode(\%shapes));
spew("$dir/f.sql", <<'END');
COMMENT ON FUNCTION v3.f(uuid) IS 'GET /a/{id}. It''s A.';
COMMENT ON FUNCTION v3.l() IS 'GET /a: said.';
COMMENT ON FUNCTION v3.c(text) IS 'GET /a. The order_by is x.';
COMMENT ON FUNCTION v3.s() IS 'GET /a. Not for clients.';
END

sub document {
    my ($conf) = @_;

    spew("$dir/conf", "location /api/ {\n$conf\n}\n");
    return scalar `$root/doc/openapi --shapes $dir/shapes.json $dir/conf \\
            $dir/f.sql 2>&1`;
}

sub operation {
    my ($words, $method, $path) = @_;
    my $json = document("# Said.\nresonate_route $words;");

    return JSON::PP::decode_json($json)->{paths}{$path}{$method};
}


# an argument, and its schema

my %text = (type => 'string');
my @arguments = (
    [ 'int' => { type => 'integer' } ],
    [ 'int(-1..9)=0' => { type => 'integer', minimum => -1, maximum => 9,
                          default => 0 } ],
    [ 'bool=false' => { type => 'boolean', default => JSON::PP::false() } ],
    [ 'uuid' => { %text, format => 'uuid' } ],
    [ 'date' => { %text, format => 'date' } ],
    [ 'text(1..9)=x' => { %text, minLength => 1, maxLength => 9,
                          default => 'x' } ],
    [ 'enum(a|b)=b' => { %text, enum => [ 'a', 'b' ], default => 'b' } ],
    [ 'uuid[](0..9)' => { type => 'array', minItems => 0, maxItems => 9,
                          items => { %text, format => 'uuid' } } ],
);

for (@arguments) {
    my ($type, $schema) = @$_;
    my ($got) = operation("GET /a v3.f ?x:$type", get => '/a')
                ->{parameters}[0];

    is_deeply $got, { name => 'x', in => 'query', schema => $schema },
              "?x:$type";
}

is operation("GET /a v3.f $_->[0]:text!", get => '/a')->{parameters}[0]{in},
   $_->[1], "in $_->[1]" for [ '?x', 'query' ], [ 'header.X', 'header' ];

my $put = operation('PUT /a/<id:uuid> v3.c access=user body.t|u:text(1..2)!
    body.e:enum(a) body.p:external body.n[](1..9).id:uuid!
    body.n[](1..9).i:int header.Idempotency-Key:text', put => '/a/{id}');

is_deeply $put->{requestBody}{content}{'application/json'}{schema}, {
    type => 'object', additionalProperties => JSON::PP::false(),
    required => [ 't', 'n' ], properties => {
        t => { %text, minLength => 1, maxLength => 2,
               description => 'Older clients call it u.' },
        e => { type => [ 'string', 'null' ], enum => [ 'a', undef ] },
        p => { type => [ 'string', 'null' ], maxLength => 0 },
        n => { type => 'array', minItems => 1, maxItems => 9, items => {
            type => 'object', additionalProperties => JSON::PP::false(),
            required => [ 'id' ], properties => {
                id => { %text, format => 'uuid' },
                i => { type => [ 'integer', 'null' ] } } } } } },
    'a body';


# who may call, and what is answered

for (
    [ 'GET /a v3.l', '', '200 304 429 503 504' ],
    [ 'GET /a/<id:uuid> v3.f caller', '- bearer',
      '200 304 400 404 429 503 504' ],
    [ 'GET /a v3.f access=user', 'bearer', '200 401 429 503 504' ],
    [ 'GET /a v3.f scope=s', 'bearer:s', '200 401 403 429 503 504' ],
    [ 'GET /a v3.f scope=s|t', 'bearer:s bearer:t',
      '200 401 403 429 503 504' ],
    [ 'GET /a v3.s caller reply=audio', '- bearer',
      '200 206 304 416 429 503 504' ],
    [ 'POST /a v3.c access=user body.a:int header.Idempotency-Key:text',
      'bearer', '201 400 401 409 413 422 429 503 504' ],
) {
    my ($words, $who, $statuses) = @$_;
    my $of = operation($words, lc((split ' ', $words)[0]),
                       $words =~ /<id/ ? '/a/{id}' : '/a');

    is join(' ', map { my ($k) = keys %$_;
                       $k ? join ':', $k, $_->{$k}->@* : '-' }
                 $of->{security}->@*), $who, "$words: who";
    is join(' ', sort keys $of->{responses}->%*), $statuses, '... answers';
}

my $f = operation('GET /a/<id:uuid> v3.f', get => '/a/{id}');
is "$f->{operationId}: $f->{summary} $f->{description}",
   "f: Said. Said.\n\nIt's A.", 'what is said of it';
is operation('GET /a v3.l', get => '/a')->{description}, 'Said.',
   'nothing twice';
is operation('GET /a v3.c ?orderBy:text', get => '/a')->{description},
   "Said.\n\nThe orderBy is x.", 'as the API has it';
is operation('GET /a v3.s reply=audio', get => '/a')->{description}, 'Said.',
   'nothing of how the edge decides';

my $schemas = JSON::PP::decode_json(
    document("# S.\nresonate_route GET /a v3.l;"))->{components}{schemas};
is_deeply $schemas->{B}, {
    type => 'object', additionalProperties => JSON::PP::false(),
    required => [ qw(a c d) ], properties => {
        a => \%text, b => { type => [ 'string', 'null' ] },
        c => { type => 'array',
               items => { '$ref' => '#/components/schemas/A' } },
        d => { anyOf => [ { '$ref' => '#/components/schemas/A' },
                          { type => 'null' } ] } } }, 'a shape';
is $schemas->{AList}{properties}{data}{items}{'$ref'},
   '#/components/schemas/A', 'a list';

like document("# S.\nresonate_route GET /a v3.unknown;"),
     qr/^no answer of v3\.unknown in/, 'a route without a shape is refused';
like document("# S.\nresonate_route GET /a v3.s;"), qr/^no data of v3\.s in/,
     'and one without data';


# the one that is shipped

my $shipped = slurp("$root/www/openapi.json");
my $paths = JSON::PP::decode_json($shipped)->{paths};
is_deeply [ sort map { my $path = $_; map { uc "$_ $path" }
                       keys $paths->{$path}->%* } keys %$paths ],
          [ sort 'GET /APIDOCS', map { uc "$_->{method} "
                . $_->{pattern} =~ tr/<>/{}/r } Resonate::Routes::all() ],
          'it has each route';

my %routed = map { $_->{function} => 1 } Resonate::Routes::all();
my $of = JSON::PP::decode_json(slurp("$root/doc/openapi-shapes.json"));

is_deeply [ sort { $a cmp $b } uniq map { s/ .*//r } keys $of->{answers}->%* ],
          [ sort keys %routed ],
          'and nothing of a route that is gone';

SKIP: {
    my $bin = "$root/t/browser/node_modules/.bin";
    skip 'needs node_modules: make browser-modules', 1 if !-x "$bin/redocly";

    local @ENV{qw(REDOCLY_TELEMETRY REDOCLY_SUPPRESS_UPDATE_NOTICE)}
        = ('off', 'true');
    my $said = `cd $dir && $bin/redocly lint --extends=recommended-strict \\
                $root/www/openapi.json 2>&1`;
    like $said, qr/valid/, 'redocly has nothing to say' or diag $said;
    is $?, 0, '... of any rule that is recommended';

    my $types = `$bin/openapi-typescript $root/www/openapi.json 2>$dir/said`;
    ok $types eq slurp("$root/sdk/js/api.d.ts"),
       'sdk/js/api.d.ts is current, "make sdk" writes it';
}

done_testing;
