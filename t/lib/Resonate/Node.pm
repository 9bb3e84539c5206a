package Resonate::Node;

# A server of a test that runs in node, on a port of this machine, and takes
# orders by POST /control/NAME, see t/provider/control.mjs: what the provider
# and the S3 of the tests share.
#
#   $server->port
#   $server->script($path, $name or {...}, ...)     answers a path otherwise:
#       redirect html empty missing error active_missing huge drip cut hang
#       close, or { status, headers, body, ... }, see t/provider/scripted.mjs;
#       undef ends it.  The server need not know the path.
#   $server->hold($path), release($path)    answers wait for it; how many did
#   $server->count($path), requests($path)  { url, method, headers, status } of
#                                     each, and its body, where a script answers
#   $server->stop, start              the same port
#
# A path may be a method: all of its requests.  A fault in it fails the test.

use strict;
use warnings;

use JSON::PP ();
use Resonate::Edge;
use Resonate::Http;
use Resonate::Process;
use Test::More ();

my $JSON = JSON::PP->new->canonical->utf8;


sub missing_in {
    my ($folder, $module) = @_;

    return -d "$Resonate::Test::ROOT/t/$folder/node_modules/$module"
           ? undef : "needs node_modules: make $folder-modules";
}


# A new object of the class: a folder of its own and its settings.

sub make {
    my ($class, %self) = @_;

    return bless { dir => Resonate::Test::tempdir(), owner => $$, %self },
                 $class;
}


sub write_secret {
    my ($file, $text) = @_;

    Resonate::Test::spew($file, $text);
    chmod 0600, $file or die "chmod $file: $!";
}


sub port { return $_[0]{port} }

sub log {
    my ($self) = @_;

    return -e "$self->{dir}/log" ? Resonate::Test::slurp("$self->{dir}/log")
                                 : '';
}


sub start {
    my ($self) = @_;

    for (1 .. 10) {
        my $port = $self->{port} || Resonate::Edge::free_port();

        $self->{settings}{port} = $port;
        $self->on_port($port);
        return $self->{port} = $port if $self->launch;
    }

    die "$self->{name} found no free port\n";
}


sub on_port { }


sub launch {
    my ($self) = @_;
    my $dir = $self->{dir};

    write_secret("$dir/settings.json", $JSON->encode($self->{settings}));
    unlink "$dir/log";

    # it ends with the test, however that ends
    $self->{process} = Resonate::Process->spawn(
        command => [ qw(setpriv --pdeathsig KILL node),
                     "$Resonate::Test::ROOT/t/$self->{program}",
                     "$dir/settings.json" ],
        output  => "$dir/log");

    return Resonate::Test::wait_for(sub {
        if (!$self->{process}->alive) {
            return 'taken' if $self->log =~ /EADDRINUSE/;
            die "$self->{name} did not start:\n" . $self->log;
        }

        return $self->log =~ /^listening$/m && 'listening';
    }, 60, "$self->{name} to listen") eq 'listening';
}


sub control {
    my ($self, $name, $what) = @_;
    my $res = Resonate::Http->new(port => $self->{port})->request(
        'POST', "/control/$name", body => $JSON->encode($what), close => 1);
    my $answer = JSON::PP::decode_json($res->{content});

    die "$self->{name}: $answer->{error}\n" if defined $answer->{error};
    return $answer->{value};
}


sub script {
    my ($self, $path, $script) = @_;

    $self->control(script => { path => $path, script => $script });
}


sub hold     { return $_[0]->control(hold => { path => $_[1] }) }
sub release  { return $_[0]->control(release => { path => $_[1] }) }
sub requests { return @{$_[0]->control(requests => { path => $_[1] })} }
sub count    { return scalar $_[0]->requests($_[1]) }


# ends it; returns the faults

sub end {
    my ($self) = @_;

    return () if !$self->{process};

    my $alive = $self->{process}->alive;
    my @faults = $self->log =~ /^(?:fault|control) .*|^\w*Error.*/mg;

    $self->{process}->destroy;
    delete $self->{process};
    return ($alive ? () : "$self->{name} had died", @faults);
}


sub stop {
    my ($self) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @faults = $self->end;

    Test::More::ok(0, $self->{name}) || Test::More::diag($self->log)
        if @faults;
}

*finish = \&stop;


sub abandon {
    my ($self) = @_;

    return $self->{owner} == $$ ? $self->end : ();
}


1;
