package Resonate::Login;

# The suite's OpenID provider and an edge that logs in at it.
#
#   plan skip_all => $why if my $why = Resonate::Login::missing();
#   my $login = Resonate::Login->new(%opt);
#       provider => {}                settings of Resonate::Provider
#       lines    => '...'             of the resonate_login block
#       keys     => 'discovery on;'   of the issuer; by default a file's
#       scope    => 'openid ...'
#       server   => '...', http => '...', edge => {}     of Resonate::Edge
#       auth     => 'optional'        in its locations
#   $login->provider, edge, agent
#   $login->log_in('alice', $path)    logs the agent in; the last answer, which
#                                     leads to $path
#   $login->get($path, %opt), post($path, $form, %opt)     as the agent
#   $login->who                       what /login/session says, decoded
#   $login->session                   the session's cookie, or undef
#   $login->keys(@keys)               a file with them
#
# Locations: /login, /login/callback, /logout, /login/session; /who answers
# whose request it is, /need likewise where somebody is required.

use strict;
use warnings;

use Resonate::Agent;
use Resonate::Edge;
use Resonate::Provider;

our $COOKIE = '__Host-resonate';


sub missing { return Resonate::Provider::missing() }


sub new {
    my ($class, %opt) = @_;
    my $provider = Resonate::Provider->new(%{$opt{provider} || {}});
    my $self = bless { provider => $provider, agent => Resonate::Agent->new,
                       dir => Resonate::Test::tempdir() }, $class;

    $self->{keys} = $self->keys('1' x 64);
    Resonate::Test::spew("$self->{dir}/jwks.json",
        $self->agent->get($provider->url('/jwks'))->{content});

    $self->{edge} = Resonate::Edge->new(
        modules => [qw(core auth)],
        http    => $self->http(%opt) . ($opt{http} // ''),
        server  => $self->server($opt{auth} // 'optional')
                   . ($opt{server} // ''),
        %{$opt{edge} || {}},
    );

    my $url = $self->{edge}->url;

    $provider->client(client_id => 'edge',
                      redirect_uris => [ "$url/login/callback" ],
                      post_logout_redirect_uris => [ "$url/" ]);
    return $self;
}


sub http {
    my ($self, %opt) = @_;
    my $provider = $self->provider;
    my $issuer = $provider->issuer;
    my $secret = $provider->secret_file;

    my $keys = $opt{keys} // "jwks $self->{dir}/jwks.json;";
    my $scope = $opt{scope} // 'openid profile stream';
    my $lines = $opt{lines} // '';

    return <<EOF2;
        resonate_fetch { location /id/ { proxy_pass $issuer/; } }

        resonate_provider $issuer {
            audience  resonate;
            $keys
            fetch     /id/;
        }

        resonate_login main {
            issuer         $issuer;
            client         edge $secret;
            authorization  $issuer/auth;
            token          $issuer/token;
            end_session    $issuer/session/end;
            scope          $scope;
            keys           $self->{keys};
            $lines
        }
EOF2
}


sub server {
    my ($self, $auth) = @_;

    return <<EOF2;
        resonate_auth $auth;
        resonate_auth_session main;

        location = /login          { resonate_login_start main; }
        location = /login/callback { resonate_login_callback main; }
        location = /logout         { resonate_login_logout main; }
        location = /login/session  { resonate_login_session main; }

        location = /who  { try_files /none \@who; }
        location = /need { resonate_auth required; try_files /none \@who; }
        location \@who   { return 200 "\$resonate_user"; }
EOF2
}


sub keys {
    my ($self, @keys) = @_;
    my $file = "$self->{dir}/keys";

    Resonate::Test::spew($file, join '', map { "$_\n" } @keys);
    chmod 0600, $file or die "chmod $file: $!";
    return $file;
}


sub provider { return $_[0]{provider} }
sub edge     { return $_[0]{edge} }
sub agent    { return $_[0]{agent} }
sub url      { return $_[0]->edge->url . $_[1] }


sub log_in {
    my ($self, $name, $path) = @_;

    $path //= '/who';

    return $self->provider->log_in($self->agent,
        $self->url("/login?return=$path"), $name,
        qr/^\Q@{[ $self->url($path) ]}\E$/);
}


# up to the code, which the provider sends back with the browser

sub returned {
    my ($self, $name) = @_;

    return $self->provider->log_in($self->agent, $self->url('/login'), $name,
                                   qr{/login/callback\?})->{location};
}


sub get {
    my ($self, $path, %opt) = @_;

    return $self->agent->get($self->url($path), %opt);
}


sub post {
    my ($self, $path, $form, %opt) = @_;

    return $self->agent->post($self->url($path), $form, %opt);
}


sub who     { return Resonate::Test::json($_[0]->get('/login/session')) }
sub session { return $_[0]->agent->cookie('localhost', $COOKIE) }


1;
