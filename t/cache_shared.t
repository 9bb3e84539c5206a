# Every shipped route that reads, asked by two callers and by nobody, through
# the cache twice: each gets what is theirs, as an edge without a cache says it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Clock;
use Resonate::Routes;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my %conf = (pg => $pg, auth => 1, media => media());
my $edge = Resonate::Edge->new(%conf, routes => 1,
                               env => { Resonate::Clock->new->env },
                               http => 'resonate_cache 32m negative=1h;',
                               server => 'location = /status
                                          { resonate_status; }');
my $routes = slurp("$Resonate::Test::ROOT/conf.d/api-v3.conf")
             =~ s/\s(?:cache|personal|stale)=[^\s;]+//gr;
my $plain = Resonate::Edge->new(%conf, server => $routes);
my @who = qw(listener owner nobody);
my %of = (listener => token(), owner => token(sub => 'owner'));

# what they have of their own

for (
    [ listener => '/user/plays', 'paid' ],
    [ listener => '/user/plays/buy', 'short' ],
    [ listener => '/user/favorites', 'paid' ],
    [ owner => '/user/favorites', 'band_track' ],
) {
    my ($who, $path, $track) = @$_;
    is $plain->post("/api/v3$path", qq({"trackId":"$id->{$track}"}),
                    token => $of{$who})->{status}, 200, "$who: $path";
}


# each route with each thing that it may be asked for

my %THINGS = (
    tracks => [ qw(paid short hidden future) ], stream => [ qw(paid free
    short hidden) ], trackgroups => [ qw(release private coming) ],
    artists => [ qw(artist band) ], labels => [ qw(label) ],
    users => [ qw(listener owner) ], playlists => [ qw(playlist draft) ],
);
my @paths;

for my $route (grep { $_->{method} eq 'GET' } Resonate::Routes::all()) {
    my ($kind) = $route->{pattern} =~ m{(\w+)/<id>};

    for my $thing ($kind ? @{$THINGS{$kind}} : 'paid') {
        push @paths, [ ($kind // '') eq 'stream' ? 'HEAD' : 'GET',
            Resonate::Routes::path($route, $id, id => $id->{$thing},
                                   n => 0),
            $route->{text} =~ /cache=/ ];
    }
}

push @paths, map { [ 'GET', "/api/v3$_", 1 ] } '/search?q=breath', '/tag/road',
    "/resolve?url=/track/$id->{hidden}", "/resolve?url=/playlist/$id->{draft}";

sub ask {
    my ($from, $method, $path, $who) = @_;
    my $res = $from->request($method, $path, token => $of{$who});

    return join "\n", $res->{status}, $res->{content} // '', map {
        "$_: " . ($res->{headers}{$_} // '') } qw(cache-control etag
        content-length x-resonate-stream www-authenticate);
}

my (%truth, %differ);

for (@paths) {
    my ($method, $path) = @$_;
    $truth{"$path $_"} = ask($plain, $method, $path, $_) for @who;
    $differ{$path} = 1
        if $truth{"$path nobody"} ne $truth{"$path listener"};
}

for my $round ([ @who ], [ reverse @who ]) {
    for (@paths) {
        my ($method, $path) = @$_;
        is ask($edge, $method, $path, $_), $truth{"$path $_"}, "$path, $_"
            for @$round;
    }
}


# it was about something

my ($hits) = $edge->get('/status')->{content}
             =~ /^resonate_cache_hits_total (\d+)/m;
cmp_ok $hits, '>=', 3 * grep({ $_->[2] } @paths), 'the cache answered';
cmp_ok keys %differ, '>', 20, 'paths that differ by caller';

done_testing;
