package Resonate::Metrics;

# The status page as numbers, and what changed between two readings of it:
#
#   my $before = metrics($edge);
#   ...
#   my $change = change($before, metrics($edge));
#   $change->{'resonate_http_requests_total{route="GET /x",code="2xx"}'}
#   answered($change)             "GET /x 2xx 1, other 4xx 2"
#   duration($change, 'GET /x')   { sum, count, le => { '0.05' => 1, ... } }
#
# Reading it is a request of "other" that the next reading counts.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(metrics change answered duration bytes);


sub metrics {
    my ($edge) = @_;

    my $text = $edge->get('/status')->{content};
    my %value;

    for (split /\n/, $text) {
        next if /^#/;
        my ($series, $value) = /^([a-z_]+(?:\{.*\})?) (-?[0-9.]+)$/
            or die "not a sample: $_\n";
        die "twice: $series\n" if exists $value{$series};
        $value{$series} = $value;
    }

    return \%value;
}


# what differs; the reading before is left out

sub change {
    my ($before, $after) = @_;
    my %change;

    for my $series (keys %$after) {
        my $change = $after->{$series} - ($before->{$series} // 0);

        $change-- if $series =~ /^resonate_http_requests_total\{route="other",
                                 code="2xx"\}$/x;
        $change{$series} = $change if $change;
    }

    return \%change;
}


sub answered {
    my ($change) = @_;

    return join ', ', map { /route="(.*)",code="(\w+)"/
                            ? "$1 $2 $change->{$_}" : () }
           sort grep { /^resonate_http_requests_total/ } keys %$change;
}


sub bytes {
    my ($change, $route) = @_;

    return $change->{qq(resonate_http_response_bytes_total{route="$route"})}
           // 0;
}


sub duration {
    my ($change, $route) = @_;
    my %duration = (sum => 0, count => 0);

    for my $series (grep { /^resonate_http_request_duration_seconds/
                           && /route="\Q$route\E"/ } keys %$change)
    {
        if ($series =~ /le="([^"]+)"/) {
            $duration{le}{$1} = $change->{$series};

        } elsif ($series =~ /_seconds_(sum|count)/) {
            $duration{$1} = $change->{$series};
        }
    }

    return \%duration;
}


1;
