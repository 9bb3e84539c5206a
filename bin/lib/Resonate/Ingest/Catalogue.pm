package Resonate::Ingest::Catalogue;

# The catalogue in Postgres, through the resonate.ingest_* functions only.
# Paths are bytes, all other text is characters.

use v5.36;

use DBI  ();
use JSON ();

use Resonate::Ingest::Text qw(folded);

use constant PAGE  => 1000;
use constant TRIES => 3;

my $JSON = JSON->new->canonical;
my @SOURCE = qw(path root track_id release_id source_sha256 sound_sha256
                lossless kept written media_path made);


sub connect ($class, $conninfo)
{
    my $dsn = $conninfo =~ /^dbi:/i ? $conninfo : "dbi:Pg:$conninfo";

    # What DBI dies of has the whole string, which may have a password.
    my $dbh = eval {
        DBI->connect($dsn, undef, undef, {
            RaiseError          => 1,
            PrintError          => 0,
            AutoCommit          => 1,
            AutoInactiveDestroy => 1,
            ShowErrorStatement  => 0,
        });
    } // die +($DBI::errstr // 'no such driver') =~ s/\n.*//sr, "\n";

    return bless { dbh => $dbh }, $class;
}


# Calls found with each file of the library below a folder.

sub sources_below ($self, $folder, $found)
{
    my $after = '';
    my $prefix = $folder =~ s{/+\z}{}r;
    my $rows;

    do {
        $rows = $self->rows('resonate.ingest_sources(?, ?, ?)',
                            bytea($prefix), bytea($after), PAGE);
        $found->($_) for @$rows;
        $after = $rows->[-1]{path} if @$rows;
    } while (@$rows == PAGE);

    return;
}


sub sources_of ($self, @sounds)
{
    return @sounds
        ? @{ $self->rows('resonate.ingest_sources_of(?)', \@sounds) } : ();
}


sub rows ($self, $call, @values)
{
    my $sql = "SELECT @{[ join ', ', @SOURCE ]} FROM $call";
    my $statement = $self->{dbh}->prepare_cached($sql);

    return $self->{dbh}->selectall_arrayref($statement, { Slice => {} },
                                            @values);
}


# Where the stored file of a sound is, relative to the media root, and what
# else is stored of it; nothing for one that the catalogue does not know.

sub stored ($self, $sound, $source)
{
    return $self->one('SELECT path, made FROM resonate.ingest_media(?, ?)',
                      $sound, $source);
}


sub cover_id ($self, $sha256)
{
    return $self->one("SELECT resonate.ingest_image_of('cover', ?)", $sha256);
}


sub image ($self, $picture)
{
    return $self->one("SELECT resonate.ingest_image('cover', ?, ?, ?)",
                      @$picture{qw(sha256 width height)});
}


# Length and CRC-32 of the picture that goes with downloads.

sub image_sum ($self, $id, $sums)
{
    return $self->one('SELECT resonate.ingest_image_sum(?, ?, ?)', $id,
                      @$sums{qw(bytes crc32)});
}


sub images_unsummed ($self)
{
    return @{ $self->{dbh}->selectcol_arrayref(
        'SELECT resonate.ingest_image_unsummed()') };
}


# One track and all that belongs to it, or nothing.  image is the id of the
# release's cover or undef, media what was stored or undef, made what was made
# of it besides.

sub write_track ($self, $unit, $media, $made, $image)
{
    my $gone = $unit->{gone};

    $self->spell($unit) if !$unit->{is_new};

    return $self->transaction(sub {
        my $release = $self->release($unit, $image);
        my $track = $self->track($unit, $media, $release, $gone);

        for my $file (@{ $unit->{files} }) {
            $self->source($file, $release, $track, $file == $unit->{files}[0]);
        }

        $self->one('SELECT resonate.ingest_forget(?)', bytea($_)) for @$gone;

        if ($made) {
            $self->one('SELECT resonate.ingest_made(?, ?)',
                       sha256_of($media ? $media->{path}
                                        : $unit->{media_path}),
                       $JSON->encode($made));
        }

        return $track;
    });
}


# Other case or accents are no other artist: a file that was there before and
# is corrected says how he is spelled, the first one of a run.  Before the
# transaction, because all tracks of the artist are written.

sub spell ($self, $unit)
{
    my $track = $unit->{track};

    for my $name ($unit->{release}{artist},
                  @{ $track->{artists} // [ $track->{artist} ] })
    {
        $self->{spelled}{folded($name)} //= do {
            $self->one('SELECT resonate.ingest_spelling(?)', $name);
            1;
        };
    }

    return;
}


sub release ($self, $unit, $image)
{
    my $about = $unit->{release};
    my $artist = $self->artist($about->{artist}, $about->{artist_musicbrainz});

    return $self->one('SELECT resonate.ingest_release(?, ?, ?, ?, ?, ?, ?)',
        $artist, @$about{qw(title date)}, $image, $about->{type},
        $JSON->encode({ map { $_ => $about->{$_} }
                        qw(barcode musicbrainz copyright discs) }),
        byteas(@{ $unit->{were} }));
}


sub track ($self, $unit, $media, $release, $gone)
{
    my ($best, @copies) = @{ $unit->{files} };
    my ($track, $facts) = @$unit{qw(track facts)};
    my @names = @{ $track->{artists} // [ $track->{artist} ] };
    my @artists = map { $self->artist($names[$_], $facts->{artist_ids}[$_]) }
                  0 .. $#names;

    return $self->one('SELECT resonate.ingest_track(release => ?,'
        . ' artist => ?, title => ?, number => ?, disc => ?, year => ?,'
        . ' duration_ms => ?, media_sha256 => ?, path => ?, bytes => ?,'
        . ' source_sha256 => ?, display_artist => ?, sound_sha256 => ?,'
        . ' artists => ?, facts => ?, copies => ?, paths => ?)',
        $release, $artists[0], @$track{qw(title number disc)}, $facts->{year},
        @{ $media // {} }{qw(duration_ms sha256 path bytes)}, $best->{source},
        $track->{display_artist}, $best->{sound}, \@artists,
        $JSON->encode({ map { $_ => $facts->{$_} }
                        qw(genres isrc musicbrainz composer copyright
                           lyrics) }),
        [ map { $_->{sound} } @copies ],
        byteas((map { $_->{path} } $best, @copies), @$gone));
}


sub source ($self, $file, $release, $track, $kept)
{
    return $self->one(
        'SELECT resonate.ingest_source(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        bytea($file->{path}), bytea($file->{root}), $track, $release,
        @$file{qw(source sound)}, $file->{lossless} ? 1 : 0,
        @$file{qw(bit_rate sample_rate duration_ms)}, $kept ? 1 : 0,
        $file->{written});
}


sub artist ($self, $name, $musicbrainz)
{
    return $self->one('SELECT resonate.ingest_artist(?, NULL, ?)', $name,
                      $musicbrainz);
}


# As text: DBD::Pg would take the bytes for characters.

sub bytea ($bytes)
{
    return '\\x' . unpack 'H*', $bytes;
}


sub byteas (@bytes)
{
    return [ map { bytea($_) } @bytes ];
}


# What a stored file is named by.

sub sha256_of ($path)
{
    return $path =~ s{^.*/|\.[^.]*\z}{}gr;
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


# A deadlock with who manages the catalogue is tried again.

sub transaction ($self, $work)
{
    my $dbh = $self->{dbh};

    for my $try (1 .. TRIES) {
        my $result;

        $dbh->begin_work;

        if (eval { $result = $work->(); $dbh->commit; 1 }) {
            return $result;
        }

        my $failure = $dbh->errstr // $@;
        my $again = ($dbh->state // '') =~ /^40/ && $try < TRIES;

        eval { $dbh->rollback };
        $failure =~ s/\n.*//s;
        die "$failure\n" if !$again;
    }
}

1;
