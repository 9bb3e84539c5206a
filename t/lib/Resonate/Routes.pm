package Resonate::Routes;

# The routes of conf.d/api-v3.conf, and an example of each public one.
#
#   for (Resonate::Routes::public()) {       GET, for all; personal(): for one
#       $_->{method}                    GET
#       $_->{pattern}                   /artists/<id>/tracks
#       $_->{function}                  v3.artist_tracks
#       $_->{text}                      the declaration
#       path($_, $id)                   with ids of Resonate::Catalogue
#       path($_, $id, id => $other)     with another value of a capture
#   }

use strict;
use warnings;

# what stands for <id> in a route that begins so

my %OF = ('/tracks' => 'paid', '/trackgroups' => 'release',
          '/artists' => 'artist', '/labels' => 'label',
          '/users' => 'listener', '/playlists' => 'playlist');

my %QUERY = ('/search' => 'q=e', '/resolve' => 'url=/artist/{artist}');


sub public {
    return grep { $_->{method} eq 'GET'
                  && $_->{text} !~ /scope=|access=|reply=/ } all();
}


sub personal { return grep { $_->{text} =~ /scope=/ } all() }


sub all {
    my $conf = Resonate::Test::slurp(
        "$Resonate::Test::ROOT/conf.d/api-v3.conf");
    my @routes;

    $conf =~ s/^\s*#.*\n//mg;

    while ($conf =~ /resonate_route\s+([A-Z]+)\s+(\S+)\s+([\w.]+)([^;]*);/g) {
        my ($method, $pattern, $function, $text) = ($1, $2, $3, $4);

        $pattern =~ s/<(\w+):[^>]*>/<$1>/g;
        push @routes, { method => $method, pattern => $pattern,
                        function => $function, text => $text };
    }

    return @routes;
}


sub path {
    my ($route, $id, %value) = @_;
    my $path = $route->{pattern};
    my ($first) = $path =~ m{^(/\w+)};

    $value{id} //= $id->{$OF{$first} // ''};
    $value{tag} //= 'ambient';
    $path =~ s{<(\w+)>}{$value{$1} // die "$path: no example of $1\n"}ge;

    (my $query = $QUERY{$path} // '') =~ s/\{(\w+)\}/$id->{$1}/g;
    return "/api/v3$path" . ($query ne '' ? "?$query" : '');
}


1;
