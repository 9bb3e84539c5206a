# The manual describes every directive there is, and nothing more:
#
#   ### resonate_name
#
#   **Syntax:** `resonate_name argument;`
#   **Default:** `resonate_name value;` or -
#   **Context:** http, server, location
#
# and every directive is used in a test.

use lib 't/lib';
use Resonate::Test;
use Resonate::Source;

my %directives = Resonate::Source::directives();
my $manual = Resonate::Source::text('doc/MANUAL.md');
my $tests = join '', map { Resonate::Source::text($_) }
                     grep { $_ ne 't/directives.t' }
                     Resonate::Source::files(qr{^t/.*\.(?:t|pm)$});
my %section;

while ($manual =~ /^### `?(resonate_\w+)`?\n(.*?)(?=^#|\z)/gms) {
    $section{$1} = $2;
}

is_deeply [ sort keys %section ], [ sort keys %directives ],
          'the manual has the directives that exist';

for my $name (sort keys %directives) {
    my $text = $section{$name} // '';
    my ($context) = $text =~ /^\*\*Context:\*\* (.*?) *$/m;

    like $text, qr/^\*\*Syntax:\*\* +`$name\b.*;?`/m, "$name: syntax";
    like $text, qr/^\*\*Default:\*\* +\S/m, "$name: default";
    is join(', ', sort split /, /, $context // ''), $directives{$name},
       "$name: context";
    like $tests, qr/\b$name\b/, "$name: used in a test";
}

# its routes are those of the configuration, made from it

my $routes = `$Resonate::Test::ROOT/doc/api-table \\
              $Resonate::Test::ROOT/conf.d/api-v3.conf`;
my $count = () = Resonate::Source::text('conf.d/api-v3.conf')
                 =~ /^ *resonate_route /mg;

is scalar(() = $routes =~ /^\| [A-Z]+ \//mg), $count, 'each route has a row';
ok index($manual, "-->\n\n$routes\n<!--") > 0,
   'the manual has the routes that exist, "make api-table" writes them';

# and so are those of the OpenAPI document

my $openapi = `cd $Resonate::Test::ROOT && doc/openapi \\
               --shapes doc/openapi-shapes.json conf.d/api-v3.conf sql/*.sql`;

ok Resonate::Source::text('www/openapi.json') eq $openapi,
   'www/openapi.json is of these routes, "make openapi" writes it';

done_testing;
