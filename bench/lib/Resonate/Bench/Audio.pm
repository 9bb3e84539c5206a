package Resonate::Bench::Audio;

# Cases z to C, and E: what is made of a stored file, beside static files of
# the same bytes.
#
#   my $audio = Resonate::Bench::Audio->new($load, $small);
#   %{ $audio->cases }      letter => { ours, beside, aim, one, other, note }

use strict;
use warnings;

use Resonate::Bench::Small;
use Resonate::Test;


sub new {
    my ($class, $load, $small) = @_;
    my $self = bless { load => $load, small => $small }, $class;

    $self->request_files;
    return $self;
}


sub cases {
    my ($self) = @_;
    my ($load, $small) = @$self{qw(load small)};
    my ($edge, $plain) = @$small{qw(edge plain)};
    my $pair = sub {
        my ($ours, $beside, $aim, $one, $server, $other) = @_;

        return { ours => $ours, beside => $beside, aim => $aim,
                 one => sub { $load->rate($edge, @_, @$one) },
                 other => sub { $load->rate($server, @_, @$other) } };
    };

    # several would share one reading of the file

    my @alone = (paths => 'playlist', clients => 1);

    return {
        z => { %{ $pair->('preview', 'nginx static file', 0.97,
                          [ paths => 'preview' ], $plain,
                          [ paths => 'preview_file' ]) },
               note => sub { "$self->{bytes}{preview} bytes" } },
        A => { %{ $pair->('HLS segment, ticket', 'nginx static file', 0.97,
                          [ paths => 'segment' ], $plain,
                          [ paths => 'segment_file' ]) },
               note => sub { "$self->{bytes}{segment} bytes" } },
        B => { %{ $pair->('HLS playlist, ticket', 'nginx static file', 0.95,
                          [ paths => 'playlist' ], $plain,
                          [ paths => 'playlist_file' ]) },
               note => sub { "$self->{bytes}{playlist} bytes" } },
        C => $pair->('segment, ticket', 'segment, token', 0.97,
                     [ paths => 'segment' ], $edge,
                     [ paths => 'segment_of', tokens => 'token' ]),
        E => { ours => 'HLS playlist, cold', beside => 'HLS playlist',
               one => sub { $load->rate($self->cold, @_, @alone) },
               other => sub { $load->rate($edge, @_, @alone) },
               note => sub { sprintf 'index and playlist take %.0f us',
                                     1e6 / $_[0] - 1e6 / $_[1] } },
    };
}


# one that reads the tables of a file for each request

sub cold {
    my ($self) = @_;

    return $self->{cold} //=
        $self->{small}->edge(more => 'resonate_media_cache off;');
}


# the track of u1, who may hear all of it

sub request_files {
    my ($self) = @_;
    my ($load, $small) = @$self{qw(load small)};
    my $edge = $small->{edge};
    my $base = '/api/v3/stream/' . Resonate::Bench::Small::track_id(1);
    my $token = token(sub => 'u1');
    my $res = $edge->post($base =~ s{/stream/}{/user/stream/}r . '/ticket', '',
                          token => $token);
    my $ticket = json($res)->{data}{ticket};
    my $list = "$base/playlist.m3u8?ticket=$ticket";
    my @segments = $edge->get($list)->{content} =~ m{^(segments/.*)$}mg;
    my $segment = "$base/$segments[5]";
    my $of = $segment =~ s/[?&]ticket=[^&]*//r;
    my $bytes = $self->same(segment => $segment);

    Resonate::Bench::Small::expect($edge->get($of, token => $token), $bytes);
    $self->same(preview => $base);
    $self->same(playlist => $list);
    $load->lines(segment_of => $of);
}


# what the edge answers, and a static file of it

sub same {
    my ($self, $name, $path) = @_;
    my ($load, $small) = @$self{qw(load small)};
    my $res = $small->{edge}->get($path);

    $res->{status} == 200 or die "$name: $res->{status} $res->{content}\n";
    spew("$small->{dir}/www/$name", $res->{content});
    $load->lines($name => $path);
    $load->lines("${name}_file" => "/$name");
    $self->{bytes}{$name} = length $res->{content};
    return $res->{content};
}


1;
