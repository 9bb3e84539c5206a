package Resonate::Ingestion;

# bin/resonate-ingest against a test's own Postgres and media root.
#
#   my $in = Resonate::Ingestion->new(pg => $pg, options => [...]);
#   $in->sound('A/B/01 - C.flac', title => 'x', ...)   a second of a tone
#   $in->file($name, $bytes)
#   my ($status, $output) = $in->run(@options);
#   my ($status, $output) = $in->run_as_nobody(@options);   start_..., too
#   my ($status, $output) = $in->run_on($name);
#   my $process = $in->start(@options);       Resonate::Process, file "output"
#   $in->tracks                               rows, in order of their index
#   $in->stored                               final names below audio/
#   $in->retag($name, title => 'x', ...)      other tags, the same sound
#   $in->copy($name, $to)
#   $in->releases                             ids of those that are not deleted
#   $in->rows                                 what the catalogue's rows are
#   my $runs = $in->tools; $runs->()          how often ffmpeg ran since
#   $in->encoded                              how often sound was encoded
#   $in->slow(1)                              encoding takes as long as it lasts
#   music, media, output: paths

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path);
use Resonate::Process;

my $pitch = 200;


sub new {
    my ($class, %opt) = @_;
    my $dir = Resonate::Test::tempdir();

    make_path("$dir/music", "$dir/media");
    return bless { pg => $opt{pg}, dir => $dir,
                   options => $opt{options} // [] }, $class;
}


sub music { return "$_[0]{dir}/music" }
sub media { return "$_[0]{dir}/media" }

sub output { return "$_[0]{dir}/output" }


# Every sound has a pitch of its own: what sounds the same is one track.

sub sound {
    my ($self, $name, %tag) = @_;
    my $seconds = delete $tag{seconds} // 1;
    my $cover = delete $tag{cover};
    my $file = $self->music . "/$name";
    my $tone = $pitch += 10;

    make_path(dirname($file));

    my @picture = $cover ? ('-i', $cover, qw(-map 0:a -map 1:v -c:v copy
                            -disposition:v attached_pic)) : ();

    system('ffmpeg', qw(-nostdin -v error -y -f lavfi -i),
           "sine=frequency=$tone:duration=$seconds", @picture,
           map({ ('-metadata', "$_=$tag{$_}") } sort keys %tag),
           $name =~ /\.aiff$/ ? qw(-write_id3v2 1) : (),
           qw(-fflags +bitexact), "file:$file") == 0
        or die "ffmpeg cannot make $name\n";

    return $file;
}


sub picture {
    my ($self, $name, $size) = @_;
    my $file = $self->{dir} . "/$name";

    make_path(dirname($file));
    system('ffmpeg', qw(-nostdin -v error -y -f lavfi -i),
           "testsrc=s=$size", qw(-frames:v 1), $file) == 0
        or die "ffmpeg cannot make $name\n";

    return $file;
}


sub file {
    my ($self, $name, $bytes) = @_;
    my $file = $self->music . "/$name";

    make_path(dirname($file));
    Resonate::Test::spew($file, $bytes);

    return $file;
}


sub start {
    my ($self, @options) = @_;

    return $self->spawn([], @options);
}


sub spawn {
    my ($self, $as, @options) = @_;

    unlink $self->output;

    return Resonate::Process->spawn(
        env     => { $self->{path} ? (PATH => $self->{path}) : () },
        command => [ @$as, "$Resonate::Test::ROOT/bin/resonate-ingest",
                     '--db', $self->{pg}->conninfo(user => 'resonate_ingest'),
                     '--media', $self->media, @{$self->{options}}, @options,
                     join '/', $self->music, $self->{named} // () ],
        output  => $self->output,
    );
}


sub run {
    my ($self, @options) = @_;

    return $self->ended($self->start(@options));
}


# Of what is in the folder, this file or folder.

sub run_on {
    my ($self, $name) = @_;

    local $self->{named} = $name;
    return $self->run;
}


# By a user who is not root, to whom a folder can be closed.

sub start_as_nobody {
    my ($self, @options) = @_;
    my @as = $> == 0
        ? qw(setpriv --reuid=nobody --regid=nogroup --clear-groups) : ();

    system('chown', '-hR', 'nobody', $self->{dir}) == 0 or die if @as;

    return $self->spawn(\@as, @options);
}


sub run_as_nobody {
    my ($self, @options) = @_;

    return $self->ended($self->start_as_nobody(@options));
}


sub ended {
    my ($self, $process) = @_;

    $process->ended(300) or die "resonate-ingest does not end\n";

    return ($process->{status} >> 8, Resonate::Test::slurp($self->output));
}


sub tracks {
    my ($self) = @_;

    return $self->{pg}->dbh->selectall_arrayref(<<'END', { Slice => {} });
SELECT t.id, t.title, c.display_name AS artist, o.display_name AS owner,
       t.display_artist, r.title AS album, i.disc, i.number, t.year, t.tags,
       r.cover_id, m.path, m.duration_ms, m.bytes, m.sha256
FROM resonate.track t
JOIN resonate.creator c ON c.id = t.creator_id
JOIN resonate.media_file m ON m.sha256 = t.media_sha256
JOIN resonate.release_item i ON i.track_id = t.id
JOIN resonate.release r ON r.id = i.release_id
JOIN resonate.creator o ON o.id = r.creator_id
ORDER BY r.title COLLATE "C", i.index
END
}


sub track {
    my ($self, $title) = @_;
    my ($track) = grep { $_->{title} eq $title } @{ $self->tracks };

    return $track // {};
}


sub stored {
    my ($self) = @_;

    my @found = sort map { substr $_, 1 + length $self->media }
                     glob $self->media . '/audio/*/*';

    return @found;
}


sub releases {
    my ($self) = @_;

    return @{ $self->{pg}->dbh->selectcol_arrayref(
        'SELECT id FROM resonate.release WHERE deleted_at IS NULL
         ORDER BY created_at, id') };
}


# The transaction that wrote each row last.

sub rows {
    my ($self) = @_;
    my $dbh = $self->{pg}->dbh;

    return { map {
        $_ => $dbh->selectcol_arrayref(
            "SELECT ctid || ' ' || xmin FROM resonate.$_ ORDER BY 1")
    } qw(creator release release_item release_disc track track_artist image
         media_file rendition original source search_doc) };
}


sub retag {
    my ($self, $name, %tag) = @_;
    my $file = $self->music . "/$name";
    my ($ext) = $name =~ /(\.[^.]+)$/;
    my $made = "$self->{dir}/retagged$ext";

    system('ffmpeg', qw(-nostdin -v error -y -i), "file:$file",
           qw(-map 0 -c copy), map({ ('-metadata', "$_=$tag{$_}") }
                                   sort keys %tag),
           qw(-fflags +bitexact), "file:$made") == 0 && rename $made, $file
        or die "cannot retag $name\n";

    return;
}


sub copy {
    my ($self, $name, $to) = @_;

    return $self->file($to, Resonate::Test::slurp($self->music . "/$name"));
}


# ffmpeg and ffprobe of runs from now on are counted.

sub tools {
    my ($self) = @_;
    my $bin = "$self->{dir}/bin";

    make_path($bin);

    for my $tool (qw(ffmpeg ffprobe)) {
        my ($real) = grep { -x } map { "$_/$tool" } split /:/, $ENV{PATH};

        Resonate::Test::spew("$bin/$tool", "#!/bin/sh\n"
            . "echo \"$tool \$*\" >> $bin/log\nexec $real \"\$\@\"\n");
        chmod 0755, "$bin/$tool";
    }

    $self->{path} = "$bin:$ENV{PATH}";

    return sub {
        my $count = () = -e "$bin/log"
            ? Resonate::Test::slurp("$bin/log") =~ /^/mg : ();

        unlink "$bin/log";
        return $count;
    };
}


# Of sounds that last, something is in the making for as long, and costs
# little.

sub slow {
    my ($self, $slow) = @_;
    my $bin = "$self->{dir}/slow";
    my ($real) = grep { -x } map { "$_/ffmpeg" } split /:/, $ENV{PATH};

    delete $self->{path};
    return if !$slow;

    make_path($bin);
    Resonate::Test::spew("$bin/ffmpeg", <<"END");
#!/bin/sh
case " \$* " in *" -c:a aac "*) exec $real -re "\$@" ;; esac
exec $real "\$@"
END
    chmod 0755, "$bin/ffmpeg";
    $self->{path} = "$bin:$ENV{PATH}";
}


sub encoded {
    my ($self) = @_;
    my $log = "$self->{dir}/bin/log";
    my $count = () = -e $log
        ? Resonate::Test::slurp($log) =~ / -c:a aac /g : ();

    return $count;
}


1;
