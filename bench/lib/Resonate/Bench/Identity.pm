package Resonate::Bench::Identity;

# Cases u to y: what it costs to know who asks, on a static file.
#
#   my $identity = Resonate::Bench::Identity->new($load);
#   %{ $identity->cases }   letter => { ours, beside, aim, one, other, note }

use strict;
use warnings;

use Resonate::Bench::Flood;
use Resonate::Bench::Small;
use Resonate::Dpop;
use Resonate::Forge qw(forge claims);
use Resonate::Metrics;
use Resonate::Test;

# Of so many tokens, in turns, a worker's 4,096 places and 64k of shared memory
# know few again.
my $COLD = 16_384;
my $PROOFS = 16_000;                    # a second, more than can be verified
my $BAD = 2000;                         # a second
my $ORIGIN = 'https://bench.example';
my $ISSUER = 'https://demo.resonate.example';
my $INTERVAL = 2;


sub new {
    my ($class, $load) = @_;
    my $self = bless { load => $load, dir => tempdir() }, $class;

    spew("$self->{dir}/file.json", 'x' x 1500);
    spew("$self->{dir}/jwks", slurp(Resonate::Token::jwks()));
    $self->{plain} = $self->edge(
        modules => [], server => "root $self->{dir};");
    $self->{edge} = $self->edge(auth => 1, server => $self->server);
    $self->request_files;
    return $self;
}


sub edge {
    my ($self, %opt) = @_;
    my %common = Resonate::Bench::Small::common();

    return Resonate::Edge->new(
        modules => [qw(core auth)], %common, %opt,
        http => "$common{http} large_client_header_buffers 4 16k; "
                . ($opt{http} // ''));
}


sub server {
    my ($self, $more) = @_;

    return "root $self->{dir}; resonate_auth required; "
           . 'location = /status { resonate_auth off; resonate_status; } '
           . ($more // '');
}


sub cases {
    my ($self) = @_;
    my ($load, $edge, $plain) = @$self{qw(load edge plain)};
    my @file = (paths => 'file', tokens => 'token');
    my $warm = sub { $load->rate($edge, @_, @file) };

    return {
        u => { ours => 'static file, token', beside => 'without auth',
               aim => 0.97, one => $warm,
               other => sub { $load->rate($plain, @_, @file) } },
        v => { ours => 'cold ES256', beside => 'openssl speed', aim => 0.60,
               one => sub { $self->cold('es256', @_) },
               other => sub { openssl('ecdsap256', @_) } },
        w => { ours => 'cold RS256', beside => 'openssl speed', aim => 0.60,
               one => sub { $self->cold('rs256', @_) },
               other => sub { openssl('rsa2048', @_) } },
        x => { ours => 'DPoP, each a new proof', beside => 'openssl speed',
               one => sub { $self->proofs(@_) },
               other => sub { openssl('ecdsap256', @_) } },
        y => { ours => 'while 2000/s are bad', beside => 'without them',
               aim => 0.80, one => sub { $self->flooded(@_) },
               other => sub { $load->rate($self->{by_url}, @_, @file) },
               note => sub { $self->{fetched} } },
    };
}


# How often a signature was verified: a few tokens are still known.

sub cold {
    my ($self, $key, $seconds) = @_;
    my $edge = $self->{cold} //= $self->cold_edge;

    $self->{made}{$key} //= $self->made($key, $COLD, sub {
        token(_key => $key, sub => "u$_[0]");
    });

    my $before = metrics($edge);
    my $rate = $self->{load}->rate($edge, $seconds, paths => 'file',
                                   tokens => $key);
    my $change = change($before, metrics($edge));
    my ($verified, $cached) = map { $change->{"resonate_auth_tokens_${_}_total"}
                                    // 0 } qw(verified cached);

    return $rate * $verified / ($verified + $cached);
}


sub cold_edge {
    my ($self) = @_;
    my $jwks = Resonate::Token::jwks();

    return $self->edge(server => $self->server, http => "resonate_token_cache"
        . " 64k; resonate_issuer $ISSUER jwks=$jwks audience=resonate;");
}


# An edge that has seen none of them.

sub proofs {
    my ($self, $seconds) = @_;
    my $edge = $self->edge(auth => 1, server => $self->server(
        "resonate_dpop required; resonate_dpop_origin $ORIGIN;"),
        http => 'resonate_dpop_window past=600s;
                 resonate_dpop_replay size=64m;');

    if (($self->{proofs_for} // 0) < $seconds) {
        my $client = Resonate::Dpop->new;
        my $token = $client->token;

        $self->made('proofs', $PROOFS * $seconds, sub {
            "$token " . $client->proof(htm => 'GET', token => $token,
                                       htu => "$ORIGIN/file.json",
                                       jti => "p$_[0]");
        });
        $self->{proofs_for} = $seconds;
    }

    my $rate = $self->{load}->rate($edge, $seconds, paths => 'file',
                                   tokens => 'proofs');
    my @faults = $edge->quit;

    die "@faults\n" if @faults;
    return $rate;
}


# Lines of a file of the load, made by all processors.

sub made {
    my ($self, $name, $count, $make) = @_;
    my @pipes;

    for my $part (0, 1) {
        my $pid = open my $pipe, '-|' // die "fork: $!";

        if (!$pid) {
            print $make->($_), "\n" for grep { $_ % 2 == $part } 1 .. $count;
            close STDOUT;
            POSIX::_exit(0);
        }

        push @pipes, $pipe;
    }

    $self->{load}->lines($name, map { chomp; $_ } map { readline $_ } @pipes);
    return 1;
}


# One thread on the worker's processor verifies the same signature.

sub openssl {
    my ($what, $seconds) = @_;
    my @cpu = $Resonate::Bench::Load::PINNED ? qw(taskset -c 0) : ();
    my ($verify) = Resonate::Pg::run(@cpu, qw(openssl speed -elapsed -mr),
                                     -seconds => $seconds, $what)
                   =~ /^\+F[24]:\d+:\d+:[\d.]+:([\d.]+)$/m or die 'openssl';

    return $verify;
}


# Good tokens, while others come with a key that nobody has, or are none.

sub flooded {
    my ($self, $seconds) = @_;
    my $edge = $self->{by_url} //= $self->by_url;
    my $fetches = qr/^resonate_auth_key_fetches_total\{.*?\} (\d+)$/m;
    my $count = sub { ($edge->get('/status')->{content} =~ $fetches)[0] };
    my $before = $count->();
    my $flood = Resonate::Bench::Flood->new($edge->port, '/file.json', $BAD,
                                            $self->bad);
    my $rate = $self->{load}->rate($edge, $seconds, paths => 'file',
                                   tokens => 'token');

    $self->{fetched} = sprintf '%.0f/s refused, keys fetched %d times in '
                               . '%d s, at most once in %d', $flood->stop,
                               $count->() - $before, $seconds, $INTERVAL;
    return $rate;
}


sub by_url {
    my ($self) = @_;
    my $url = 'http://127.0.0.1:' . $self->{plain}->port;

    return $self->edge(server => $self->server, http => <<"END");
resonate_provider $ISSUER {
    audience resonate;
    jwks_uri $url/jwks interval=${INTERVAL}s;
    fetch    /id/ $url;
}
resonate_fetch {
    include $Resonate::Test::ROOT/conf.d/fetch.conf;
    location /id/ { proxy_pass $url/; }
}
END
}


sub bad {
    my ($self) = @_;

    return $self->{bad} //= [ map { bad_token($_) } 1 .. 1000 ];
}


sub bad_token {
    my ($n) = @_;
    my $noise = sub { join '', map { chr int rand 256 } 1 .. 64 };

    return $n % 3 == 0 ? Resonate::Forge::encode_base64url($noise->())
           : $n % 3 == 1 ? join '.', map { Resonate::Forge::encode_base64url(
                                               $noise->()) } 1 .. 3
           : forge({ alg => 'ES256', kid => "none-$n" }, claims(), $noise);
}


# all of what is compared answers the same

sub request_files {
    my ($self) = @_;
    my $token = token();

    $self->{load}->lines(file => '/file.json');
    $self->{load}->lines(token => $token);
    $self->{by_url} = $self->by_url;

    for my $edge (@$self{qw(plain edge by_url)}) {
        my $res = $edge->get('/file.json', token => $token);
        $res->{status} == 200 && length $res->{content} == 1500
            or die "wrong answer: $res->{head}\n";
    }

    $self->{edge}->get('/file.json')->{status} == 401 or die 'open to all';
}


1;
