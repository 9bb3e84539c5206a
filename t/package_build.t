# The Debian packages as they are built: what lintian and systemd say of them,
# and that all of it is in them.

use lib 't/lib';
use Resonate::Test;

my $root = $Resonate::Test::ROOT;
my $built = "$root/build/package";

is system("make -s -C $root package > /dev/null"), 0, 'make package'
    or do { done_testing; exit };

is `lintian --allow-root --fail-on none $built/*.changes 2>&1`
   =~ s/^running with root.*\n//mr, '', 'lintian has nothing to say';

my $there = tempdir();

for my $package (qw(libnginx-mod-resonate resonate)) {
    my ($deb) = glob "$built/${package}_*.deb";
    system('dpkg-deb', '-x', $deb, $there) == 0 or die 'dpkg-deb';
}


subtest 'what is in them' => sub {
    my $share = "$there/usr/share/resonate";

    for my $file (map { chomp; $_ }
                  `cd $root && find sql www bin/lib/Resonate -type f`)
    {
        next if $file =~ /\.d\.ts$/;
        is slurp("$share/$file"), slurp("$root/$file"), $file;
    }

    for my $command (map { m{([^/]+)$} } glob "$root/bin/resonate-*") {
        my ($path) = grep { -l } map { "$there/usr/$_/$command" } qw(bin sbin);
        ok $path && -x $path, "$command is in the path";
        like `MANPATH=$there/usr/share/man man -w $command 2>&1`,
            qr/\.gz$/m, 'with a page' if -x '/usr/bin/man';
    }

    my @modules = slurp("$there/usr/share/nginx/modules-available/"
                        . 'mod-resonate.conf') =~ m{^load_module (\S+);$}mg;
    is_deeply \@modules, [ map { "modules/ngx_resonate_${_}_module.so" }
                           qw(core auth tracks pay) ], 'modules, core first';
    ok -e "$there/usr/lib/nginx/$_", $_ for @modules;
};


subtest 'what ingestion is to do' => sub {
    my $share = "$there/usr/share/resonate";
    my $command = "$there/resonate-ingest";

    # as if it were there, and by whom it becomes
    spew($command, slurp("$share/command") =~ s/\$\(id -u\)/1/r
                   =~ s{share=\K\S+}{$share}r =~ s{ /etc/}{ $there/etc/}gr);
    like `sh $command --qualities 1 / 2>&1`, qr/^\S+ --qualities 1: /, 'asked';
    spew("$there/etc/resonate/ingest.env", qq(RESONATE_QUALITIES="64,2"\n));
    like `sh $command / 2>&1`, qr/^\S+ --qualities 2: /, 'as ingest.env says';
};


subtest 'units of systemd' => sub {
    plan skip_all => 'needs systemd-analyze'
        if system('command -v systemd-analyze > /dev/null') != 0;

    my $system = '/lib/systemd/system';

    system("cp -P $system/*.target $system/*.slice $there$system") == 0
        or die 'cp';
    is `systemd-analyze verify --man=no --root=$there $_ 2>&1`, '', $_
        for qw(resonate-maintain.timer resonate-maintain.service
               resonate-audit.timer resonate-audit.service
               resonate-ingest@srv-music.service);
};

done_testing;
