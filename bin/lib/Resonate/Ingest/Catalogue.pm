package Resonate::Ingest::Catalogue;

# The catalogue in Postgres, through the resonate.ingest_* functions only.

use v5.36;

use DBI ();


sub connect ($class, $conninfo)
{
    my $dsn = $conninfo =~ /^dbi:/i ? $conninfo : "dbi:Pg:$conninfo";
    my $dbh = DBI->connect($dsn, undef, undef, {
        RaiseError          => 1,
        PrintError          => 0,
        AutoCommit          => 1,
        AutoInactiveDestroy => 1,
        ShowErrorStatement  => 0,
    }) or die "$DBI::errstr\n";

    return bless { dbh => $dbh }, $class;
}


# Where the stored file of a source is, relative to the media root; undef for
# a source that the catalogue does not know.

sub media_path ($self, $source_sha256)
{
    return $self->one('SELECT resonate.ingest_media(?)', $source_sha256);
}


# One track and all that belongs to it, or nothing.  image is the id of its
# cover or undef.

sub add_track ($self, $about, $media, $source_sha256, $image)
{
    return $self->transaction(sub {
        my $owner = $self->artist($about->{album_artist});
        my $artist = $about->{artist} eq $about->{album_artist}
            ? $owner : $self->artist($about->{artist});
        my $release = $self->one('SELECT resonate.ingest_release(?, ?, ?, ?)',
                                 $owner, @$about{qw(album date)}, $image);

        return $self->one('SELECT resonate.ingest_track(release => ?,'
            . ' artist => ?, title => ?, number => ?, disc => ?, year => ?,'
            . ' duration_ms => ?, media_sha256 => ?, path => ?, bytes => ?,'
            . ' source_sha256 => ?, genre => ?, display_artist => ?)',
            $release, $artist, @$about{qw(title number disc year)},
            @$media{qw(duration_ms sha256 path bytes)}, $source_sha256,
            @$about{qw(genre display_artist)});
    });
}


sub artist ($self, $name)
{
    return $self->one('SELECT resonate.ingest_artist(?)', $name);
}


sub image ($self, $picture)
{
    return $self->one("SELECT resonate.ingest_image('cover', ?, ?, ?)",
                      @$picture{qw(sha256 width height)});
}


sub alive ($self)
{
    return $self->{dbh}->ping > 0;
}


sub one ($self, $sql, @values)
{
    my $statement = $self->{dbh}->prepare_cached($sql);

    return $self->{dbh}->selectrow_array($statement, undef, @values);
}


sub transaction ($self, $work)
{
    my $dbh = $self->{dbh};
    my $result;

    $dbh->begin_work;

    if (eval { $result = $work->(); $dbh->commit; 1 }) {
        return $result;
    }

    my $failure = $dbh->errstr // $@;

    eval { $dbh->rollback };
    $failure =~ s/\n.*//s;
    die "$failure\n";
}

1;
