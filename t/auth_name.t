# What a person made at first sight is called: as the token says, or a number.

use utf8;
use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, server => '
    location /api/ {
        resonate_auth optional;
        resonate_route GET /profile v3.profile access=user pg=write;
    }');

my $n = 0;

sub called {
    my (%claims) = @_;

    my $res = $edge->get('/api/profile', token => token(
        sub => $claims{sub} // 'person-' . ++$n, %claims));

    is $res->{status}, 200, 'a profile' or diag $res->{content};
    return json($res)->{data}{displayName};
}

my %all = (name => 'Ada', nickname => 'ada', preferred_username => 'al');

for (
    [ 'the name', 'Ada', %all ],
    [ 'of no name, the nickname', 'ada', %all, name => undef ],
    [ 'of neither, the preferred one', 'al', %all, name => undef,
      nickname => undef ],
    [ 'nothing is no name', 'ada', %all, name => '' ],
    [ 'nor are spaces', 'ada', %all, name => '   ' ],
    [ 'nor is a number', 'ada', %all, name => 7 ],
    [ 'nor control characters', 'ada', %all, name => "A\nB" ],
    [ 'nor what is too long', 'ada', %all, name => 'x' x 201 ],
    [ 'as long as it may be', 'x' x 200, name => 'x' x 200 ],
    [ 'spaces around it', 'Ada', name => '  Ada ' ],
    [ 'letters of all kinds', 'Zoë "Z" Ångel', name => 'Zoë "Z" Ångel' ],
    [ 'SQL', q('; DROP TABLE resonate.person; --),
      name => q('; DROP TABLE resonate.person; --) ],
) {
    my ($what, $expected, %claims) = @$_;

    is called(%claims), $expected, $what;
}

like called(), qr/^listener-\d{6}$/, 'no name at all: a number';
like called(name => '', nickname => []), qr/^listener-\d{6}$/, 'none of use';

is called(sub => 'same', name => 'First'), 'First', 'at first sight';
is called(sub => 'same', name => 'Second'), 'First', 'and not later';

is $pg->psql('SELECT count(*) FROM resonate.person'), $n + 1,
    'one person for each subject';

done_testing;
