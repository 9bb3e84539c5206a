# Scopes and roles that routes ask for: of the token in the edge, of the
# person in SQL, and the weaker counts.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;

$pg->psql(<<'END');
CREATE FUNCTION v3.who(caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE sql AS $$ SELECT 200, to_json(caller)::text, NULL::text[] $$;
GRANT EXECUTE ON FUNCTION v3.who(uuid) TO resonate_edge;
SELECT resonate.caller('https://demo.resonate.example', name)
FROM resonate.role;
UPDATE resonate.person p SET role_id = r.id
FROM resonate.identity i JOIN resonate.role r ON r.name = i.subject
WHERE i.person_id = p.id;
END

my @roles = qw(superadmin admin tenantadmin label artist user);
my $routes = join '', "resonate_auth optional;\n",
    map({ "resonate_route GET /$_ v3.who role=$_ personal=60s;\n" } @roles),
    <<'END';
resonate_route GET /open v3.who access=user personal=60s;
resonate_route GET /one v3.who scope=read;
resonate_route GET /any v3.who scope=plays|read|read_write;
resonate_route GET /both v3.who scope=plays role=artist;
END

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, modules => [qw(core auth)],
    http => 'resonate_cache 1m;', server => <<"END");
location /api/ { $routes }
location /old/ { resonate_route_scopes off; $routes }
END

sub ask {
    my ($path, %claims) = @_;
    return $edge->get($path, token => token(%claims));
}

# which roles open what; of the person, and of the token

for my $n (0 .. $#roles) {
    my $role = $roles[$n];
    my @may = map { $_ < $n ? 403 : 200 } 0 .. $#roles;

    is_deeply [ map { ask("/api/$_", sub => $role,
                          roles => ['superadmin'])->{status} } @roles ],
              \@may, "a person: $role";
    is_deeply [ map { ask("/api/$_", sub => 'superadmin',
                          roles => [$role])->{status} } @roles ],
              \@may, "a token: $role";
}

is ask('/api/user', sub => 'new')->{status}, 200, 'a stranger is a user';
is ask('/api/artist', sub => 'new', roles => ['artist'])->{status}, 403,
   '... and no more, whatever his token says';
is ask('/api/artist', sub => 'artist')->{status}, 403,
   'a token without roles is a user\'s';
is ask('/api/artist', sub => 'artist', roles => [qw(user label x)])->{status},
   200, 'the strongest role of several counts';
is $edge->get('/api/user')->{status}, 401, 'nobody is asked to log in';

my $res = ask('/api/label', sub => 'label', roles => ['artist']);
is $res->{headers}{'www-authenticate'},
   'Bearer realm="resonate", error="insufficient_scope"',
   'a token that lacks a role: its challenge';
is json($res)->{detail}, 'The token lacks a role', '... and problem';

$res = ask('/api/label', sub => 'artist', roles => ['label']);
is json($res)->{detail}, 'The account lacks the role label',
   'a person who lacks it';
is $res->{headers}{'www-authenticate'}, undef, '... is not to log in again';

# what one route keeps for a caller is not another's

is ask('/api/open', sub => 'artist', roles => ['label'])->{status}, 200,
   'a reply is kept';
is ask('/api/label', sub => 'artist', roles => ['label'])->{status}, 403,
   '... and is not that of a route with a role';

# scopes

for (
    [ '/api/one',  'read',          200 ],
    [ '/api/one',  'reader',        403, 'read' ],
    [ '/api/any',  'x read_write',  200 ],
    [ '/api/any',  'plays',         200 ],
    [ '/api/any',  'x',             403, 'plays' ],
    [ '/api/any',  undef,           403, 'plays' ],
    [ '/api/both', 'plays',         403, '' ],
    [ '/old/one',  'reader',        200 ],
    [ '/old/any',  undef,           200 ],
    [ '/old/both', 'plays',         403, '' ],
) {
    my ($path, $scope, $status, $needed) = @$_;
    my $said = 'Bearer realm="resonate", error="insufficient_scope"';
    $said .= qq(, scope="$needed") if $needed;
    $res = ask($path, sub => 'superadmin', scope => $scope);

    is $res->{status}, $status, "$path with " . ($scope // 'none');
    is $res->{headers}{'www-authenticate'}, defined $needed ? $said : undef,
       '... is challenged accordingly';
}

is ask('/api/both', sub => 'label', scope => 'plays', roles => ['label'])
   ->{status}, 200, 'scope and role';
is $edge->get('/old/one')->{status}, 401,
   'without scopes a token is needed all the same';

# the switch

is(Resonate::Edge->conf_fails(http => "resonate_route_scopes $_->[0];",
                              modules => [qw(core auth)])
       =~ s/ in \S+:\d+$//r, $_->[1], "resonate_route_scopes $_->[0]")
    for [ 'maybe', 'invalid value "maybe" in "resonate_route_scopes" '
                   . 'directive, it must be "on" or "off"' ],
        [ 'on; resonate_route_scopes off',
          '"resonate_route_scopes" directive is duplicate' ];

done_testing();
