# doc/api-table: the rows that routes and their comments make.

use lib 't/lib';
use Resonate::Test;

my $dir = tempdir();

# what is in a location, and its rows without route and answer

my @cases = (
    [ 'v.f', '| | ignored | |' ],
    [ 'v.f caller', '| | optional | |' ],
    [ 'v.f access=any caller cache=10s personal=2s',
      '| | optional | 10s, caller 2s |' ],
    [ 'v.f cache=1m', '| | ignored | 1m |' ],
    [ 'v.f access=user', '| | required | |' ],
    [ 'v.f scope=plays', '| | scope plays | |' ],
    [ 'v.f scope=plays|all role=artist',
      '| | scope plays or all, role artist | |' ],
    [ 'v.f pg=read reply=audio', '| | ignored | |' ],
    [ 'v.f ?limit:int(1..100)=50', '| limit (50; 1-100) | ignored | |' ],
    [ 'v.f ?n:int(-5..-1)', '| n (-5 to -1) | ignored | |' ],
    [ 'v.f ?n:int', '| n (int) | ignored | |' ],
    [ 'v.f ?order:enum(a|b)=b', '| order (b; a, b) | ignored | |' ],
    [ 'v.f ?q:text(1..100)!',
      '| q (required; 1-100 characters) | ignored | |' ],
    [ 'v.f ?q:text!', '| q (required; text) | ignored | |' ],
    [ 'v.f ?ids:uuid[](1..200)!',
      '| ids (required; 1-200 uuids) | ignored | |' ],
    [ 'v.f ?ids:uuid[]', '| ids (uuid list) | ignored | |' ],
    [ 'v.f body.tracks[](1..200).trackId:uuid! body.tracks[].index:int',
      '| body: tracks[1-200].trackId (required; uuid), tracks[].index (int) '
      . '| ignored | |' ],
    [ 'v.f body.email:external',
      '| body: email (null or empty) | ignored | |' ],
    [ 'v.f header.K:text(1..9) body.a:json! ?b:bool=false body.c:date',
      '| b (false; bool); body: a (required; json), c (date); '
      . 'header: K (1-9 characters) | ignored | |' ],
);

for (@cases) {
    my ($words, $row) = @$_;
    my ($out) = table("# Said.\nresonate_route GET /a $words;");

    is((split /\n/, $out)[2], "| GET /a $row Said. |", $words);
}

rows('# A.
      resonate_route GET /a/<id:uuid>/<tag:text(1..50)> v.f;',
     [ '| GET /a/{id}/{tag} | tag (1-50 characters) | ignored | | A. |' ],
     'captures');
rows('# A
      # and b.
      resonate_route GET /a v.a; # not this
      # C | d.
      resonate_route POST "/c" v.c
          # nor this
          caller;',
     [ '| GET /a | | ignored | | A and b. |',
       '| POST /c | | optional | | C \| d. |' ],
     'comments of several lines, and those that are no description');
rows('# of others

      # A.
      resonate_route GET /a v.a;', [ '| GET /a | | ignored | | A. |' ],
     'a comment with a line between is no description');
rows('# resonate_route GET /a v.a;
      add_header X "; resonate_route GET /b v.b;";', [], 'no routes');

for ([ 'resonate_route GET /a v.a;', qr{no comment right above GET /a$} ],
     [ "# A.\n\nresonate_route GET /a v.a;", qr{no comment right above} ],
     [ "# A.\nresonate_route GET /a v.a ?b;", qr{cannot read .* "b"$} ],
     [ "# A.\nresonate_route GET /a v.a <b>;", qr{GET /a has "<b>"$} ])
{
    my ($conf, $why) = @$_;
    my ($out, $status) = table($conf);

    isnt $status, 0, 'refused';
    like $out, $why, 'and says why';
}

subtest 'a file' => sub {
    my $file = "$dir/file.md";
    my $made = "a\n<!-- routes: so -->\n\n" . (table("# A.\n"
               . 'resonate_route GET /a v.a;'))[0] . "\n<!-- end of routes -->"
               . "\nb\n";

    spew($file, "a\n<!-- routes: so -->\nold\n<!-- end of routes -->\nb\n");
    is((run('--write', $file, "$dir/conf"))[1], 0, 'is written') for 1, 2;
    is slurp($file), $made, 'between its marks, twice the same';

    spew($file, "a\n");
    like((run('--write', $file, "$dir/conf"))[0], qr/no place/, 'no marks');
    is slurp($file), "a\n", 'nothing is written';
};

done_testing;


sub run {
    my $out = `$Resonate::Test::ROOT/doc/api-table @_ 2>&1`;

    return ($out, $? >> 8);
}


sub table {
    my ($conf) = @_;

    spew("$dir/conf", "location / {\n$conf\n}\n");
    return run("$dir/conf");
}


sub rows {
    my ($conf, $rows, $name) = @_;
    my @lines = split /\n/, (table($conf))[0];

    is_deeply [ @lines[2 .. $#lines] ], $rows, $name;
}
