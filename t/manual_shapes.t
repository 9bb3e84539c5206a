# The manual's words for what answers have in them name what is in them.

use lib 't/lib';
use Resonate::Test;
use Resonate::Source;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $edge = Resonate::Edge->new(pg => $pg, auth => 1, media => media(),
                               http => 'resonate_cache 1m;', routes => 1);
my $manual = Resonate::Source::text('doc/MANUAL.md');

for (
    [ 'Track' => "/tracks/$id->{paid}" ],
    [ 'Trackgroup' => "/trackgroups/$id->{release}" ],
    [ 'Artist' => "/artists/$id->{artist}" ],
    [ 'Artist' => "/labels/$id->{label}" ],
    [ 'Playlist' => "/playlists/$id->{playlist}" ],
    [ 'the caller' => '/user/profile' ],
) {
    my ($word, $path) = @$_;
    my ($row) = $manual =~ /^\| \Q$word\E \| (.*) \|$/m;
    my $answer = json($edge->get("/api/v3$path", token => token()));

    is_deeply [ sort($row =~ /`(\w+)`/g) ], [ sort keys %{ $answer->{data} } ],
              "$word: $path";
}

done_testing;
