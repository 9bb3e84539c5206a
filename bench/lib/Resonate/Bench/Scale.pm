package Resonate::Bench::Scale;

# Cases g to t, on the database of bench/data: cached replies beside files of
# the same bytes, reads beside PostgreSQL, a mix of reads while the catalogue
# changes, paid plays after five million others, bytes of memory.
#
#   my $scale = Resonate::Bench::Scale->new($load, $small);
#   %{ $scale->cases }      see Resonate::Bench::Small, whose plays are of
#                           tables that were empty

use strict;
use warnings;

use Digest::MD5 qw(md5_hex);
use Resonate::Bench::Changes;
use Resonate::Metrics;
use Resonate::Test;

my $ISSUER = 'https://demo.resonate.example';
my $CALL = 'SELECT status, body, tags FROM';
my ($TRACKS, $USERS) = (5000, 200);     # of paid plays, as in the small one
my $PAGES = 400;                        # of 20, as deep as lists go
my $LINES = 100_000;                    # of the mix
my $CHANGES = 100;                      # of the catalogue, a second
my $CACHE = 'resonate_cache 512m stale=1h listen=read;';

# letter of the plain form and of gzip's, name, path

my @CACHED = (
    [ qw(g h track),      sub { "/tracks/$_[0]{track}[0]" } ],
    [ qw(i j tracks),     sub { '/tracks?limit=20' } ],
    [ qw(k l trackgroup), sub { "/trackgroups/$_[0]{release}[0]" } ],
    [ qw(m n artists),    sub { '/artists?limit=20' } ],
);

# how often in a hundred; most people ask for what most people ask for

my @MIX = (
    [ 50, sub { '/tracks/' . popular($_[0]{track}) } ],
    [ 15, sub { '/trackgroups/' . popular($_[0]{release}) } ],
    [ 10, sub { '/artists/' . popular($_[0]{artist}) } ],
    [ 10, sub { '/tracks?limit=20&page=' . popular([ 1 .. $PAGES ]) } ],
    [ 5, sub { '/trackgroups?limit=20&page=' . popular([ 1 .. 100 ]) } ],
    [ 5, sub { '/artists?limit=20&page=' . popular([ 1 .. 100 ]) } ],
    [ 5, sub { '/search?q=' . popular($_[0]{word}) } ],
);


sub new {
    my ($class, $load, $small) = @_;
    my $self = bless { load => $load, small => $small, dir => tempdir() },
                     $class;

    system("$Resonate::Test::ROOT/bench/data >&2") == 0
        or die "bench/data failed\n";
    $self->{pg} = Resonate::Pg->kept("$Resonate::Test::BUILD/bench-data",
        settings => Resonate::Bench::Small::settings());
    srand 7;

    $self->ids;
    $self->listeners;
    $self->{edge} = $self->edge($CACHE,
                                sub { $_[0] });
    $self->{uncached} = $self->edge('', sub {
        $_[0] =~ s/\s(?:cache|personal|stale)=[^\s;]+//gr });
    $self->{plain} = $self->plain;
    $self->request_files;
    $self->check;
    return $self;
}


sub pg { return $_[0]{pg} }


sub cases {
    my ($self) = @_;
    my ($load, $edge, $uncached) = @$self{qw(load edge uncached)};
    my $mix = sub { $load->rate($edge, @_, paths => 'mix') };
    my %case;

    for (@CACHED) {
        my ($letter, $gzipped, $name) = @$_;

        $case{$letter} = $self->cached($name, 0);
        $case{$gzipped} = $self->cached($name, 1);
    }

    return {
        %case,
        o => { ours => 'uncached tracks', beside => 'pgbench', aim => 0.85,
               one => sub { $load->rate($uncached, @_, paths => 'tracks') },
               other => sub { $load->pgbench($self->{pg}, $_[0], 'resonate',
                                             $self->sql_track) } },
        p => { ours => 'uncached lists', beside => 'pgbench', aim => 0.85,
               one => sub { $load->rate($uncached, @_, paths => 'lists') },
               other => sub { $load->pgbench($self->{pg}, $_[0], 'resonate',
                                             $self->sql_lists) } },
        q => { ours => 'mix of reads', beside => 'the same, uncached',
               one => $self->counted(mix => $mix),
               other => sub { $load->rate($uncached, @_, paths => 'mix') },
               note => sub { $self->hits('mix') } },
        r => { ours => "mix, $CHANGES changes/s", beside => 'without them',
               aim => 0.70, one => $self->counted(changed => sub {
                   $self->changing($mix, @_) }), other => $mix,
               note => sub { $self->hits('changed') . ", $self->{changes}" } },
        s => { ours => sprintf('paid plays after %.1f M',
                               $self->{plays} / 1e6),
               beside => 'of empty tables',
               aim => 0.95,
               one => sub { $load->rate($edge, @_, paths => 'big.plays',
                                        tokens => 'big.tokens',
                                        bodies => 'big.bodies') },
               other => sub { $self->{small}->plays(@_) } },
        t => { lines => sub { $self->memory } },
    };
}


sub cached {
    my ($self, $name, $gzip) = @_;
    my ($load, $edge, $plain) = @$self{qw(load edge plain)};
    my $what = $name . ($gzip ? ', gzip' : '');

    return {
        ours => "cached $what", beside => 'nginx static file', aim => 1.00,
        one => $self->counted($what => sub {
            $load->rate($edge, @_, paths => "api.$name", gzip => $gzip) }),
        other => sub { $load->rate($plain, @_, paths => "file.$name",
                                   gzip => $gzip) },
        note => sub { sprintf '%d bytes, %s', $self->{size}{$what},
                              $self->hits($what) },
    };
}


# Adds up what was found in the cache while it was measured.

sub counted {
    my ($self, $name, $measure) = @_;

    return sub {
        my $before = metrics($self->{edge});
        my $rate = $measure->(@_);
        my $change = change($before, metrics($self->{edge}));

        $self->{$_}{$name} += $change->{"resonate_cache_${_}_total"} // 0
            for qw(hits misses);
        return $rate;
    };
}


sub hits {
    my ($self, $name) = @_;
    my ($hits, $misses) = map { $self->{$_}{$name} } qw(hits misses);

    return sprintf '%.2f %% hits', 100 * $hits / ($hits + $misses || 1);
}


sub changing {
    my ($self, $measure, $seconds) = @_;
    my $changes = Resonate::Bench::Changes->new($self->{pg}, $CHANGES,
        [ map { popular($self->{track}) } 1 .. 5000 ]);
    my $rate = $measure->($seconds);

    $self->{changes} = sprintf '%.0f changes/s', $changes->stop;
    return $rate;
}


# What a reply takes of the zone, both forms together; of one where nothing
# else comes and goes.

sub memory {
    my ($self) = @_;
    my $edge = $self->edge($CACHE, sub { $_[0] });
    my $client = $edge->client;
    my @lines;

    for (
        [ 'of a track', map { '/tracks/' . $self->number($_) } 1 .. 2000 ],
        [ 'of 20 tracks', map { "/tracks?limit=20&order=oldest&page=$_" }
                          1 .. 200 ],
    ) {
        my ($what, @paths) = @$_;
        my $before = metrics($edge);
        my %bytes;

        for my $path (@paths) {
            for my $form ('identity', 'gzip') {
                my $res = $client->request('GET', "/api/v3$path",
                    headers => { 'Accept-Encoding' => $form });

                $res->{status} == 200 or die "$path: $res->{head}";
                $bytes{$form} += length $res->{content};
            }
        }

        my $change = change($before, metrics($edge));
        my ($used, $entries) = map {
            $change->{"resonate_zone_$_\{zone=\"resonate_cache\"}"}
                or die "nothing was cached: $what\n"
        } qw(used_bytes entries);

        push @lines, sprintf 'memory of a cached reply %s: %d bytes in %.1f'
                             . ' entries, for %d and %d of gzip', $what,
                             map { $_ / @paths } $used, $entries,
                             @bytes{qw(identity gzip)};
    }

    $edge->quit;
    return @lines;
}


# What is out, in an order that has nothing to do with its age.

sub ids {
    my ($self) = @_;
    my $dbh = $self->{pg}->dbh;
    my %query = (
        track   => 'track WHERE released_on <= resonate.today()',
        release => 'release WHERE released_on <= resonate.today()',
        artist  => 'creator WHERE released_on <= resonate.today()
                    AND type_id < 3',
    );

    $self->{$_} = $dbh->selectcol_arrayref(
        "SELECT id FROM resonate.$query{$_} ORDER BY md5(id::text)
         LIMIT 50000") for sort keys %query;
    $self->{word} = $dbh->selectcol_arrayref(
        q(SELECT word FROM resonate.search_word WHERE word ~ '^[a-z]{3,}$'
          ORDER BY md5(word) LIMIT 1000));
    ($self->{hundreds}, $self->{plays}) = $dbh->selectrow_array(
        'SELECT (SELECT count(*) / 100 FROM resonate.track),
                (SELECT count(*) FROM resonate.play)');
}


# the k-th is asked for 1/k times as often as the first

sub popular {
    my ($list) = @_;

    return $list->[int(@$list ** rand) - 1];
}


# Of each hundred tracks of bench/data, number 10 to 75 are out.

sub number {
    my ($self, $n) = @_;

    return uuid('track', int($n % $self->{hundreds}) * 100
                         + 10 + int($n / $self->{hundreds}) % 66);
}


sub uuid {
    my ($kind, $number) = @_;

    return md5_hex("$kind $number")
           =~ s/^(.{8})(.{4})(.{4})(.{4})/$1-$2-$3-$4-/r;
}


sub sql_track {
    my ($self) = @_;

    return <<"END";
\\set h random(0, @{[ $self->{hundreds} - 1 ]})
\\set n random(10, 75)
$CALL v3.track("id" => md5('track ' || (:h * 100 + :n))::uuid,
    "caller" => NULL);
END
}


sub sql_lists {
    my ($self) = @_;

    return map { <<"END" } qw(tracks trackgroups artists);
\\set p random(1, $self->{pages}{$_})
$CALL v3.$_("limit" => 20, "page" => :p);
END
}


sub listeners {
    my ($self) = @_;

    $self->{pg}->dbh->do('SELECT resonate.demo_listener(?, \'bench\' || n,
                                     \'bench\' || n, 100000000)
                          FROM generate_series(1, ?) n', {}, $ISSUER, $USERS);
    $self->{paid} = $self->{pg}->dbh->selectcol_arrayref(
        'SELECT id FROM resonate.track WHERE status = \'paid\'
         AND released_on <= resonate.today() ORDER BY md5(id::text) LIMIT ?',
        {}, $TRACKS);
    $self->{pages} = {
        map { $_->[0] => min($PAGES, int(@{ $self->{$_->[1]} } / 20)) }
        [ tracks => 'track' ], [ trackgroups => 'release' ],
        [ artists => 'artist' ] };
}


sub min { return (sort { $a <=> $b } @_)[0] }


sub edge {
    my ($self, $cache, $change) = @_;
    my %common = Resonate::Bench::Small::common();
    my $connections = "connections=$Resonate::Bench::Load::CONNECTIONS";
    my $routes = slurp("$Resonate::Test::ROOT/conf.d/api-v3.conf");

    return Resonate::Edge->new(
        %common, http => "$common{http} $cache", connections => 4096,
        pg => $self->{pg}, auth => 1, pg_read => $connections,
        pg_lists => $connections, pg_write => $connections,
        server => $change->($routes) . 'location = /status {
                                            resonate_status; }');
}


sub plain {
    my ($self) = @_;
    my %common = Resonate::Bench::Small::common();

    mkdir "$self->{dir}/www" or die "mkdir: $!";
    return Resonate::Edge->new(%common, modules => [],
        http => "$common{http} gzip_static on;",
        server => "root $self->{dir}/www;");
}


sub request_files {
    my ($self) = @_;
    my $load = $self->{load};

    for (@CACHED) {
        my (undef, undef, $name, $path) = @$_;

        $self->{path}{$name} = '/api/v3' . $path->($self);
        $load->lines("api.$name" => $self->{path}{$name});
        $load->lines("file.$name" => "/$name.json");
        $self->{size}{$name} = $self->store($name, {});
        $self->{size}{"$name, gzip"} = $self->store(
            $name, { 'Accept-Encoding' => 'gzip' }, '.gz');
    }

    $load->lines(tracks => map { '/api/v3/tracks/' . $self->number($_) }
                           map { int rand 66 * $self->{hundreds} } 1 .. 50_000);
    $load->lines(lists => map { my $kind = $_;
                                map { "/api/v3/$kind?limit=20&page=$_" }
                                1 .. $self->{pages}{$kind} }
                          sort keys %{ $self->{pages} });
    $load->lines(mix => $self->mix);
    $load->lines('big.plays' => '/api/v3/user/plays');
    $load->lines('big.bodies' => map { qq({"trackId":"$_"}) }
                                 @{ $self->{paid} });
    $load->lines('big.tokens' => map { token(sub => "bench$_") } 1 .. $USERS);
}


sub mix {
    my ($self) = @_;
    my @kinds = map { ($_->[1]) x $_->[0] } @MIX;

    return map { '/api/v3' . $kinds[rand @kinds]->($self) } 1 .. $LINES;
}


# What the edge answers is the file that nginx answers with.

sub store {
    my ($self, $name, $headers, $suffix) = @_;
    my ($edge, $plain) = @$self{qw(edge plain)};
    my $res = $edge->get($self->{path}{$name}, headers => $headers);

    $res->{status} == 200 or die "$self->{path}{$name}: $res->{head}";
    spew("$self->{dir}/www/$name.json" . ($suffix // ''), $res->{content});

    for my $again ($edge->get($self->{path}{$name}, headers => $headers),
                   $plain->get("/$name.json", headers => $headers))
    {
        Resonate::Bench::Small::expect($again, $res->{content});
        ($again->{headers}{'content-encoding'} // '')
            eq ($suffix ? 'gzip' : '') or die "encoding: $again->{head}";
    }

    return length $res->{content};
}


# the cached answer of each kind of the mix is the one that is not cached

sub check {
    my ($self) = @_;

    for (map { $_->[1] } @MIX) {
        my $path = '/api/v3' . $_->($self);
        my $want = $self->{uncached}->get($path)->{content};

        Resonate::Bench::Small::expect($self->{edge}->get($path), $want)
            for 1, 2;
    }

    my $play = $self->{edge}->post('/api/v3/user/plays',
        qq({"trackId":"$self->{paid}[-1]"}), token => token(sub => 'bench1'));
    exists json($play)->{data}{cost} or die "not played: $play->{content}\n";
}


1;
