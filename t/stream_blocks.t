#!/usr/bin/perl

# Audio where nginx's configuration is not one flat location, and in requests
# that nginx makes itself.

use lib 't/lib';
use Resonate::Test;
use Resonate::Stream;

my $media = tempdir();
my $other = tempdir();
my $dir = tempdir();

tone($media, 'a.m4a', 12);
spew("$other/a.m4a", 'not the same');

my %decision = (full => { file => 'a.m4a', mode => 'full' },
                preview => { file => 'a.m4a', mode => 'preview',
                             previewMs => 5000 });
my %query = map { $_ => audio_path($decision{$_}) =~ s/^[^?]*//r }
            keys %decision;

spew("$dir/$_.html",
     qq([<!--# include virtual="/test/audio$query{$_}" -->])) for keys %query;
spew("$dir/many.html", join '', map {
    my $mode = $_ % 2 ? 'full' : 'preview';
    qq(<!--# include virtual="/test/audio$query{$mode}" -->);
} 1 .. 6);

my $route = 'resonate_route GET /audio v3.test_audio '
            . '?decision:text(1..8000)! reply=audio;';

my $edge = stream_edge(
    media => $media, http => 'resonate_media_cache off; aio threads;',
    server => <<"EOF");
root $dir;
set \$yes 1;

location /if/     { $route if (\$yes) { set \$a 1; } }
location /ifs/    { $route resonate_media $other; if (\$yes) { set \$a 1; }
                    if (\$yes) { set \$a 2; } }
location /except/ { $route limit_except POST { allow all; } }
location /denied/ { $route limit_except POST { deny all; } }
location /outer/  { $route resonate_media $other;
                    location /outer/inner/ { $route }
                    location /outer/own/ { $route resonate_media $media; } }
location /tried/  { try_files /none \@named; }
location \@named  { resonate_route GET /tried/audio v3.test_audio
                        ?decision:text(1..8000)! reply=audio; }
location /error/  { error_page 410 = /test/audio\$is_args\$args; return 410; }
location = /ask   { auth_request /heard; alias $dir/many.html; }
location = /heard { rewrite ^ /test/audio$query{preview}; }
location ~ html\$ { ssi on; default_type text/html; }
EOF

my %content = map { $_ => audio($edge, $decision{$_})->{content} }
              keys %decision;

is $content{full}, slurp("$media/a.m4a"), 'all of the file';
cmp_ok length $content{preview}, '<', length $content{full},
    'the preview is shorter';

for (
    # path, what a full stream is
    [ '/if/audio',          $content{full} ],
    [ '/ifs/audio',         'not the same' ],
    [ '/except/audio',      $content{full} ],
    [ '/denied/audio',      undef ],
    [ '/outer/audio',       'not the same' ],
    [ '/outer/inner/audio', 'not the same' ],
    [ '/outer/own/audio',   $content{full} ],
    [ '/tried/audio',       $content{full} ],
    [ '/error/audio',       $content{full} ],
) {
    my ($path, $full) = @$_;
    my $res = $edge->get("$path$query{full}");

    if (!defined $full) {
        is $res->{status}, 403, "$path is denied";
        next;
    }

    is $res->{status}, 200, $path;
    ok $res->{content} eq $full, '... the file';
    next if $full ne $content{full};

    $res = $edge->get("$path$query{preview}",
                      headers => { Range => 'bytes=10-99' });
    is $res->{status}, 206, '... a part of the preview';
    ok $res->{content} eq substr($content{preview}, 10, 90), '... its bytes';
}

# the file's tables are read by a thread, for a subrequest too

is $edge->get('/ask')->{status}, 200, 'auth_request hears a preview';

for my $mode (qw(full preview)) {
    ok $edge->get("/$mode.html")->{content} eq "[$content{$mode}]",
        "SSI includes $mode";
}

ok $edge->get('/many.html')->{content}
    eq join('', map { $content{$_ % 2 ? 'full' : 'preview'} } 1 .. 6),
    'SSI includes both, three times';

done_testing;
