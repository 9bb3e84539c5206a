package Resonate::Checkout;

# A copy of the checkout, in which bin/demo and bin/stop run.
#
#   my $there = Resonate::Checkout->new;
#   $there->sound('Hum', 'Somebody');         a minute of a tone, with its tags
#   my ($status, $output) = $there->demo('--music', $there->music);
#   $there->start(...)                        without a port
#   $there->got($path, @curl_options)         head and body, as text
#   $there->decoded($path)                    the JSON
#   $there->ticket($stream, @curl_options)    a path that plays it
#   $there->stop                              what bin/stop says
#   root, music, port($new)
#
# It is stopped at the latest when the test ends.

use strict;
use warnings;

use File::Path qw(make_path);
use JSON::PP ();
use Resonate::Edge;

my @all;


sub new {
    my ($class) = @_;
    my $root = Resonate::Test::tempdir() . '/checkout';
    my $self = bless { root => $root, port => Resonate::Edge::free_port() },
                     $class;

    make_path("$root/build", "$root/ngx_resonate_auth", "$root/music",
              "$root/t");
    copy("$Resonate::Test::ROOT/$_", $root)
        for qw(bin conf.d sql www Makefile *.mk);
    copy("$Resonate::Test::ROOT/ngx_resonate_auth/$_",
         "$root/ngx_resonate_auth") for qw(jwt tool);
    copy("$Resonate::Test::ROOT/t/provider", "$root/t");
    copy("$Resonate::Test::BUILD/ngx_resonate_*.so", "$root/build");
    copy("$Resonate::Test::ROOT/build/resonate-token", "$root/build");
    chmod 0755, $root;
    push @all, $self;

    return $self;
}


# before the directories go

END {
    my $status = $?;
    $_->stop for grep { -d "$_->{root}/run" } @all;
    $? = $status;
}


sub copy {
    my ($from, $to) = @_;

    system('cp', '-a', glob($from), $to) == 0 or die "cannot copy $from\n";
}


sub root  { return $_[0]{root} }
sub music { return "$_[0]{root}/music" }

sub port {
    my ($self, $port) = @_;

    $self->{port} = $port if $port;
    return $self->{port};
}


sub sound {
    my ($self, $title, $artist) = @_;
    my $tone = 200 + unpack('%16C*', $title) % 1000;    # a track is its sound

    system('ffmpeg', qw(-nostdin -v error -f lavfi -i),
           "sine=frequency=$tone:duration=60",
           '-metadata', "title=$title", '-metadata', "artist=$artist",
           $self->music . "/$title.flac") == 0
        or die "ffmpeg cannot make $title\n";
}


sub demo {
    my ($self, @options) = @_;

    return $self->start('--port', $self->{port}, @options);
}


# with these options and no port

sub start {
    my ($self, @options) = @_;
    my $words = join ' ', map { "'$_'" } @options;
    my $output = `$self->{root}/bin/demo $words 2>&1 < /dev/null`;

    return ($? >> 8, $output);
}


sub stop {
    my ($self) = @_;

    return scalar `$self->{root}/bin/stop 2>&1`;
}


sub got {
    my ($self, $path, @more) = @_;

    open my $pipe, '-|', 'curl', '-si', '--path-as-is', '--max-time', 20,
        @more, "http://localhost:$self->{port}$path" or die "curl: $!";
    local $/;
    return scalar <$pipe>;
}


sub decoded {
    my ($self, $path) = @_;
    my (undef, $body) = split /\r\n\r\n/, $self->got($path), 2;

    return JSON::PP::decode_json($body);
}


sub ticket {
    my ($self, $stream, @more) = @_;
    my ($path) = $self->got("$stream/ticket", '-XPOST', @more)
                 =~ /"url" ?: ?"([^"]+)"/;

    return $path // die 'no ticket';
}


1;
