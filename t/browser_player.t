# The page in Chromium: what is said of nine plays, menus, the large player,
# and a site where nobody can log in.

use lib 't/lib';
use Resonate::Test;

use JSON::PP ();
use Resonate::Browser;

if (my $why = Resonate::Browser::missing()) {
    plan skip_all => $why;
}

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

$pg->dbh->do("UPDATE resonate.track SET lyrics = 'One' WHERE id = ?", {},
             $id->{paid});

my $edge = Resonate::Browser::site($pg);
my $other = Resonate::Browser::site($pg, login => "''");

Resonate::Browser::run($_->[0], RESONATE_URL => $_->[1]->url,
                       RESONATE_IDS => JSON::PP::encode_json($id))
    for grep { !@ARGV || $_->[0] eq $ARGV[0] }
        [ intro => $edge ], [ menu => $edge ], [ large => $edge ],
        [ nologin => $other ];

done_testing;
