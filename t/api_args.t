# The arguments of the public routes are the contract's: names, defaults,
# bounds, words.  What each of them does is in the other t/api_*.t.

use lib 't/lib';
use Resonate::Test;
use Resonate::Routes;

my $LIMIT = 'limit:int(1..100)';
my $PAGE = 'page:int(1..1000000)=1';
my $RELEASES = 'order:enum(newest|oldest|random)=newest';
my $NAMES = 'order:enum(asc|desc)=asc';

my %EXPECTED = (
    '/tracks' => "$LIMIT=50 $PAGE"
                 . ' order:enum(newest|latest|oldest|plays|random)=newest',
    '/tracks/<id>' => '',
    '/trackgroups' => "$LIMIT=90 $PAGE $RELEASES"
        . ' type:enum(lp|ep|single|compilation|podcast) featured:bool',
    '/trackgroups/<id>' => '',
    '/artists' => "$LIMIT=20 $PAGE $NAMES orderBy:enum(name|id)=name",
    '/artists/featured' => "$LIMIT=20 $PAGE",
    '/artists/updated' => "$LIMIT=20 $PAGE",
    '/artists/<id>' => '',
    '/artists/<id>/releases' => "$LIMIT=90 $PAGE $RELEASES",
    '/artists/<id>/tracks' => "$LIMIT=50 $PAGE",
    '/artists/<id>/tracks/top' => 'limit:int(1..10)=3',
    '/labels' => "$LIMIT=20 $PAGE $NAMES",
    '/labels/<id>' => '',
    '/labels/<id>/artists' => "$LIMIT=20 $PAGE $NAMES",
    '/labels/<id>/releases' => "$LIMIT=90 $PAGE $RELEASES",
    '/users/<id>' => '',
    '/search' => "q:text(1..100)! $LIMIT=20",
    '/tag/<tag>' => "$LIMIT=50 $PAGE",
    '/resolve' => 'url:text(1..2000)!',
    '/prices' => '',
);

my %declared = map {
    $_->{pattern} => join ' ', $_->{text} =~ /\?(\w+:\S+)/g
} Resonate::Routes::public();

is $declared{$_}, $EXPECTED{$_}, "GET $_" for sort keys %EXPECTED;

done_testing;
