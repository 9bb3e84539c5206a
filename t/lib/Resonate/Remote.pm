package Resonate::Remote;

# An edge whose media are objects of a store, by conf.d/s3.conf.
#
#   my $s3 = Resonate::S3->new;
#   my $edge = remote_edge($s3, slice => '64k', secret => '...', %stream_edge);
#   my ($http, $server) = remote_conf($s3, slice => '64k', ...);
#   put_files($s3, $dir, qr/.../)   as objects, whose dates the files get

use strict;
use warnings;

use Exporter qw(import);
use File::Find qw(find);
use Resonate::Stream;
use Time::Piece ();

our @EXPORT = qw(remote_edge remote_conf put_files);


sub remote_conf {
    my ($s3, %opt) = @_;
    my $dir = Resonate::Test::tempdir();
    my ($id, $secret) = $s3->key('read');
    my $slice = $opt{slice} // '64k';
    my $port = $opt{port} // $s3->port;
    my $images = $opt{images} ? "images=$opt{images}" : '';

    Resonate::Test::spew("$dir/key", "$id:" . ($opt{secret} // $secret)
                                     . "\n");
    chmod 0600, "$dir/key" or die "chmod: $!";

    return (<<"HTTP", <<"SERVER");
upstream resonate_s3 { server 127.0.0.1:$port; keepalive 4; }
proxy_cache_path $dir/cache keys_zone=resonate_s3:1m;
resonate_s3 host=127.0.0.1:$port bucket=@{[ $s3->bucket ]}
            region=@{[ $s3->region ]} key=$dir/key;
resonate_media location:/s3/ $images;
resonate_media_slice $slice;
resonate_media_valid 1h;
HTTP
set \$resonate_s3 http://resonate_s3;
include $Resonate::Test::ROOT/conf.d/s3.conf;
SERVER
}


sub remote_edge {
    my ($s3, %opt) = @_;
    my %conf = map { $_ => delete $opt{$_} } qw(slice secret port);
    my ($http, $server) = remote_conf($s3, %conf);

    return stream_edge(%opt, http => $http . ($opt{http} // ''),
                       server => $server . ($opt{server} // ''));
}


sub put_files {
    my ($s3, $dir, $which) = @_;

    find({ follow => 1, no_chdir => 1, wanted => sub {
        return if !-f;

        my $name = substr $_, 1 + length $dir;

        return if $which && $name !~ $which;

        $s3->put($name, Resonate::Test::slurp($_));

        my $date = Time::Piece->strptime($s3->head($name)->{'last-modified'},
                                         '%a, %d %b %Y %T %Z')->epoch;

        utime $date, $date, $_ or die "utime $_: $!";
    } }, $dir);
}


1;
