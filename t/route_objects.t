# Arrays of objects in bodies, as columns; members that are kept elsewhere.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE FUNCTION v3.items(note text, items_id uuid[], items_n int[],
                         items_word text[])
RETURNS resonate.reply LANGUAGE sql AS $$
    SELECT 200, json_build_object('note', note, 'ids', items_id, 'n', items_n,
                                  'words', items_word)::text, NULL::text[] $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
END

my $edge = Resonate::Edge->new(pg => $pg, server => 'location /api/ {
    resonate_route POST /items v3.items body.password:external
        body.note:text(0..20) body.items[](1..3).id:uuid!
        body.items[](1..3).n:int(0..9) body.items[](1..3).word:text(0..9);
}');

my ($a, $b) = map { "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f$_" } 1, 2;
my %none = (note => undef);

for (
    [qq({"items":[{"id":"$a"}]})
     => { ids => [$a], n => [undef], words => [undef] }],
    [qq({"items":[{"id":"\U$a\E"},{"n":0,"id":"$b","word":"x"}]})
     => { ids => [$a, $b], n => [undef, 0], words => [undef, 'x'] }],
    [qq({"items":[{"id":"$a","word":"a\\"},NULL\\\\"},)
     . qq({"id":"$b","word":"NULL"}]})
     => { ids => [$a, $b], n => [undef, undef],
          words => ['a"},NULL\\', 'NULL'] }],
    [qq({"note":"[[[[[[[[[[[[[[[[[[[[","password":"","items":[{"id":"$a"}]})
     => { ids => [$a], n => [undef], words => [undef],
          note => "[" x 20 }],
    [qq({"password":null,"items":[{"id":"$a"}]})
     => { ids => [$a], n => [undef], words => [undef] }],

    ['{}'                         => 'items:required'],
    ['{"items":null}'             => 'items:required'],
    ['{"items":[]}'               => 'items:minItems'],
    ['{"items":[{},{},{},{}]}'    => 'items:maxItems'],
    ['{"items":{}}'               => 'items:type'],
    ['{"items":[[]]}'             => 'items[0]:type'],
    ['{"items":[{}]}'             => 'items[0].id:required'],
    [qq({"items":[{"id":"$a"},{"id":"$b","x":1}]})
                                  => 'items[1]:additionalProperties'],
    [qq({"items":[{"id":"$a","n":10},{"id":"b"}]})
                                  => 'items[0].n:maximum items[1].id:format'],
    [qq({"password":"s","items":[{"id":"$a"}]}) => 'password:readOnly'],
) {
    my ($body, $expected) = @$_;
    my $res = $edge->post('/api/items', $body);

    if (ref $expected) {
        is $res->{status}, 200, $body or diag $res->{content};
        is_deeply json($res), { %none, %$expected }, 'its columns';
        next;
    }

    is $res->{status}, 400, $body or diag $res->{content};
    is join(' ', sort map { "$_->{path}:$_->{code}" }
                 @{json($res)->{errors}}), $expected, 'its faults';
}


# what nginx -t says of words that contradict each other

for (
    ['body.a[].b:int body.a:int', 'argument "body.a:int" is an array of '
     . 'objects and something else'],
    ['body.a[](1..2).b:int body.a[](1..3).c:int', 'argument '
     . '"body.a[](1..3).c:int" has other bounds than the array has before'],
    ['body.a[].b:int body.aB:int', 'argument "body.aB:int" is duplicate'],
    ['?a:external', 'argument "?a:external" has a type that only a body has'],
    ['?a:text(-5..-1)', 'argument "?a:text(-5..-1)" has a negative bound'],
    ['?a:enum(|)', 'argument "?a:enum(|)" has an enum with an empty word'],
) {
    my ($words, $error) = @$_;

    like $edge->conf_fails(server => 'location /api/ { resonate_route POST /a '
                           . "v3.a $words; }"),
         qr/^\Q$error\E/, "refused: $words";
}

done_testing;
