package Resonate::Ingest::Tool;

# Runs ffmpeg and ffprobe (no shell, no network, no format but the ones we take)
# and what else there is to run, never longer than the process that started the
# ingestion lives.

use v5.36;

use Exporter   qw(import);
use IO::Select ();
use JSON       ();
use POSIX      ();

use Resonate::Ingest::Text qw(decoded);

our @EXPORT_OK = qw(ffmpeg probe input orphaned_by run_with);

# What a hostile file may claim to be.  Playlists (HLS, concat, DASH) would
# make ffmpeg open other files and hosts.
use constant FORMATS => 'flac,wav,aiff,mp3,ogg,mov,mp4,m4a,3gp,3g2,mj2,'
    . 'aac,asf,wv,dsf,ape,mpc,mpc8,tta,jpeg_pipe,png_pipe,webp_pipe,gif';
use constant OUTPUT_LIMIT => 4 * 1024 * 1024;
use constant PIPE_BYTES => 65536;

# ffmpeg ends with 0 when only the last of its output could not be written.
my $FULL = qr/: (No space left on device|Disk quota exceeded|File too large)$/m;

my ($life, $running);


# The reading end of a pipe that nobody writes to: its end of file says that
# the parent is gone, whatever took it.

sub orphaned_by ($pipe)
{
    $life = $pipe;
    $SIG{INT} = $SIG{TERM} = $SIG{HUP} = \&stop;
}


sub stop (@)
{
    if ($running) {
        kill KILL => $running;
    }

    POSIX::_exit(1);
}


sub input ($file)
{
    return ('-protocol_whitelist', 'file', '-format_whitelist', FORMATS,
            '-i', "file:$file");
}


sub ffmpeg (@arguments)
{
    my ($status, undef, $complaint) = run('ffmpeg', '-nostdin', '-hide_banner',
                                          '-v', 'error', '-y', @arguments);
    if ($complaint =~ $FULL) {
        die "$1\n";
    }

    if ($status != 0) {
        die reason($status, $complaint) . "\n";
    }

    return;
}


# Streams and container of a file, as ffprobe tells them.  Its own repair of
# tags that are not UTF-8 would lose what is wrong in them.

sub probe ($file)
{
    my ($status, $json, $complaint) = run('ffprobe', '-v', 'error',
        '-print_format', 'json=string_validation=ignore', '-show_format',
        '-show_streams', input($file));

    if ($status != 0) {
        die reason($status, $complaint) . "\n";
    }

    if (length $json >= OUTPUT_LIMIT) {
        die "more than 4 MB of tags\n";
    }

    return JSON->new->decode(decoded($json));
}


# The last line is the one that says why; addresses of objects and the name of
# the file only make it long.

sub reason ($status, $complaint)
{
    my ($line) = reverse grep { /\S/ } split /\n/, $complaint;

    $line //= $status & 127 ? 'ffmpeg was killed by signal ' . ($status & 127)
                            : 'ffmpeg failed without saying why';
    $line =~ s/^\[[^\]]*\]\s*//;
    $line =~ s/^file:.*:\s+//;
    $line =~ s/[^\x20-\x7e]/?/g;

    return $line;
}


sub run (@command)
{
    open my $nothing, '<', '/dev/null' or die "/dev/null: $!\n";

    return run_on($nothing, @command);
}


# A command that reads a text, of which a pipe holds so much: its status, and
# what it said.

sub run_with ($text, @command)
{
    pipe my $in, my $end or die "pipe: $!\n";
    length $text <= PIPE_BYTES or die "$command[0]: too much to say\n";
    print {$end} $text or die "pipe: $!\n";
    close $end or die "pipe: $!\n";

    return run_on($in, @command);
}


sub run_on ($in, @command)
{
    my ($out, $err) = start($in, @command);
    my %text = (fileno $out => '', fileno $err => '');
    my $select = IO::Select->new($out, $err, $life // ());

    while ($select->count > ($life ? 1 : 0)) {
        for my $pipe ($select->can_read) {
            if ($life && $pipe == $life) {
                stop();
            }

            my $got = sysread $pipe, my $chunk, 65536;

            if (!$got) {
                $select->remove($pipe);
                next;
            }

            if (length $text{fileno $pipe} < OUTPUT_LIMIT) {
                $text{fileno $pipe} .= $chunk;
            }
        }
    }

    waitpid $running, 0;
    undef $running;

    return ($?, $text{fileno $out}, $text{fileno $err});
}


sub start ($in, @command)
{
    pipe my $out, my $out_end or die "pipe: $!\n";
    pipe my $err, my $err_end or die "pipe: $!\n";

    $running = fork // die "fork: $!\n";

    if ($running == 0) {
        POSIX::dup2(fileno $in, 0);
        POSIX::dup2(fileno $out_end, 1);
        POSIX::dup2(fileno $err_end, 2);
        exec { $command[0] } @command
            or POSIX::_exit(tell_missing($command[0]));
    }

    return ($out, $err);
}


sub tell_missing ($program)
{
    syswrite STDERR, "$program: $!\n";
    return 127;
}

1;
