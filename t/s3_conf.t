# What "nginx -t" says of objects of a store.

use lib 't/lib';
use Resonate::Test;

my $dir = tempdir();

sub key {
    my ($name, $text, $mode) = @_;

    spew("$dir/$name", $text);
    chmod $mode // 0600, "$dir/$name" or die "chmod: $!";
    return "key=$dir/$name";
}

my $key = key(good => "ID:SE/CR:ET+=\n");

for (
    # text of http{}, what is wrong with it
    [ 'resonate_media location:/s3/;', undef ],
    [ 'resonate_media location:/s3;', undef ],
    [ "resonate_media location:/s3/ images=$dir;", undef ],
    [ 'resonate_media location:;',
      qr/"resonate_media" directive has a location that does not begin with/ ],
    [ 'resonate_media location:s3;',
      qr/"resonate_media" directive has a location that does not begin with/ ],
    [ 'resonate_media location://;',
      qr/"resonate_media" directive has the location of everything/ ],
    [ "resonate_media location:/s3/ images=$dir/none;",
      qr/directory ".*none" of "resonate_media" can not be used/ ],
    [ "resonate_media location:/s3/ images=/;", qr/is the root directory/ ],
    [ "resonate_media location:/s3/ pictures=$dir;",
      qr/"pictures=[^"]+" .*"resonate_media"/ ],
    [ "resonate_media $dir images=$dir;",
      qr/"resonate_media" directive has a folder, and then nothing else/ ],
    [ 'resonate_media location:/a/; resonate_media location:/b/;',
      qr/"resonate_media" directive is duplicate/ ],
    [ "resonate_media location:/s3/ images=$dir;
       server { resonate_media $dir;
                location / { resonate_media location:/other/; } }", undef ],

    [ 'resonate_media_slice 64k;', undef ],
    [ 'resonate_media_slice 65535;',
      qr/"resonate_media_slice" directive must be at least 64k/ ],
    [ 'resonate_media_slice much;',
      qr/"resonate_media_slice" directive invalid value/ ],
    [ 'resonate_media_slice 1m; resonate_media_slice 1m;',
      qr/"resonate_media_slice" directive is duplicate/ ],
    [ 'resonate_media_valid 0;', undef ],
    [ 'resonate_media_valid soon;',
      qr/"resonate_media_valid" directive invalid value/ ],
    [ 'resonate_media_valid 1s; resonate_media_valid 1s;',
      qr/"resonate_media_valid" directive is duplicate/ ],

    [ "resonate_s3 host=s3.example:9000 bucket=b region=eu $key;", undef ],
    [ 'resonate_s3 host=[::1]:9000;', undef ],
    [ 'resonate_s3;', qr/invalid number of arguments/ ],
    [ "resonate_s3 $key;", qr/"resonate_s3" directive needs "host="/ ],
    [ 'resonate_s3 host=a/b;', qr/"resonate_s3" directive has a bad "host="/ ],
    [ 'resonate_s3 host=a bucket=a/b;', qr/has a bad "bucket="/ ],
    [ 'resonate_s3 host=a region=a/b;', qr/has a bad "region="/ ],
    [ 'resonate_s3 host=a region=' . 'a' x 65 . ';',
      qr/has a bad "region="/ ],
    [ 'resonate_s3 host=a secret=b;', qr/"secret=b" .*"resonate_s3"/ ],
    [ 'resonate_s3 host=a; resonate_s3 host=a;',
      qr/"resonate_s3" directive is duplicate/ ],
    [ "resonate_s3 host=a key=$dir/none;",
      qr/open\(\) ".*none" of "resonate_s3" failed/ ],
    [ 'resonate_s3 host=a ' . key(open => 'ID:SECRET', 0640) . ';',
      qr/has mode 0640, group and others must have no access/ ],
    [ 'resonate_s3 host=a ' . key(half => 'SECRET') . ';',
      qr/half" of "resonate_s3" must be one line "ID:SECRET"/ ],
    [ 'resonate_s3 host=a ' . key(two => "ID:S\nID:S\n") . ';',
      qr/two" of "resonate_s3" must be one line "ID:SECRET"/ ],
    [ 'resonate_s3 host=a ' . key(empty => 'ID:') . ';',
      qr/empty" of "resonate_s3" (?:has an empty|must have)/ ],
    [ 'resonate_s3 host=a ' . key(long => 'ID:' . 'a' x 300) . ';',
      qr/long" of "resonate_s3" must have 3 to 257 bytes/ ],
) {
    my ($http, $error) = @$_;
    my ($ok, $output) = conf_test($http);
    my $name = $http =~ s/\Q$dir\E/DIR/gr;

    if ($error) {
        ok !$ok, $name;
        like $output, $error, 'and why';
        unlike $output, qr/SECRET(?!")|a{65}/, 'without the secret'
            if $http =~ /key=/;

    } else {
        ok $ok, $name or diag $output;
    }
}

done_testing;
