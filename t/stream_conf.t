#!/usr/bin/perl

# The directives of the tracks room, as nginx -t sees them.

use lib 't/lib';
use Resonate::Test;

my $media = tempdir();

spew("$media/file", '');

for (
    # http, what nginx -t says
    [ "resonate_media $media;", undef ],
    [ "resonate_media $media/;", undef ],
    [ "resonate_media $media; resonate_media $media;",
      qr/"resonate_media" directive is duplicate/ ],
    [ 'resonate_media;', qr/invalid number of arguments/ ],
    [ 'resonate_media "";', qr/"resonate_media" directive has an empty path/ ],
    [ "resonate_media $media/none;",
      qr/directory ".*none" of "resonate_media" can not be used .*No such/ ],
    [ 'resonate_media no/such/folder;', qr{"/.*/no/such/folder"} ],
    [ "resonate_media $media/file;",
      qr/file" of "resonate_media" is not a directory/ ],

    [ 'resonate_media_cache 1m;', undef ],
    [ 'resonate_media_cache off;', undef ],
    [ 'resonate_preview_cache 1m;', undef ],
    [ 'resonate_media_cache 1m; resonate_preview_cache 1m;',
      qr/"resonate_preview_cache" directive is duplicate/ ],
    [ 'resonate_media_cache 1m; resonate_media_cache off;',
      qr/"resonate_media_cache" directive is duplicate/ ],
    [ 'resonate_media_cache;', qr/invalid number of arguments/ ],
    [ 'resonate_media_cache much;',
      qr/invalid size "much" in "resonate_media_cache"/ ],
    [ 'resonate_media_cache 1023k;',
      qr/"1023k" of "resonate_media_cache" is too small.*1m/ ],
    [ 'server { resonate_media_cache 1m; }',
      qr/"resonate_media_cache" directive is not allowed here/ ],

    # every level has its own media root
    [ "resonate_media $media;
       server { resonate_media /tmp;
                location / { resonate_media $media; } }",
      undef ],
    (map { [ "resonate_media $_;",
             qr/"\Q$_\E" of "resonate_media" is the root directory in / ] }
         qw(/ // /. /tmp/..)),
    [ 'log_format x $resonate_stream;', undef ],

    [ 'resonate_zip_tracks 1; server { resonate_zip_tracks 1000; }', undef ],
    [ 'resonate_zip_tracks 0;', qr/value must be between 1 and 1000/ ],
    [ 'resonate_zip_tracks 1001;', qr/value must be between 1 and 1000/ ],
    [ 'resonate_zip_tracks all;',
      qr/"resonate_zip_tracks" directive invalid number/ ],
    [ 'resonate_zip_tracks 9; resonate_zip_tracks 9;',
      qr/"resonate_zip_tracks" directive is duplicate/ ],

    [ 'resonate_pace 1.5 burst=1m;', undef ],
    [ 'resonate_pace off; server { resonate_pace 100;
       location / { resonate_pace off; } }', undef ],
    [ 'resonate_pace off burst=1s;', qr/has a parameter beside "off"/ ],
    [ 'resonate_pace 2; resonate_pace 3;',
      qr/"resonate_pace" directive is duplicate/ ],
    [ 'resonate_pace 2 burst=0s;', qr/must be between 1s and 1h/ ],
    map({ [ "resonate_pace $_;", qr/invalid factor "\Q$_\E" in "resonate_/ ] }
        qw(1 1.09 -2 100.1 fast 1.5x)),
) {
    my ($http, $error) = @$_;
    my ($ok, $output) = conf_test($http);

    $http =~ s/\s+/ /g;

    if ($error) {
        ok !$ok, "refused: $http";
        like $output, qr/\[emerg\]/, 'as an error of configuration';
        like $output, $error, 'in these words';

    } else {
        ok $ok, "accepted: $http" or diag $output;
    }
}

my ($ok, $output) = conf_test(modules => ['tracks']);

ok !$ok, 'without the core module';
like $output, qr/core_module\.so must be loaded before ngx_resonate_tracks/,
    'in these words';

done_testing;
