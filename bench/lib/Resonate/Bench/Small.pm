package Resonate::Bench::Small;

# Cases a to f, on a small catalogue: what a request costs beside nginx and
# PostgreSQL alone.
#
#   my $small = Resonate::Bench::Small->new($load);
#   %{ $small->cases }      letter => { ours, beside, aim, one, other, note }
#   pg, plays($seconds)     paid plays a second, of tables that were empty

use strict;
use warnings;

use Resonate::Test;

my $ISSUER = 'https://demo.resonate.example';
my ($TRACKS, $USERS) = (5000, 200);     # a million pairs: few plays repeat
my $CALL = 'SELECT status, body, tags FROM';
my @TRACK = ('0000000d-0000-4000-8000-', 100_000_000_000);


# as PostgreSQL comes: a play is on disk when it is answered

sub settings {
    return { fsync => 'on', full_page_writes => 'on',
             synchronous_commit => 'on', shared_buffers => '1GB' };
}


sub new {
    my ($class, $load) = @_;
    my $self = bless { load => $load, dir => tempdir(),
                       pg => Resonate::Pg->new(settings => settings()) },
                     $class;

    $self->fill;
    $self->media_file;
    $self->{edge} = $self->edge;
    $self->{plain} = $self->plain;
    $self->request_files;
    $self->check;
    return $self;
}


sub pg { return $_[0]{pg} }


sub cases {
    my ($self) = @_;
    my ($load, $edge, $plain) = @$self{qw(load edge plain)};
    my $bytes = -s $self->{media}{file};

    my $with_token = sub { $load->rate($edge, @_, paths => 'track',
                                       tokens => 'token') };

    return {
        a => { ours => 'cached track, token', beside => 'nginx static file',
               aim => 0.90, one => $with_token,
               other => sub { $load->rate($plain, @_, paths => 'static') } },
        b => { ours => 'uncached track', beside => 'pgbench', aim => 0.80,
               one => sub { $load->rate($edge, @_, paths => 'uncached') },
               other => sub { $self->pgbench_track(@_) } },
        c => { ours => 'cached track, token', beside => 'without token',
               aim => 0.95, one => $with_token,
               other => sub { $load->rate($edge, @_, paths => 'track') } },
        d => { ours => 'full stream, 5 MB', beside => 'nginx sendfile',
               aim => 0.97,
               one => sub { $load->cpu($edge, $bytes, @_, paths => 'stream',
                                       tokens => 'token', clients => 8) },
               other => sub { $load->cpu($plain, $bytes, @_,
                                         paths => 'audio', clients => 8) },
               note => sub { sprintf '%.2f and %.2f GB/s, processor seconds'
                                     . ' for a GB %.3f and %.3f: %.2f',
                                     map({ $_ * $bytes / 1e9 } @_),
                                     $self->per_gb } },
        e => { ours => 'paid plays', beside => 'pgbench', aim => 0.80,
               one => sub { $self->plays(@_) },
               other => sub { $self->pgbench_play(@_) } },
        f => { ours => 'slow, 1000 clients', beside => '100 clients',
               aim => 0.80,
               one => sub { $load->goodput($edge, @_, paths => 'slow',
                                           clients => 1000) },
               other => sub { $load->goodput($edge, @_, paths => 'slow',
                                             clients => 100) } },
    };
}


# of full streams; their ratio is at the end

sub per_gb {
    my ($self) = @_;
    my @cpu = map { $self->{load}->per_gb($self->{$_}) } qw(edge plain);

    return (@cpu, $cpu[0] / $cpu[1]);
}


sub plays {
    my ($self, $seconds) = @_;

    return $self->{load}->rate($self->{edge}, $seconds, paths => 'plays',
                               tokens => 'tokens', bodies => 'bodies');
}


sub pgbench_track {
    my ($self, $seconds) = @_;

    return $self->{load}->pgbench($self->{pg}, $seconds, 'resonate', <<"END");
\\set t random(1, $TRACKS)
$CALL v3.track("id" => @{[ sql_track() ]}, "caller" => NULL);
END
}


# on an equal database of its own, so that neither side plays what the other
# has played

sub pgbench_play {
    my ($self, $seconds) = @_;

    return $self->{load}->pgbench($self->{pg}, $seconds, 'beside', <<"END");
\\set t random(1, $TRACKS)
\\set u random(1, $USERS)
$CALL v3.play("track_id" => @{[ sql_track() ]}, "idempotency_key" => NULL,
    "caller" => resonate.caller('$ISSUER', 'u' || :u, NULL));
END
}


# digits only, so that pgbench's numbers make uuids

sub sql_track { return "('$TRACK[0]' || ($TRACK[1] + :t))::uuid" }
sub track_id  { return $TRACK[0] . ($TRACK[1] + $_[0]) }


sub fill {
    my ($self) = @_;
    my $dbh = $self->{pg}->dbh;
    my $id = catalogue($self->{pg});

    $dbh->do('INSERT INTO resonate.track (id, creator_id, title, year,
                                          media_sha256)
              SELECT (? || (?::bigint + n))::uuid, creator_id,
                     \'Track \' || n, year, media_sha256
              FROM resonate.track, generate_series(1, ?) n WHERE id = ?', {},
             @TRACK, $TRACKS, $id->{paid});
    $dbh->do('INSERT INTO resonate.release_item (release_id, track_id, index)
              SELECT ?, (? || (?::bigint + n))::uuid, 1000 + n
              FROM generate_series(1, ?) n', {},
             $id->{release}, @TRACK, $TRACKS);
    $dbh->do('SELECT resonate.demo_listener(?, \'u\' || n, \'u\' || n, 1000000)
              FROM generate_series(1, ?) n', {}, $ISSUER, $USERS);
    $dbh->do('CREATE FUNCTION v3.bench_slow(n int) RETURNS resonate.reply
              LANGUAGE sql AS \'SELECT 200, n::text, NULL::text[]
                                FROM pg_sleep(0.05)\'');
    $dbh->do('GRANT EXECUTE ON FUNCTION v3.bench_slow TO resonate_edge');
    $dbh->do('VACUUM ANALYZE');
    $dbh->disconnect;

    $self->{pg}->psql('CREATE DATABASE beside TEMPLATE resonate', 'postgres');
    $self->{pg}->psql('CHECKPOINT');
}


# five minutes of noise: 5 MB of AAC

sub media_file {
    my ($self) = @_;
    my $dir = $self->{dir};
    my $root = Resonate::Test::store('media-bench', sub {
        my ($draft) = @_;
        Resonate::Pg::run(qw(ffmpeg -nostdin -v error -f lavfi -i
            anoisesrc=sample_rate=48000:duration=312 -ac 2 -c:a aac -b:a 128k
            -movflags +faststart -f mp4), "$draft/noise");
    });

    my ($sha) = split ' ', `sha256sum $root/noise`;
    my $path = 'audio/' . substr($sha, 0, 2) . "/$sha.m4a";

    mkdir "$dir/$_" for 'media', 'media/audio',
                        'media/audio/' . substr $sha, 0, 2;
    Resonate::Pg::run('cp', "$root/noise", "$dir/media/$path");

    $self->{media} = { file => "$dir/media/$path", path => $path };

    my $dbh = $self->{pg}->dbh;

    $dbh->do('INSERT INTO resonate.media_file VALUES (?, ?, ?, ?)', {},
             $sha, $path, -s $self->{media}{file}, 312_000);
    $dbh->do('UPDATE resonate.track SET media_sha256 = ? WHERE id = ?', {},
             $sha, track_id(1));
}


# What every nginx of the benchmarks has.  Without tcp_nopush: segments of the
# loopback are 64 kB, so that nginx's own ranges of a file, as ours, wait 40 ms
# for the acknowledgement of one that does not begin at a page.

sub common {
    return (
        log => 'error', access_log => 'off',
        main => $Resonate::Bench::Load::PINNED ? 'worker_cpu_affinity 01;' : '',
        http => 'sendfile on; keepalive_requests 1000000000;
                 open_file_cache max=1000; open_file_cache_valid 1h;
                 types { application/json json; audio/mp4 m4a; }',
    );
}


# the routes as shipped, and one that is not cached

sub edge {
    my ($self, %more) = @_;
    my $connections = "connections=$Resonate::Bench::Load::CONNECTIONS";
    my %common = common();
    my $key = "$self->{dir}/ticket.key";

    spew($key, 'k' x 32);
    chmod 0600, $key;

    return Resonate::Edge->new(
        %common, http => "$common{http} " . (delete $more{more} // '') . "
                          resonate_cache 32m;
                          resonate_evidence 8m; resonate_ticket_key $key;",
        connections => 4096, %more, pg => $self->{pg}, auth => 1,
        media => "$self->{dir}/media",
        pg_read => $connections, pg_lists => $connections,
        pg_write => $connections,
        server => <<"END");
include $Resonate::Test::ROOT/conf.d/api-v3.conf;
location /uncached/ {
    resonate_auth optional;
    resonate_route GET /tracks/<id:uuid> v3.track caller;
    resonate_route GET /slow v3.bench_slow ?n:int(1..1000)!;
}
END
}


sub plain {
    my ($self, %more) = @_;
    my $dir = $self->{dir};

    -d "$dir/www" or mkdir "$dir/www" or die "mkdir: $!";
    return Resonate::Edge->new(common(), %more, modules => [],
        server => "root $dir/www; location /audio { root $dir/media; }");
}


sub request_files {
    my ($self) = @_;
    my $load = $self->{load};
    my $track = '/api/v3/tracks/' . track_id(1);

    spew("$self->{dir}/www/track.json",
         $self->{edge}->get($track)->{content});
    $load->lines(track => $track);
    $load->lines(static => '/track.json');
    $load->lines(uncached => map { '/uncached/tracks/' . track_id($_) }
                             1 .. $TRACKS);
    $load->lines(slow => map { "/uncached/slow?n=$_" } 1 .. 1000);
    $load->lines(stream => '/api/v3/user/stream/' . track_id(1));
    $load->lines(audio => "/$self->{media}{path}");
    $load->lines(plays => '/api/v3/user/plays');
    $load->lines(bodies => map { '{"trackId":"' . track_id($_) . '"}' }
                           1 .. $TRACKS);
    $load->lines(token => token(sub => 'u1'));
    $load->lines(tokens => map { token(sub => "u$_") } 1 .. $USERS);
}


# the two sides must answer the same before they are compared

sub check {
    my ($self) = @_;
    my ($edge, $plain) = @$self{qw(edge plain)};
    my $token = token(sub => 'u1');
    my $track = '/api/v3/tracks/' . track_id(1);
    my $bytes = slurp($self->{media}{file});
    my $reply = slurp("$self->{dir}/www/track.json");

    expect($edge->get($track), $reply);
    expect($edge->get("/uncached/tracks/" . track_id(1)), $reply);
    expect($plain->get('/track.json'), $reply);
    expect($edge->get('/api/v3/user/stream/' . track_id(1),
                      token => $token), $bytes);
    expect($plain->get("/$self->{media}{path}"), $bytes);

    my $res = $edge->get($track, token => $token);
    my $play = $edge->post('/api/v3/user/plays',
        '{"trackId":"' . track_id(2) . '"}', token => $token);

    json($res)->{data}{userPlays} == 0 or die "not u1's: $res->{content}\n";
    json($play)->{data}{cost} == 2 or die "not paid: $play->{content}\n";
}


sub expect {
    my ($res, $content) = @_;

    $res->{status} == 200 && $res->{content} eq $content
        or die "wrong answer: $res->{head}\n", substr $res->{content}, 0, 500;
}


1;
