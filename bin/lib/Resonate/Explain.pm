package Resonate::Explain;

# "resonate-token explain": finds what a configuration says of issuers, and
# has the program judge a token by it.

use v5.36;

use Cwd            qw(abs_path);
use File::Basename qw(dirname);
use Getopt::Long   qw(GetOptionsFromArray :config no_auto_abbrev
                      no_ignore_case);
use IPC::Open2     qw(open2);

use Resonate::Explain::Conf  ();
use Resonate::Explain::Rules qw(rules);

my $USAGE = <<'END';
usage: resonate-token explain [option]... < FILE
       resonate-token explain [option]... TOKEN

Says what an edge of this configuration does with a token, check by check, and
on the last line: accepted, refused and why, or that it cannot say. The token
is better on standard input: arguments are seen by everybody who can list
processes, and kept by shells. It is not shown.

  -c FILE        the configuration (of the running demo, else nginx's own);
                 it is read by "nginx -T", which needs the rights of who
                 starts nginx
  -p DIR         what relative names in it begin at, as with nginx
  --nginx FILE   the program (nginx, of the path and of /usr/sbin)
  --jwks FILE    keys that the configuration has by URL, fetched by hand

What is of a request, and not of a token, is not known here: proofs and
certificates, what a location asks for, what was revoked.

exit status: 0 accepted; 1 refused; 2 cannot say, or wrong usage
END

use constant UNKNOWN => 2;


sub main ($tool, @args)
{
    my %opt = (nginx => 'nginx');

    GetOptionsFromArray(\@args, \%opt, 'c=s', 'p=s', 'nginx=s', 'jwks=s',
                        'help|h') && @args <= 1
        or return usage(*STDERR, UNKNOWN);

    return usage(*STDOUT, 0) if $opt{help};

    local $ENV{PATH} = ($ENV{PATH} // '') . ':/usr/sbin';

    my @rules = eval {
        my $conf = Resonate::Explain::Conf->read(demo(%opt));
        rules($conf, $opt{jwks});
    };

    if (my $error = $@) {
        print STDERR "resonate-token: $error";
        return UNKNOWN;
    }

    my $token = $args[0] // do { local $/; <STDIN> } // '';
    $token =~ s/\A\s*(?:Bearer +)?//i;
    $token =~ s/\s+\z//;

    return judge($token, $tool, 'explain', @rules);
}


sub usage ($to, $status)
{
    print {$to} $USAGE;
    return $status;
}


# The configuration of the demo, if it has one, and bin/demo's prefix.

sub demo (%opt)
{
    my $root = dirname(dirname(dirname(dirname(abs_path(__FILE__)))));

    if (!defined $opt{c} && -r "$root/run/nginx.conf") {
        $opt{c} = "$root/run/nginx.conf";
        $opt{p} //= $root;
    }

    return %opt;
}


sub judge ($token, @command)
{
    local $SIG{PIPE} = 'IGNORE';

    my $pid = open2('>&STDOUT', my $in, @command);
    print {$in} $token;
    close $in;
    waitpid $pid, 0;

    return $? & 127 ? UNKNOWN : $? >> 8;
}


1;
