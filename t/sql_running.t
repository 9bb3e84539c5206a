#!/usr/bin/perl

# sql/ is applied, again and with a migration, under an edge that serves: no
# request fails, prepared statements and plans of before included.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

# every answer comes from the database
my $routes = slurp("$Resonate::Test::ROOT/conf.d/api-v3.conf");
$routes =~ s/\s(?:cache|personal|stale)=[^\s;]+//g;

# how long a lock is waited for is the machine's affair
$pg->psql("ALTER ROLE resonate_edge SET $_ = '20s'")
    for qw(lock_timeout statement_timeout);

my $edge = Resonate::Edge->new(pg => $pg, auth => 1, media => media(),
                               pg_read => 'connections=2 timeout=20s',
                               pg_write => 'connections=1 timeout=20s',
                               http => 'keepalive_requests 1000000;',
                               server => $routes);
my $token = token();
my $dir = tempdir();

# a hundred plays are charged, so that money moves all the time
$pg->psql(q{SELECT resonate.price_rule_next(play_mark_ms => 0,
    cost_mc => array_fill(1, ARRAY[100]))});

my %ask = (
    list    => [ GET => '/api/v3/tracks' ],
    search  => [ GET => '/api/v3/search?q=first' ],
    stream  => [ HEAD => "/api/v3/user/stream/$id->{paid}" ],
    profile => [ GET => '/api/v3/user/profile' ],
    play    => [ POST => '/api/v3/user/plays' ],
);
my @tracks = map { qq({"trackId":"$id->{$_}"}) } qw(paid short band_track);


# one client for each, until "stop" is there: a letter for each answer.  They
# take a breath, because they would take the processors from what is applied.

sub client {
    my ($name) = @_;

    return Resonate::Process->spawn(
        output  => "$dir/$name",
        command => [ $^X, '-It/lib', '-MResonate::Http', '-e', <<'END',
            my ($port, $token, $stop, $method, $path, @bodies) = @ARGV;
            my $http = Resonate::Http->new(port => $port);
            my %status;
            $| = 1;
            for (my $n = 0; !-e $stop; $n++) {
                my $res = $http->request($method, $path,
                    headers => { Authorization => "Bearer $token",
                                 @bodies ? ('Content-Type' =>
                                            'application/json') : () },
                    body => @bodies ? $bodies[$n % @bodies] : undef);
                print $res->{status} == 200 ? '.'
                      : "\n$res->{status} $res->{content}\n";
                select undef, undef, undef, 0.002;
            }
END
            $edge->port, $token, "$dir/stop", @{ $ask{$name} },
            $name eq 'play' ? @tracks : () ]);
}

my %client = map { $_ => client($_) } sort keys %ask;

sub answers { return { map { $_ => -s "$dir/$_" } keys %ask } }

# so many more answers to each

sub served {
    my ($more) = @_;
    my $before = answers();

    wait_for {
        my $now = answers();
        !grep { ($now->{$_} || 0) < ($before->{$_} || 0) + $more } keys %ask;
    } 30, 'answers';
}

served(20);

for (1 .. 10) {
    is($pg->apply, '', "applied, $_");
    served(5);
}


# with a migration of the tables that are in use

my $copy = tempdir();
system('cp', '-r', "$Resonate::Test::ROOT/sql", $copy) == 0 or die;
my $all = slurp("$copy/sql/all.sql");
$all =~ s{(?=\\ir migrations/end\.sql)}
         {\\set migration 9000_test\n\\ir migrations/apply.sql\n} or die;
spew("$copy/sql/all.sql", $all);
spew("$copy/sql/migrations/9000_test.sql", <<'END');
ALTER TABLE resonate.track ADD COLUMN extra text;
ALTER TABLE resonate.holding ADD COLUMN extra text;
END

is($pg->apply(all => "$copy/sql/all.sql"), '', 'applied with a migration');
served(20);

spew("$dir/stop", '');

for (sort keys %ask) {
    ok($client{$_}->ended(20), "$_ ends");
    is($client{$_}{status}, 0, 'in good order');
    unlike(slurp("$dir/$_"), qr/[^.]/, 'and every answer was good');
}

is_deeply($pg->dbh->selectall_arrayref('SELECT * FROM resonate.ledger_check()'),
          [], 'the books are right');

done_testing();
