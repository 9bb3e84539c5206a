# The session's cookies: large ones, new keys, and what is not one.

use lib 't/lib';
use Resonate::Test;
use Resonate::Login;

plan skip_all => $_ for grep { $_ } Resonate::Login::missing();

my $login = Resonate::Login->new(edge => { log => 'info' });
my $edge = $login->edge;
my ($OLD, $NEW) = ('1' x 64, '2' x 64);


# what the edge says to these cookies: somebody, and the cookies that it ends

sub said {
    my (%cookie) = @_;
    my $res = $edge->get('/who', headers => {
        Cookie => join '; ', map { "$_=$cookie{$_}" } sort keys %cookie });
    my @ended = map { /^([^=]+)=;/ ? $1 : () }
                Resonate::Agent::list($res->{headers}{'set-cookie'});

    return join ' ', $res->{content}, sort @ended;
}

sub jar { return %{{ map { /^([^=]+)=(.*)/ }
                     split /; /, $login->agent->cookies('localhost') }} }


subtest 'new keys' => sub {
    $login->log_in('alice');
    my $name = $Resonate::Login::COOKIE;
    my %old = jar();

    $login->keys($NEW, $OLD);
    $edge->reload;
    is(said(%old), 'alice', 'the old key opens');

    $login->log_in('alice');
    my %new = jar();

    $login->keys($NEW);
    $edge->reload;
    is(said(%new), 'alice', 'the new one seals');
    is(said(%old), " $name", 'without the old one it is over');

    my $bent = substr($new{$name}, 0, -9) . 'AAAAAAAAA';

    is(said($name => $_), " $name", 'no session: ' . substr $_, 0, 12)
        for '', '1.', 'x', "2.$new{$name}", $new{$name} =~ s/^1\.//r, $bent,
            "$new{$name}A", '1.' . 'A' x 3800, '1.' . 'A' x 5000;
    is($edge->get('/who', headers => {
           Cookie => "$name=$new{$name}; $name=$new{$name}" })->{content}, '',
       'nor is it one twice');
    is(said(a => 1, $name => $new{$name}, b => 2), 'alice', 'among others');
};


subtest 'more than a cookie holds' => sub {
    $login->provider->set(people => { bob => { name => 'Bob', roles =>
        [ map { "role-$_-" . 'x' x 40 } 1 .. 20 ] } });
    $login->agent->forget;

    my $res = $login->log_in('bob');
    my %cookie = jar();
    my @names = sort keys %cookie;

    is("@names", '__Host-resonate __Host-resonate.1', 'two');
    like($cookie{'__Host-resonate'}, qr/^2\./, 'the first one knows');
    cmp_ok(length $_, '<', 4096, 'no longer than browsers keep')
        for Resonate::Agent::list($res->{headers}{'set-cookie'});
    is(said(%cookie), 'bob', 'together');
    is(said(%cookie, '__Host-resonate.2' => 'left'), 'bob',
       'and beside others');
    is(said('__Host-resonate' => $cookie{'__Host-resonate'}),
       ' __Host-resonate', 'without the second');
    is(said(%cookie, '__Host-resonate.1' => 'AAAA'),
       ' __Host-resonate __Host-resonate.1', 'with another');

    $login->provider->set(people => {});
    $res = $login->log_in('bob');
    is(join(' ', sort keys %{{jar()}}), '__Host-resonate',
       'a shorter one ends the rest');
};

unlike($edge->log . $edge->access_log, qr/__Host-resonate=|eyJ/,
       'no log has a session');

done_testing;
