# /user/profile: its shape, and what may be changed in it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Api;

my $api = Resonate::Api->new;
my $id = $api->id;
my $path = '/user/profile';

$api->sql("UPDATE resonate.person SET email = 'Li\@Example.org',
               email_confirmed = true, country = 'NL' WHERE id = ?",
          $id->{listener});
$api->sql("INSERT INTO resonate.membership (person_id, class)
           VALUES (?, 'listener')", $id->{listener});
$api->sql("INSERT INTO resonate.membership (person_id, class, since, until)
           VALUES (?, 'music', '2020-01-01', '2020-12-31')", $id->{listener});

my $me = $api->data('listener', 'GET', $path);

is keys_of($me), 'country credit displayName email emailConfirmed id'
    . ' isListenerMember isMusicMember member memberships'
    . ' newsletterNotification role userGroups', 'the names';
is $me->{id}, $id->{listener}, 'id';
is_deeply $me->{role}, { id => 6, name => 'user' }, 'role';
is_deeply $me->{credit}, { total => 4088 }, 'credit in mc';
is "$me->{email} $me->{country}", 'Li@Example.org NL', 'texts';
ok $me->{emailConfirmed} && $me->{member} && $me->{isListenerMember}, 'true';
ok !$me->{isMusicMember} && !$me->{newsletterNotification}, 'false';
is join(' ', map { keys_of($_) } @{$me->{memberships}}),
    'class since until class since until', 'memberships';
is_deeply $me->{userGroups}, [], 'no groups';
is_deeply $api->data('owner', 'GET', $path)->{userGroups},
    [ { id => $id->{artist}, typeId => 1,
        displayName => "Zo\x{eb} & the Testers" } ], 'the groups of an artist';


# body, status, what is told or what it is after

for (
    [ {} => 200, [ 'Listener', 'NL', 0 ] ],
    [ { displayName => "  Ada \t Lovelace\n" } => 200,
      [ 'Ada Lovelace', 'NL', 0 ] ],
    [ { country => 'Belgium', newsletterNotification => JSON::PP::true } =>
      200, [ 'Ada Lovelace', 'Belgium', 1 ] ],
    [ { displayName => undef, country => undef,
        newsletterNotification => undef } => 200,
      [ 'Ada Lovelace', 'Belgium', 1 ] ],
    [ { country => '', newsletterNotification => JSON::PP::false } => 200,
      [ 'Ada Lovelace', undef, 0 ] ],
    [ { displayName => "\x{96ea}\x{1f600}\"\\", email => undef,
        password => undef } => 200, [ "\x{96ea}\x{1f600}\"\\", undef, 0 ] ],
    [ { displayName => 'Li', email => '', password => '' } => 200,
      [ 'Li', undef, 0 ] ],
    [ { email => 'li@example.ORG' } => 200, [ 'Li', undef, 0 ] ],

    [ { displayName => 'X', email => 'other@example.org' } => 400,
      qr/"path":"email".*"readOnly".*identity provider/ ],
    [ { displayName => 'X', password => 'secret' } => 400,
      qr/"path":"password".*identity provider/ ],
    [ { displayName => '' } => 400, qr/"path":"displayName"/ ],
    [ { displayName => " \n" } => 400, qr/"path":"displayName"/ ],
    [ { displayName => 'x' x 201 } => 400, qr/"code":"maxLength"/ ],
    [ { country => 'x' x 101 } => 400, qr/"path":"country"/ ],
    [ { newsletterNotification => 'yes' } => 400,
      qr/"path":"newsletterNotification"/ ],
    [ { role => 'admin' } => 400, qr/additionalProperties.*\\"role\\"/ ],
    [ { credit => { total => 1 } } => 400, qr/field \\"credit\\"/ ],
    [ '{' => 400, qr/"code":"json"/ ],
    [ '[]' => 400, qr/"errors"/ ],
) {
    my ($body, $status, $expected) = @$_;
    my $name = ref $body ? JSON::PP->new->canonical->ascii->encode($body)
                         : $body;
    my $res = $api->call('listener', 'PUT', $path, $body);

    is $res->{status}, $status, 'PUT ' . substr $name, 0, 60;
    like $res->{content}, $expected, 'why' if $status == 400;
    unlike $res->{content}, qr/secret/, 'a password is not repeated';

    my $now = $api->data('listener', 'GET', $path);

    if ($status == 200) {
        is_deeply json($res)->{data}, $now, 'it answers what GET does';
        is_deeply [ $now->{displayName}, $now->{country},
                    $now->{newsletterNotification} ? 1 : 0 ], $expected,
            'and has what was sent';

    } else {
        is $now->{displayName}, 'Li', 'nothing was changed';
    }
}


# somebody without an address has none to send back; nobody else was touched

is $api->status('owner', 'PUT', $path, { email => 'li@example.org' }), 400,
    "another's address";
like $api->data('owner', 'GET', $path)->{displayName}, qr/^listener-\d+$/,
    'the other is who it was';


# who was never seen before is a person at once

my $new = $api->data('newcomer', 'PUT', $path, { displayName => 'New' });
is $new->{displayName}, 'New', 'a new person with a name';
is_deeply $new->{credit}, { total => 0 }, 'and an empty wallet';
is $api->data('newcomer', 'GET', $path)->{id}, $new->{id}, 'is kept';

done_testing;
