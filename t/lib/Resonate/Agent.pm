package Resonate::Agent;

# As much of a browser as a log-in needs: cookies and redirects, no scripts.
#
#   my $agent = Resonate::Agent->new(headers => {});    sent with every request
#   my $res = $agent->get($url, %opt);       see Resonate::Http; and its url
#   my $res = $agent->post($url, \%form, %opt);
#   $agent->walk($res or $url, $until)       follows redirects, up to one that
#                                            leads to what $until matches: that
#                                            is "location" of the last answer
#   $agent->cookie($host, $name), cookies($host), forget
#
# Cookies are kept by host and path, and not by port, as browsers do it.  All
# hosts are this machine.

use strict;
use warnings;

use Resonate::Http;


sub new {
    my ($class, %opt) = @_;

    return bless { headers => $opt{headers} || {}, jar => {} }, $class;
}


sub get {
    my ($self, $url, %opt) = @_;

    return $self->request('GET', $url, %opt);
}


sub post {
    my ($self, $url, $form, %opt) = @_;

    $opt{headers} = { 'Content-Type' => 'application/x-www-form-urlencoded',
                      %{$opt{headers} || {}} };
    return $self->request('POST', $url, body => form(%$form), %opt);
}


sub form {
    my (%form) = @_;

    return join '&', map { my $name = $_;
                           map { escape($name) . '=' . escape($_) }
                               ref $form{$name} ? @{$form{$name}}
                                                : $form{$name} }
                     grep { defined $form{$_} } sort keys %form;
}


sub escape {
    my ($text) = @_;

    return $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ger;
}


sub request {
    my ($self, $method, $url, %opt) = @_;

    my ($host, $port, $path) =
        $url =~ m{^http://([a-z0-9.-]+)(?::(\d+))?(/[^#]*|)}
        or die "not an address of this machine: $url\n";

    $path = '/' if $path eq '';

    my $res = Resonate::Http->new(port => $port || 80,
                                  timeout => $opt{timeout})->request(
        $method, $path, close => 1, %opt,
        headers => { Host => $port ? "$host:$port" : $host,
                     Cookie => $self->cookies($host, $path),
                     %{$self->{headers}}, %{$opt{headers} || {}} });

    $res->{url} = $url;
    $self->keep($host, $_) for list($res->{headers}{'set-cookie'});

    if (defined(my $location = $res->{headers}{location})) {
        $res->{location} = absolute($location, $url);
    }

    return $res;
}


sub list { return map { ref $_ ? @$_ : defined $_ ? $_ : () } @_ }


sub absolute {
    my ($location, $base) = @_;
    my ($origin) = $base =~ m{^(http://[^/?#]+)};

    return $location =~ m{^https?:} ? $location
         : $location =~ m{^/}       ? "$origin$location"
         :                            $base =~ s{[^/]*$}{$location}r;
}


sub walk {
    my ($self, $res, $until) = @_;

    $res = $self->get($res) if !ref $res;

    for (1 .. 20) {
        return $res if $res->{status} !~ /^30[1237]$/
                       || defined $until && $res->{location} =~ $until;
        $res = $self->get($res->{location});
    }

    die "too many redirects, to $res->{location}\n";
}


# RFC 6265, as far as one host goes

sub keep {
    my ($self, $host, $line) = @_;
    my ($pair, @attributes) = split /;\s*/, $line;
    my ($name, $value) = $pair =~ /^([^=]+)=(.*)$/ or return;
    my %attribute = map { /^([^=]+)(?:=(.*))?$/ ? (lc $1, $2 // '') : () }
                        @attributes;
    my $path = $attribute{path} || '/';
    my $ended = ($attribute{'max-age'} // 1) <= 0
                || ($attribute{expires} // '') =~ / 1970 /;

    if ($ended) {
        delete $self->{jar}{$host}{"$path $name"};

    } else {
        $self->{jar}{$host}{"$path $name"} = $value;
    }
}


# the Cookie header for a host, or undef

sub cookies {
    my ($self, $host, $path) = @_;
    my $jar = $self->{jar}{$host} || {};
    my @pairs;

    for my $key (sort { length $b <=> length $a || $a cmp $b } keys %$jar) {
        my ($prefix, $name) = split / /, $key;

        push @pairs, "$name=$jar->{$key}"
            if !defined $path
               || $path =~ m{^\Q$prefix\E(?:$|[/?])}
               || $prefix =~ m{/$} && index($path, $prefix) == 0;
    }

    return @pairs ? join '; ', @pairs : undef;
}


sub cookie {
    my ($self, $host, $name) = @_;
    my ($value) = ($self->cookies($host) // '')
                  =~ /(?:^|; )\Q$name\E=([^;]*)/;

    return $value;
}


sub forget { $_[0]{jar} = {} }


1;
