package Resonate::Keys;

# An edge that has the keys of an issuer from the suite's provider.
#
#   keys_of($provider, $line, %more)    text for http{}: an issuer with this
#                                       line; iss => ..., which the suite's
#                                       own keys sign for if it is another
#   fetch_from($provider)               likewise: how it is fetched
#   keys_location()                     text for server{}
#   key_metric($edge, $iss, 'fetches_total')
#
# / answers who calls, /status counts.

use strict;
use warnings;

use Exporter qw(import);
use Resonate::Metrics;

our @EXPORT = qw(keys_of fetch_from keys_location key_metric);


my $n = 0;

sub keys_of {
    my ($provider, $line, %more) = @_;
    my $origin = $provider->issuer;
    my $iss = $more{iss} || $origin;
    my $fetch = $iss eq $origin ? 'fetch /id/' : "fetch /id/ $origin";

    return <<"END";
resonate_provider $iss {
    audience resonate;
    $fetch;
    $line;
}
END
}


sub fetch_from {
    my ($provider) = @_;

    return <<"END";
resonate_fetch {
    include $Resonate::Test::ROOT/conf.d/fetch.conf;
    location /id/ { proxy_pass ${\ $provider->issuer}/; }
}
END
}


sub keys_location {
    return <<'END';
location /          { resonate_auth required; try_files /none @said; }
location @said      { resonate_auth optional; return 200 $resonate_user; }
location = /status  { resonate_status; }
END
}


sub key_metric {
    my ($edge, $iss, $name) = @_;

    return metrics($edge)->{qq(resonate_auth_key$name\{issuer="$iss"})};
}


1;
