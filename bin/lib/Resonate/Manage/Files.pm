package Resonate::Manage::Files;

# prune --files: stored sounds and images that nothing needs any more.

use v5.36;

use Exporter qw(import);
use Fcntl    qw(:flock);

use Resonate::Ingest::Store   ();
use Resonate::Manage::Change  qw(changed_lines result);
use Resonate::Manage::Refusal qw(refuse);

our @EXPORT_OK = qw(prune_files);

use constant PAGE => 1000;

my $SOUND = qr{\A([0-9a-f]{64})\.[0-9a-z]{2,5}\z};
my $IMAGE = qr{\A([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-x\d+
               \.(?:jpg|webp)\z}x;


# Rows go first: a file that nothing names is found by the next run.

sub prune_files ($app)
{
    my $media = media_root($app);
    my $store = in_words(sub {
        Resonate::Ingest::Store->open_store({ %{ $app->{option} },
                                              media => $media });
    });
    my ($lock, @files);

    open $lock, '>', "$media/.lock"
        or refuse(failed => "$media/.lock: $!");
    flock $lock, LOCK_EX | LOCK_NB
        or refuse(failed => "$media: ingestion is at work");

    my $result = result($app, sub {
        my $change = $app->{db}->one('SELECT resonate.manage_begin(?, ?)',
                                     $app->{who}, $app->{command});

        $app->{db}->one('SELECT resonate.manage_unused()');
        @files = unknown($app, $media, $store);

        return $change;
    });

    if (!$app->{dry_run}) {
        in_words(sub { $store->remove($_->{path}) for @files; return });
    }

    my $bytes = 0;
    $bytes += $_->{bytes} for @files;

    $app->answer({ %$result, files => \@files, bytes => $bytes },
                 changed_lines($result),
                 map({ "$_->{path}  $_->{bytes}" } @files),
                 sprintf '%d files, %d bytes%s.', scalar @files, $bytes,
                         $app->{dry_run} ? ' would be removed' : ' removed');

    return 0;
}


sub media_root ($app)
{
    my $media = $app->{option}{media} // $ENV{RESONATE_MEDIA}
        // "$app->{root}/run/media";

    -d "$media/audio" || -d "$media/waveforms"
        or refuse(failed => "$media: no media root");

    return $media;
}


# A store says that it is one to who makes a difference.

sub in_words ($work)
{
    my $result;

    eval { $result = $work->(); 1 }
        or die ref $@ ? $@ : $@ =~ s/\Astore:!? //r;

    return $result;
}


# Stored files that the catalogue does not know.  A media root of which it
# knows less than half is that of another catalogue.

sub unknown ($app, $media, $store)
{
    my (%paths, %bytes, @files, $all);

    for my $top (qw(audio originals waveforms images)) {
        my $pattern = $top eq 'images' ? $IMAGE : $SOUND;

        for my $file (@{ in_words(sub { $store->list($top) }) }) {
            my ($path, $bytes) = @$file;

            if ($path =~ m{/([^/]+)\z} && $1 =~ $pattern) {
                push @{ $paths{$1} }, $path;
                $bytes{$path} = $bytes;
            }
        }
    }

    for my $key (unknown_of($app, sort keys %paths)) {
        push @files, map { { path => $_, bytes => $bytes{$_} } }
                     sort $paths{$key}->@*;
    }

    $all += @$_ for values %paths;

    refuse(confirm => sprintf '%s: %d of %d files are of no use: is it another'
           . ' catalogue\'s? --yes removes them', $media, scalar @files, $all)
        if @files * 2 > ($all // 0) && !$app->{option}{yes};

    return @files;
}


sub unknown_of ($app, @keys)
{
    my @unknown;

    while (my @some = splice @keys, 0, PAGE) {
        push @unknown, map { $_->{name} } $app->{db}->rows(
            'SELECT name FROM resonate.manage_unknown(?, ?)',
            [ grep { !/-/ } @some ], [ grep { /-/ } @some ]);
    }

    return @unknown;
}

1;
