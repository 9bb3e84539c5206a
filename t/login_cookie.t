# The session's cookies: large ones, new keys, and what is not one.

use lib 't/lib';
use Resonate::Test;
use Resonate::Login;
use Resonate::Upstream;

plan skip_all => $_ for grep { $_ } Resonate::Login::missing();

my $up = Resonate::Upstream->new(
    answer => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
my $login = Resonate::Login->new(edge => { log => 'info' }, server => <<"END");
location /up    { proxy_pass http://127.0.0.1:@{[ $up->port ]}; }
location /moved { try_files /none /plain; }
location /plain {
    resonate_auth off;
    resonate_auth_session off;
    return 200 "\$http_cookie|\$cookie_b";
}
END
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

subtest 'the session is for the edge alone' => sub {
    my $name = $Resonate::Login::COOKIE;
    my %session = jar();
    my $own = "$name=$session{$name}";

    for (
        [ 'alone',        $own, undef ],
        [ 'among others', "a=1; $own; b=2", 'a=1; b=2' ],
        [ 'with log-ins', "$name-x=1; $own; b=2;c", 'b=2;c' ],
        [ 'another name', "$name$name=1; b=$name", "$name$name=1; b=$name" ],
        [ 'none',         'b=2', 'b=2' ],
    ) {
        my ($what, $cookie, $left) = @$_;

        $up->sent;
        is($edge->get('/up', headers => { Cookie => $cookie })->{status}, 204,
           $what);
        is(($up->sent =~ /^Cookie: (.*?)\r$/mi)[0], $left, '... to a service');
    }

    is(said(%session, b => 2), 'bob', 'the edge knows it');
    is($edge->get('/plain', headers => { Cookie => "$own; b=2" })->{content},
       'b=2|2', 'no variable has it');

    my $res = $edge->get('/moved', headers => { Cookie => "$name=1.bad" });

    like($res->{headers}{'set-cookie'}, qr/^\Q$name\E=;/, 'a bad one ends');
    is(join('|', map { $res->{headers}{$_} // '' } qw(cache-control vary)),
       'private, no-store|Cookie', '... where nobody keeps the answer');
};

unlike($edge->log . $edge->access_log, qr/__Host-resonate=|eyJ/,
       'no log has a session');

done_testing;
