package Resonate::Listening;

# The connection of an edge on which it hears what has changed; of one whose
# pools have three connections in all.
#
#   listening($edge, 1)      waits until it is there, or is not
#   listener($edge)          the server's process
#   lose($edge)  find($edge) ends it, and lets none begin; lets it begin again

use strict;
use warnings;

use Exporter qw(import);
use Resonate::Test ();

our @EXPORT = qw(listening listener lose find);


sub listening {
    my ($edge, $is) = @_;

    return Resonate::Test::wait_for(
        sub { $edge->get('/status')->{content}
              =~ /^resonate_cache_listening $is$/m }, 10,
        $is ? 'listening' : 'that nobody listens');
}


sub listener {
    my ($edge) = @_;

    return $edge->{opt}{pg}->dbh->selectrow_array(
        q{SELECT pid FROM pg_stat_activity WHERE usename = 'resonate_edge'
          AND query ~ 'maintained|SELECT NULL|LISTEN|pg_notify'});
}


sub lose {
    my ($edge) = @_;
    my $pg = $edge->{opt}{pg};

    $pg->psql('ALTER ROLE resonate_edge CONNECTION LIMIT 3');
    $pg->dbh->do('SELECT pg_terminate_backend(?)', {}, listener($edge));
    listening($edge, 0);
}


sub find {
    my ($edge) = @_;

    $edge->{opt}{pg}->psql('ALTER ROLE resonate_edge CONNECTION LIMIT -1');
    listening($edge, 1);
}


1;
