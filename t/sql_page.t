#!/usr/bin/perl

# The heads of the player's pages: what a shared link shows, in HTML that no
# title can break out of, of released things only.

use lib 't/lib';
use Resonate::Test;

my $pg = Resonate::Pg->new;
my $id = catalogue($pg);
my $dbh = $pg->dbh;
my $edge = $pg->dbh(user => 'resonate_edge');
my $zoe = "Zo\x{eb} &amp; the Testers";
my $site = 'https://r.example';
my ($cover, $avatar) = map { $dbh->selectrow_array(
    'SELECT resonate.ingest_image(?, ?, 1500, 1500)', {}, $_,
    sprintf '%064d', length) } qw(cover avatar);

$dbh->do("UPDATE resonate.setting SET value = '$site'");
$dbh->do('UPDATE resonate.release SET cover_id = ? WHERE id = ?', {}, $cover,
         $id->{release});
$dbh->do('UPDATE resonate.creator SET avatar_id = ? WHERE id = ?', {}, $avatar,
         $id->{artist});

sub head {
    my ($kind, @arg) = @_;
    my $list = join ', ', ('?') x @arg;
    return $edge->selectrow_hashref(
        "SELECT status, body, tags FROM v3.head_$kind($list)", {}, @arg);
}

# its title and properties, in order

sub lines {
    my ($body) = @_;
    my @line;

    for (split /\n/, $body) {
        push @line, /^<title>([^<>"]*)<\/title>$/ ? "title $1"
            : /^<meta (?:name|property)="([\w:]+)" content="([^<>"]*)">$/
                ? "$1 $2"
            : /^<link rel="canonical" href="([^<>"]*)">$/ ? "canonical $1"
            : "no element: $_";
    }

    return \@line;
}

sub expected {
    my ($type, $path, $title, $about, $image, @more) = @_;
    return [ "title $title \x{b7} Resonate", "description $about",
             "canonical $site$path", 'twitter:card summary',
             'og:site_name Resonate', "og:type $type", "og:title $title",
             "og:description $about", "og:url $site$path",
             $image ? ("og:image $site/images/$image-x600.jpg",
                       'og:image:type image/jpeg', 'og:image:width 600',
                       'og:image:height 600') : (), @more ];
}

for (
    [ [ release => $id->{release} ], 'music.album', "/release/$id->{release}",
      "First Light by $zoe", "Album by $zoe, 2020, 3 tracks", $cover,
      "music:musician $site/artist/$id->{artist}",
      'music:release_date 2020-02-29' ],
    [ [ release => $id->{band_release} ], 'music.album',
      "/release/$id->{band_release}", 'Second Wind by The Assertions',
      'EP by The Assertions, 2022, 1 track', undef,
      "music:musician $site/artist/$id->{band}",
      'music:release_date 2022-06-01' ],
    [ [ release => $id->{release}, $id->{paid} ], 'music.song',
      "/release/$id->{release}?track=$id->{paid}", "Morning by $zoe",
      'From First Light, 2020', $cover,
      "music:album $site/release/$id->{release}",
      'music:duration ' . sprintf('%.0f',
          Resonate::Media::files()->{long}{duration_ms} / 1000),
      "music:musician $site/artist/$id->{artist}",
      "og:audio $site/api/v3/stream/$id->{paid}",
      'og:audio:type audio/mp4' ],
    [ [ artist => $id->{artist} ], 'profile', "/artist/$id->{artist}", $zoe,
      "Music by $zoe: 1 release", $avatar ],
    [ [ artist => $id->{band} ], 'profile', "/artist/$id->{band}",
      'The Assertions', 'Music by The Assertions: 1 release', undef ],
    [ [ label => $id->{label} ], 'profile', "/label/$id->{label}",
      'Sunrise Records', 'Music by Sunrise Records: 1 release', $cover ],
    [ [ playlist => $id->{playlist} ], 'music.playlist',
      "/playlist/$id->{playlist}", 'For the Road',
      'Playlist by Listener, 3 tracks', $cover ],
) {
    my ($call, @head) = @$_;
    my $got = head(@$call);
    is $got->{status}, 200, "the head of $head[1]";
    is_deeply lines($got->{body}), expected(@head), 'as it should be';
}

# another track than the release's, or one that is not released, is none

is_deeply lines(head(release => $id->{release}, $id->{$_})->{body}),
    lines(head(release => $id->{release})->{body}), "?track= of $_"
    for qw(hidden deleted band_track);

# what nobody may see

for (
    [ release => qw(private coming artist) ], [ label => qw(artist release) ],
    [ artist => qw(release) ], [ playlist => qw(draft release) ],
) {
    my ($kind, @keys) = @$_;
    for (@keys) {
        my $got = head($kind, $id->{$_});
        is $got->{status}, 404, "no head of $kind: $_";
        unlike $got->{body}, qr/[<>]/, 'and no HTML';
    }
}

# a description of its own, in one line and not too long

$dbh->do('UPDATE resonate.release SET about = ? WHERE id = ?', {},
         "One\n\ttwo " . 'x' x 300, $id->{release});
my ($about) = grep { /^description/ }
              @{ lines(head(release => $id->{release})->{body}) };
is $about, 'description One two ' . 'x' x 191 . "\x{2026}", 'an about';

# text cannot become an element, nor an attribute

for (
    [ '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;' ],
    [ q{"><a onclick='x'>}, '&quot;&gt;&lt;a onclick=&#39;x&#39;&gt;' ],
    [ 'R&B &amp; soul', 'R&amp;B &amp;amp; soul' ],
    [ "a\x01\n\t\x1f\x7f\x{85}b", 'a b' ],
    [ '<!--#include virtual="/x" -->',
      '&lt;!--#include virtual=&quot;/x&quot; --&gt;' ],
    [ "\x{1f3b5} \x{e9}\\1 %s \$1", "\x{1f3b5} \x{e9}\\1 %s \$1" ],
    [ '', '' ],
) {
    my ($text, $html) = @$_;
    is $dbh->selectrow_array('SELECT resonate.html(?)', {}, $text), $html,
        'as HTML: ' . ($html =~ s/[^ -~]//gr);
    next if $text eq '';

    $dbh->do('UPDATE resonate.release SET title = ?, about = ?,
                  display_artist = ? WHERE id = ?', {}, ($text) x 3,
             $id->{release});
    $dbh->do('UPDATE resonate.track SET title = ?, display_artist = ?
              WHERE id = ?', {}, ($text) x 2, $id->{paid});
    $dbh->do('UPDATE resonate.creator SET display_name = ?, short_bio = ?
              WHERE id = ?', {}, ($text) x 2, $id->{artist});
    $dbh->do('UPDATE resonate.playlist SET title = ?, about = ?
              WHERE id = ?', {}, ($text) x 2, $id->{playlist});

    for ([ release => $id->{release} ], [ release => @$id{qw(release paid)} ],
         [ artist => $id->{artist} ], [ playlist => $id->{playlist} ])
    {
        my $head = lines(head(@$_)->{body});
        is_deeply [ grep { /^no element/ } @$head ], [], "in @$_[0]";
        like "@$head", qr/\Q$html\E/, 'as it is written';
    }
}

done_testing();
