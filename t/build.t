# What "config" says when a library is missing: its Debian package, all of
# them at once.  A compiler that cannot see a header stands for that.

use lib 't/lib';
use Resonate::Test;
use File::Path qw(make_path);

my @headers = qw(libpq-fe.h jansson.h openssl/evp.h);
my @packages = qw(libpq-dev libjansson-dev libssl-dev);
my $source = '/usr/share/nginx/src';
my $dir = tempdir();

make_path("$dir/src", "$dir/objs");
symlink "$source/$_", "$dir/src/$_" or die "symlink: $!"
    for qw(src auto configure);

sub configure {
    my (@hidden) = @_;
    my $pattern = join '|', map { quotemeta } @hidden;

    spew("$dir/cc", <<"END");
#!/bin/sh
for file; do
    case \$file in
        *.c) if grep -qE '#include <($pattern)>' "\$file"; then exit 1; fi ;;
    esac
done
exec cc "\$@"
END
    chmod 0755, "$dir/cc" or die "chmod: $!";

    my $output = `cd $dir/src && ./configure --builddir=$dir/objs \\
                  --with-cc=$dir/cc --without-http_rewrite_module \\
                  --without-http_gzip_module \\
                  --add-dynamic-module=$Resonate::Test::ROOT 2>&1`;
    return ($? == 0, $output);
}

my ($ok, $output) = configure('jansson.h');
ok !$ok, 'without one: configure fails';
like $output, qr/^On Debian: apt-get install libjansson-dev$/m,
    'and names its package';

($ok, $output) = configure(@headers);
ok !$ok, 'without any: configure fails';
like $output, qr/^On Debian: apt-get install @packages$/m,
    'and names them all';

done_testing;
