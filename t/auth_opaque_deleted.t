# Opaque tokens of the table that is supplied: known, and refused once deleted.

use lib 't/lib';
use Resonate::Test;
use Digest::SHA qw(sha256_hex);

my $pg = Resonate::Pg->new;
my $service = $pg->dbh(user => 'resonate_identity');
my $person = '00000001-0000-4000-8000-000000000001';
my $n = 0;

my $edge = Resonate::Edge->new(
    pg => $pg, modules => [qw(core auth)],
    http => <<'END',
resonate_revocation read poll=50ms;
resonate_provider https://id.example {
    audience resonate;
    lookup read resonate.token_claims ttl=600s negative=1s match=uuid;
}
END
    server => <<'END');
location /       { resonate_auth required; try_files /none @said; }
location @said   {
    resonate_auth optional;
    return 200 "$resonate_user $resonate_scope $resonate_roles";
}
END

sub uuid { return sprintf '%08x-aaaa-4aaa-8aaa-aaaaaaaaaaaa', ++$n }

sub says {
    my $res = $edge->get('/', token => $_[0]);

    return $res->{status} == 200 ? $res->{content} : $res->{status};
}

sub store {
    my ($token, $user) = @_;

    $service->do('SELECT resonate.token_store(?, ?, ?, ?, now() + ?)', {},
                 sha256_hex($token), 'player', $user, 'read_write user',
                 '1 hour');
    return $token;
}

my ($one, $other) = (store(uuid(), $person), store(uuid()));

is says($one), "$person read_write user", 'a token of a person';
is says($other), 'player read_write user', 'a token of a client';
is says(uuid()), 401, 'an unknown one';

$service->do('SELECT resonate.token_delete(?)', {}, sha256_hex($one));
ok eval { wait_for { says($one) eq '401' } 10, 'it'; 1 },
    'deleted, it is refused, though it is kept for a minute';
is says($other), 'player read_write user', 'the other one is not';

done_testing;
