package Resonate::Provider;

# An OpenID provider (npm's oidc-provider) on a port of this machine.
#
#   plan skip_all => $why if my $why = Resonate::Provider::missing();
#   my $provider = Resonate::Provider->new(%settings);   of provider.mjs
#   $provider->issuer                 http://127.0.0.1:PORT
#   $provider->url($path)             of it
#       /.well-known/openid-configuration, /auth, /token, /jwks,
#       /token/introspection, /token/revocation, /session/end
#   $provider->secret_file            that of the client "edge", mode 0600
#
# Tokens.  The audience is "resonate".  Clients: "edge" with its secret (code,
# refresh_token, client_credentials, introspection), "player" without one.
#
#   $provider->token(%opt)            an access token at once:
#       sub => 'alice'                undef or absent: the client's own
#       format => 'es256'             or rs256, hs256, opaque
#       scope => 'stream plays', ttl => 3600, client => 'edge',
#       claims => {}, header => {}    beside or instead of the usual ones
#       jkt => ..., x5t => ...        bound: cnf
#   $provider->grant(%form)           the same by POST /token: its JSON;
#                                     by default grant_type=client_credentials
#       _headers => { DPoP => $proof }, and resource => 'urn:resonate:rs256'
#   $provider->introspect($token), revoke($token), send_form($path, %form)
#   $provider->key('es256')           that signs, as Crypt::PK object;
#   $provider->kid('es256'), hs_key
#
# Log-ins, by a Resonate::Agent:
#
#   $provider->client(client_id => 'edge', redirect_uris => [...], ...)
#       changes or adds one: OpenID Connect Registration's names
#   $provider->log_in($agent, $url, 'alice', $until)
#       goes to $url, logs in on the page that it is led to, and goes on to the
#       end, or to what $until matches (see Resonate::Agent's walk)
#   $provider->end_session($agent, $url, $until)
#       the same for a log-out that leads to the provider's /session/end
#   $provider->log_out('alice')       ends the sessions, and calls the clients'
#       backchannel_logout_uri: a list of { client, sid, error }
#
# Changes, at any time:
#
#   $provider->set(ttl => { access => 5 }, ...)    of provider.mjs's settings,
#       jwks_cache => 'max-age=60'    Cache-Control of the keys
#       nonce => 1                    DPoP proofs need one
#       coop => 1                     introspection answers 404, or 500
#   $provider->rotate(keep => 1)      signs with new keys; the old ones are
#                                     published on, or not (keep => 0)
#   $provider->script, hold, release, count, requests: see Resonate::Node
#   $provider->stop, start            the same port and keys; what it had issued
#                                     is forgotten
#
# A fault in it fails the test.

use strict;
use warnings;

use Crypt::PK::ECC;
use Crypt::PK::RSA;
use JSON::PP ();
use MIME::Base64 qw(decode_base64url encode_base64 encode_base64url);
use Resonate::Agent;

use parent qw(Resonate::Node);

my $GENERATIONS = 3;


sub missing { return Resonate::Node::missing_in(qw(provider oidc-provider)) }


sub new {
    my ($class, %settings) = @_;

    my $self = $class->make(name => 'the provider',
        program => 'provider/suite.mjs', generation => 0,
        client_secret => random());

    $self->{settings} = {
        audience => 'resonate', format => 'es256', keys => jwks(0),
        scopes => 'stream plays profile playlists', cookies => [ random() ],
        secret => random(), clients => [ clients($self->{client_secret}) ],
        %settings };

    Resonate::Node::write_secret($self->secret_file,
                                 "$self->{client_secret}\n");
    Resonate::Test::server($self);
    $self->start;
    return $self;
}


sub random {
    open my $in, '<:raw', '/dev/urandom' or die "/dev/urandom: $!";
    read $in, my $bytes, 32;
    return encode_base64url($bytes);
}


sub clients {
    my ($secret) = @_;
    my @common = (redirect_uris => [ 'http://localhost/login/callback' ]);

    return (
        { client_id => 'edge', client_secret => $secret, @common,
          grant_types => [ qw(authorization_code refresh_token
                              client_credentials) ] },
        { client_id => 'player', token_endpoint_auth_method => 'none', @common,
          grant_types => [ qw(authorization_code refresh_token) ] },
    );
}


# An RSA key takes its time to make, so keys are kept for all tests.

sub pem {
    my ($name, $generation) = @_;
    my $dir = Resonate::Test::store('provider', \&make_keys);

    return "$dir/$name-" . $generation % $GENERATIONS . '.pem';
}


sub make_keys {
    my ($dir) = @_;

    for my $n (0 .. $GENERATIONS - 1) {
        Resonate::Node::write_secret("$dir/es256-$n.pem", Crypt::PK::ECC->new
            ->generate_key('secp256r1')->export_key_pem('private'));
        Resonate::Node::write_secret("$dir/rs256-$n.pem", Crypt::PK::RSA->new
            ->generate_key(256, 65537)->export_key_pem('private'));
    }
}


sub jwks {
    my ($generation) = @_;

    return [ map { { %{load($_, $generation)->export_key_jwk('private', 1)},
                     kid => "$_-$generation", use => 'sig', alg => uc } }
             qw(es256 rs256) ];
}


sub load {
    my ($name, $generation) = @_;
    my $class = $name eq 'es256' ? 'Crypt::PK::ECC' : 'Crypt::PK::RSA';

    return $class->new(pem($name, $generation));
}


sub key { return load($_[1], $_[0]{generation}) }
sub kid { return "$_[1]-$_[0]{generation}" }


sub hs_key { return decode_base64url($_[0]{settings}{secret}) }

sub secret_file { return "$_[0]{dir}/client.secret" }
sub issuer      { return $_[0]{settings}{issuer} }
sub url         { return $_[0]->issuer . $_[1] }

sub on_port { $_[0]{settings}{issuer} = "http://127.0.0.1:$_[1]" }


sub set {
    my ($self, %changes) = @_;

    %{$self->{settings}} = (%{$self->{settings}}, %changes);
    $self->control(set => \%changes);
}


sub rotate {
    my ($self, %opt) = @_;
    my $old = $opt{keep} ? $self->{settings}{keys} : [];

    $self->set(keys => [ @{jwks(++$self->{generation})}, @$old ]);
}


sub client {
    my ($self, %metadata) = @_;
    my $clients = $self->{settings}{clients};
    my ($old) = grep { $_->{client_id} eq $metadata{client_id} } @$clients;
    my $new = { %{$old || {}}, %metadata };

    $self->set(clients => [ (grep { $_ != ($old // 0) } @$clients), $new ]);
}


sub token {
    my ($self, %opt) = @_;

    return $self->control(mint => { client => 'edge', %opt });
}


# POST of a form, as the client "edge" unless the form has a client_id

sub send_form {
    my ($self, $path, %form) = @_;
    my %headers = %{delete $form{_headers} || {}};

    $headers{Authorization} = 'Basic ' . encode_base64(
        "edge:$self->{client_secret}", '') if !exists $form{client_id};

    return Resonate::Agent->new->post($self->url($path), \%form,
                                      headers => \%headers);
}


sub grant {
    my ($self, %form) = @_;

    return decoded($self->send_form('/token',
        grant_type => 'client_credentials', %form));
}


sub introspect {
    my ($self, $token) = @_;

    return decoded($self->send_form('/token/introspection', token => $token));
}


sub revoke {
    my ($self, $token) = @_;

    $self->send_form('/token/revocation', token => $token);
}


sub decoded { return JSON::PP::decode_json($_[0]{content}) }


sub log_in {
    my ($self, $agent, $url, $name, $until) = @_;
    my $page = $agent->walk($url, $until);
    my $login = $self->url('/login/');

    return $page if $page->{url} !~ /^\Q$login\E/;
    return $agent->walk($agent->post($page->{url},
                            { name => $name, password => 'any' }), $until);
}


sub end_session {
    my ($self, $agent, $url, $until) = @_;
    my $page = $agent->walk($url, $until);
    my ($action, $xsrf) =
        $page->{content} =~ m{action="([^"]+)".*?value="(\w+)"}s;

    return $page if $page->{url} !~ m{/session/end\b};
    return $agent->walk($agent->post($action,
                            { xsrf => $xsrf, logout => 'yes' }), $until);
}


sub log_out {
    my ($self, $sub) = @_;

    return @{$self->control(logout => { sub => $sub })};
}


1;
