package Resonate::Site;

# The packages of this tree in a clean Debian, to be installed as the manual
# has it.
#
#   Resonate::Site::missing()           why there can be none
#   my $site = Resonate::Site->new;     nothing, with a failed test, if they
#                                       cannot be built
#   name                                of the site, in /etc/hosts
#   file                                of nginx, below the root
#   hba                                 PostgreSQL's file, below the root
#   $site->mode($path)                  of a file, in four octal digits
#   $site->page($path, $curl_options)   head and content
#   $site->plays($name, $stream, $bearer)
#   $site->sql($query, [$database])     by the superuser
#   $site->logs_in($user, $role)        of the system and of the database
#   $site->broken($command)             its output; dies if it does not fail
#   $site->printed($heading, $number)   the lines of a block of commands
#   $site->complete                     the nginx.conf of the manual
#   music, listener, certificate        see there
#
# and what a Resonate::Root has.

use strict;
use warnings;

use Resonate::Root;
use Resonate::Source;

use parent -norequire, 'Resonate::Root';

my $NAME = 'music.example.org';

sub missing { return Resonate::Root::missing() }


sub new {
    my ($class) = @_;
    my $tree = $Resonate::Test::ROOT;
    my $built = system("make -s -C $tree package > /dev/null") == 0;

    Test::More::ok($built, 'make package') or return;

    my $self = $class->SUPER::new;
    my $dir = $self->dir;

    Resonate::Root::command('cp', map({ glob "$tree/build/package/${_}_*.deb" }
                                      qw(libnginx-mod-resonate resonate)),
                            "$dir/opt");
    Resonate::Test::spew("$dir/etc/hosts",
                         Resonate::Test::slurp("$dir/etc/hosts")
                         . "127.0.0.1 $NAME\n");
    Resonate::Test::spew("$dir/etc/apt/apt.conf.d/lean",
                         qq(APT::Install-Recommends "false";\n));
    $self->download('/opt/*.deb', qw(nginx postgresql logrotate));
    return $self;
}


sub name { return $NAME }
sub file { return "$_[0]{dir}/etc/nginx/sites-available/resonate" }


sub page {
    my ($self, $path, $options) = @_;

    return $self->get("http://$NAME$path", $options);
}


sub broken {
    my ($self, $command) = @_;
    my ($status, $output) = $self->run($command);

    die "$command: did not fail\n$output" if !$status;
    return $output;
}


sub hba {
    my ($self) = @_;
    my ($file) = glob "$self->{dir}/etc/postgresql/*/main/pg_hba.conf";

    return $file;
}


sub mode {
    my ($self, $path) = @_;

    return sprintf '%04o', (stat "$self->{dir}/$path")[2] & 07777;
}


sub logs_in {
    my ($self, $user, $role) = @_;

    return ($self->run("runuser -u $user -- psql -h /run/postgresql -U $role"
                       . " -d resonate -c ''"))[0] == 0;
}


sub sql {
    my ($self, $query, $database) = @_;

    return $self->out('runuser -u postgres -- psql -Atd '
                      . ($database // 'resonate') . qq( -c "$query"));
}


# A page, a list, a preview and a stream; the latter with a token, and with a
# ticket.

sub plays {
    my ($self, $when, $stream, $bearer) = @_;

    Test::More::subtest($when => sub {
        Resonate::Test::wait_for(sub {
            $self->page('/')->{head} =~ /^Content-Security-Policy:/m;
        }, 20, 'the page');

        my ($ticket) = $self->page("$stream/ticket", "-X POST $bearer")
                            ->{content} =~ /"url" ?: ?"([^"]+)"/;

        for (['its script', '/player.js', '',
              qr{^HTTP\S+ 200 .*^Content-Type: text/javascript\r}ms],
             ['a preview', $stream, '', qr/^X-Resonate-Stream: preview\r/m],
             ['all of it', $stream, $bearer,
              qr/^HTTP\S+ 200 .*^X-Resonate-Stream: full\r/ms],
             ['with a ticket, too', "'$ticket'", '',
              qr/^X-Resonate-Stream: full\r/m])
        {
            my ($what, $path, $options, $head) = @$_;
            Test::More::like($self->page($path, $options)->{head}, $head,
                             $what);
        }

        Test::More::like($self->page('/api/v3/tracks')->{content},
                         qr/"title" ?: ?"Hum"/, 'the API');
    });
}


# Music of which more is to come than fits into sockets.

sub music {
    my ($self) = @_;
    my $folder = "$self->{dir}/srv/music";

    mkdir $folder or die "$folder: $!";
    Resonate::Root::command(qw(ffmpeg -nostdin -v error -f lavfi -i
                               sine=duration=90 -metadata title=Hum -metadata
                               artist=Ada), "$folder/Hum.flac");
}


# Where its stream is, and curl's option for a listener of it.

sub listener {
    my ($self) = @_;
    my ($id) = $self->page('/api/v3/tracks')->{content}
               =~ /"id" ?: ?"([^"]+)/ or die 'no track';
    my ($token) = $self->out('resonate-token --user ada') =~ /(\S+)\n\z/;

    return ("/api/v3/user/stream/$id", "-H 'Authorization: Bearer $token'");
}


# The site as a version before "resonate_pg lists" and tickets made it, which
# returns the pid of nginx, and as an operator did who has none, and then adds
# what is said of tickets.

sub older {
    my ($self) = @_;
    my $site = Resonate::Test::slurp($self->file);

    Resonate::Test::spew($self->file, $site
        =~ s/^resonate_(?:pg lists|ticket_key)[^;]*;\n//gmr);
    $self->out('rm /etc/resonate/ticket.key'
               . ' && sha256sum < /etc/nginx/sites-available/resonate'
               . ' > /var/lib/resonate/site.sum && nginx -t -q');

    return Resonate::Test::slurp("$self->{dir}/run/nginx.pid");
}


sub changed_by_hand {
    my ($self) = @_;
    my $without = join '', map { " +without resonate_$_\n" } 'pg lists',
                                                             'ticket_key';

    Test::More::like(Resonate::Test::slurp($self->file),
                     qr/^resonate_pg lists/m, 'the site is the new one');
    $self->older;
    $self->out('echo none > /var/lib/resonate/site.sum');
    Test::More::like($self->out('resonate-setup --upgrade && nginx -t -q'),
                     qr/is kept +site .*\n$without/,
                     'but not where it was changed by hand');
    Resonate::Test::spew($self->file, Resonate::Test::slurp($self->file)
        . "resonate_ticket_key /etc/resonate/ticket.key;\n");
}


# site.pem with site.key, and another key

sub certificate {
    my ($self) = @_;

    $self->out('(openssl genrsa -out other && openssl req -x509 -nodes -newkey'
               . " rsa:2048 -subj /CN=$NAME -keyout site.key -out site.pem)"
               . ' 2> certificate.log');
}


sub printed {
    my ($self, $heading, $number) = @_;
    my ($chapter) = Resonate::Source::text('doc/MANUAL.md')
                    =~ /^#+ \Q$heading\E\n(.*?)(?=^#+ )/ms or die;
    my @blocks = $chapter =~ /^```sh\n(.*?)^```$/gms;

    return map { s/\s+# .*//r } split /\n/, $blocks[$number - 1];
}


sub complete {
    my ($text) = Resonate::Source::text('doc/MANUAL.md')
                 =~ /^A complete `nginx.conf`.*?```nginx\n(.*?)^```/ms or die;

    return $text;
}


1;
