# resonate_pg: what nginx -t says.

use lib 't/lib';
use Resonate::Test;

sub emerg {
    my ($http) = @_;

    my $text = Resonate::Edge->conf_fails(modules => ['core'], http => $http);
    $text =~ s/ in \S+nginx\.conf:\d+$// if defined $text;
    return $text;
}

sub invalid {
    my ($word, $range) = @_;

    return qq(invalid parameter "$word" in "resonate_pg" directive, )
           . "it must be $range";
}

my $local = 'host=/tmp user=x';
my $long = '/' . 'x' x 100;
my $many = join ',', ('127.0.0.1') x 17;

# directive, what is wrong with it
my @rows = (
    [ qq(resonate_pg a "$local";), undef ],
    [ qq(resonate_pg a "$local" connections=64 queue=0 timeout=1ms
         connect_timeout=1h prepare=off;), undef ],
    [ 'resonate_pg a postgresql://x:secret@127.0.0.1:6432/db;', undef ],
    [ 'resonate_pg a "host=run/pg";', undef ],
    [ 'resonate_pg a "host=@abstract";', undef ],
    [ 'resonate_pg a "host=::1,127.0.0.1,/tmp port=1,2,3
                      target_session_attrs=read-write";', undef ],
    [ 'resonate_pg a "host=db.invalid hostaddr=127.0.0.1";', undef ],
    [ qq(resonate_pg a "$local"; resonate_pg b "$local";), undef ],

    [ 'resonate_pg a;',
      'invalid number of arguments in "resonate_pg" directive' ],
    [ qq(resonate_pg "" "$local";), 'empty database name in "resonate_pg"' ],
    [ qq(resonate_pg a "$local"; resonate_pg a "$local";),
      'duplicate database "a"' ],
    [ qq(resonate_pg a "$local" connection=1;),
      'invalid parameter "connection=1" in "resonate_pg" directive' ],
    (map { [ qq(resonate_pg a "$local" connections=$_;),
             invalid("connections=$_", 'between 1 and 64') ] }
     0, 65, '-1', 'many', ''),
    (map { [ qq(resonate_pg a "$local" queue=$_;),
             invalid("queue=$_", 'between 0 and 65536') ] }
     65537, '1k', ''),
    (map { [ qq(resonate_pg a "$local" timeout=$_;),
             invalid("timeout=$_", 'between 1ms and 1h') ] }
     0, '61m', 'soon', ''),
    [ qq(resonate_pg a "$local" connect_timeout=0;),
      invalid('connect_timeout=0', 'between 1ms and 1h') ],
    [ qq(resonate_pg a "$local" prepare=yes;),
      invalid('prepare=yes', '"on" or "off"') ],

    (map { [ qq(resonate_pg a "$local" $_ $_;),
             qq(duplicate parameter "$_" in "resonate_pg" directive) ] }
     qw(connections=1 queue=1 timeout=1s connect_timeout=1s prepare=on)),
    [ qq(resonate_pg a "$local" queue=1 queue=2;),
      'duplicate parameter "queue=2" in "resonate_pg" directive' ],

    [ qq(resonate_pg a "$local sslmode=Require";),
      'invalid value "Require" of "sslmode" in the conninfo of '
      . 'database "a"' ],

    # libpq would say so too, when it is too late
    (map { [ qq(resonate_pg a "$local $_=nonsense";),
             qq(invalid value "nonsense" of "$_" )
             . 'in the conninfo of database "a"' ] }
     qw(sslmode target_session_attrs channel_binding gssencmode
        ssl_min_protocol_version ssl_max_protocol_version sslcompression
        sslsni keepalives keepalives_idle keepalives_interval
        keepalives_count tcp_user_timeout)),
    (map { [ qq(resonate_pg a "$local $_";), undef ] }
     map({ "sslmode=$_" } qw(disable allow prefer require verify-ca
                             verify-full)),
     map({ "target_session_attrs=$_" } qw(any read-write read-only primary
                                          standby prefer-standby)),
     qw(channel_binding=prefer gssencmode=prefer sslsni=0 keepalives=1
        ssl_min_protocol_version=tlsv1.3 keepalives_idle=60)),

    [ 'resonate_pg a "hots=/tmp";',
      'invalid conninfo of database "a": invalid connection option "hots"' ],
    [ 'resonate_pg a "host";',
      'invalid conninfo of database "a": missing "=" after "host" '
      . 'in connection info string' ],
    [ 'resonate_pg a "host=/tmp password=top secret";',
      'invalid conninfo of database "a": missing "=" after "******" '
      . 'in connection info string' ],
    [ 'resonate_pg a "user=x";', 'no host in the conninfo of database "a"' ],
    [ 'resonate_pg a "host=/tmp,";',
      'empty host in the conninfo of database "a"' ],
    [ 'resonate_pg a "host=/tmp port=0";', 'invalid port "0" of database "a"' ],
    [ 'resonate_pg a "host=/tmp port=65536";',
      'invalid port "65536" of database "a"' ],
    [ 'resonate_pg a "host=/tmp,/run port=1,2,3";',
      'the numbers of hosts and ports in the conninfo of database "a" '
      . 'do not match' ],
    [ 'resonate_pg a "hostaddr=localhost";',
      'invalid hostaddr "localhost" of database "a"' ],
    [ 'resonate_pg a "host=db.invalid";',
      'host not found in database "a": "db.invalid"' ],
    [ qq(resonate_pg a "host=$long";),
      qq(too long unix socket directory "$long" of database "a") ],
    [ qq(resonate_pg a "host=$many";),
      'more than 16 addresses in database "a"' ],
    (map { [ qq(resonate_pg a "$local $_=1";),
             qq("$_" is not allowed in the conninfo of database "a") ] }
     qw(client_encoding connect_timeout replication service)),
);

for (@rows) {
    my ($directive, $expected) = @$_;
    (my $name = $directive) =~ s/\s+/ /g;

    is(emerg($directive), $expected, substr $name, 0, 70);
}

# whatever is wrong with a string, its password stays in it

for ('postgresql://x:secret@host:port/db', 'postgresql://x:secret@[::1',
     'host=/tmp password=secret secret', 'password secret=1',
     'postgres://secret:secret@/?secret=1')
{
    my $text = emerg(qq(resonate_pg a "$_";));

    ok(defined $text, "refused: $_");
    unlike($text // '', qr/secret/, 'and not repeated');
}

done_testing();
