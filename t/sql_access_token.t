#!/usr/bin/perl

# Opaque tokens: what the edge learns of one, from a table that has only their
# hashes; the old table of them; and that a deleted one is revoked.

use lib 't/lib';
use Resonate::Test;

use Digest::SHA qw(sha256_hex);

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $service = $pg->dbh(user => 'resonate_identity');
my $NIL = '00000000-0000-0000-0000-000000000000';
my $USER = '00000001-0000-4000-8000-000000000001';
my $n = 0;

sub uuid { return sprintf '%08x-aaaa-4aaa-8aaa-aaaaaaaaaaaa', ++$n }

sub claims {
    my ($token) = @_;
    my $claims = $edge->selectrow_array(
        'SELECT resonate.token_claims(?)', {}, sha256_hex($token));

    return $claims && JSON::PP::decode_json($claims);
}

sub revoked {
    my ($token) = @_;

    return $dbh->selectrow_array(
        q{SELECT count(*) FROM resonate.revocation
          WHERE kind = 'token' AND value = ?}, {}, sha256_hex($token));
}


# the old table

$dbh->do('CREATE TABLE public.access_tokens (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), client_id uuid, user_id uuid,
    token uuid UNIQUE, scope varchar(200), created_at timestamptz,
    updated_at timestamptz, expires_at timestamptz, deleted_at timestamptz)');

my $client = uuid();
my $now = time;
my %old;

for (
    # name, user, scope, expires in, deleted; claims besides client and times
    [ 'user', $USER, 'read_write user', 60, undef,
      { sub => $USER, scope => 'read_write', roles => ['user'] } ],
    [ 'label', $USER, 'user  label read', 60, undef,
      { sub => $USER, scope => 'read', roles => [ 'label', 'user' ] } ],
    [ 'roles', $USER, 'superadmin', 60, undef,
      { sub => $USER, roles => ['superadmin'] } ],
    [ 'client', $NIL, 'read', 60, undef,
      { sub => $client, scope => 'read' } ],
    [ 'nobody', undef, undef, 60, undef, { sub => $client } ],
    [ 'expired', $USER, 'read', -1, undef ],
    [ 'deleted', $USER, 'read', 60, 1 ],
    [ 'both', $USER, 'read', -1, 1 ],
) {
    my ($name, $user, $scope, $expires, $deleted, $claims) = @$_;

    $old{$name} = { token => uuid(), claims => $claims };
    $dbh->do('INSERT INTO public.access_tokens (client_id, user_id, token,
                  scope, created_at, expires_at, deleted_at)
              VALUES (?, ?, ?, ?, to_timestamp(?), to_timestamp(?),
                      to_timestamp(?))', {}, $client, $user,
             $old{$name}{token}, $scope, $now - 5, $now + $expires,
             $deleted && $now);
}

my $import = q{SELECT resonate.token_import('public.access_tokens')};
is $dbh->selectrow_array($import), 6, 'all that have not expired';
is $dbh->selectrow_array($import), 0, 'once';
is claims($old{user}{token})->{exp}, $now + 60, 'when it expires';

for my $name (sort keys %old) {
    my $claims = claims($old{$name}{token});

    if (my $expected = $old{$name}{claims}) {
        like delete $claims->{jti}, qr/^[0-9a-f-]{36}$/, "$name: has a jti";
        is_deeply $claims, { %$expected, client_id => $client,
                             iat => $now - 5, exp => $now + 60 },
            'and its claims';
    } else {
        is $claims, undef, "$name: has none";
    }
}

is $edge->selectrow_array('SELECT resonate.token_claims(?)', {}, $_), undef,
    "nor has \"$_\"" for $old{user}{token}, '', 'zz' x 32, 'a' x 63,
                         uc sha256_hex($old{user}{token});

my $dump = Resonate::Pg::run(Resonate::Pg::tool('pg_dump'), '-n', 'resonate',
                             '-d', $pg->conninfo);
unlike $dump, qr/\Q$old{$_}{token}/, "$_: the token is nowhere in a dump"
    for sort keys %old;


# what the old service does to its table

$dbh->do('UPDATE public.access_tokens SET deleted_at = now() WHERE token = ?',
         {}, $old{label}{token});
is $dbh->selectrow_array($import), 1, 'one was deleted';
is claims($old{label}{token}), undef, 'and is unknown';
is revoked($old{label}{token}), 1, 'to who knew it as well';
is revoked($old{deleted}{token}), 0, 'which nobody did of those before';


# a service that has no such table

sub store {
    my ($token, $user, $expires) = @_;

    $service->do('SELECT resonate.token_store(?, ?, ?, ?, now() + ?)', {},
                 sha256_hex($token), 'player', $user, 'read user',
                 $expires // '1 hour');
    return $token;
}

sub gone {
    my ($token) = @_;

    return $service->selectrow_array('SELECT resonate.token_delete(?)', {},
                                     sha256_hex($token));
}

my ($one, $two, $three) = (store(uuid(), $USER), store(uuid()),
                           store(uuid(), $USER));
is claims($one)->{sub}, $USER, 'a token of a user';
is claims($two)->{sub}, 'player', 'a token of a client';
ok !eval { store($one, $USER) }, 'there is one of each';

is gone($one), 1, 'one is deleted';
is gone($one), 0, 'once';
is gone('other'), 0, 'another one is not there';
is claims($one), undef, 'it is unknown';
is revoked($one), 1, 'and revoked, once';

$dbh->do(q{DELETE FROM resonate.access_token WHERE user_id = ?}, {}, $NIL);
is revoked($two), 1, 'so is one whose row is gone';
$dbh->do(q{UPDATE resonate.access_token SET scope = 'read'});
is claims($three)->{roles}, undef, 'others may have another scope';
is revoked($three), 0, 'and go on';
$dbh->do(q{UPDATE resonate.access_token SET expires_at = now()
           WHERE deleted_at IS NULL});
$dbh->do('DELETE FROM resonate.access_token');
is revoked($three), 0, 'what has expired need not be revoked';

done_testing;
