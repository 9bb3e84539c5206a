package Resonate::S3;

# An S3 (npm's s3rver, made as strict as the real one) on a port of this
# machine, with one bucket in a folder of its own.
#
#   plan skip_all => $why if my $why = Resonate::S3::missing();
#   my $s3 = Resonate::S3->new;
#   $s3->endpoint, bucket, region           http://127.0.0.1:PORT, music, ...
#   $s3->key('write')                       its id and secret; or 'read'
#   $s3->key_file('write', $secret)         a file of both, with another secret
#   $s3->put($name, $bytes, 'Content-Type' => ...)    behind its back
#   $s3->get($name)                         the bytes, or undef
#   $s3->head($name)                        its headers, in lower case
#   $s3->list, remove($name)
#   $s3->set_secret('write', $secret)
#   $s3->port, script, hold, release, count, requests, stop, start:
#       see Resonate::Node
#
# It is asked by path (ENDPOINT/BUCKET/NAME).  A request is signed by AWS
# signature version 4 (the header), which is checked by npm's aws4; so are the
# date (15 minutes), the region, Content-MD5, x-amz-checksum-sha256 and
# x-amz-content-sha256, and "read" may GET and HEAD only.  GET has one range
# (others give the whole, as S3 does), If-Match, If-None-Match and
# If-Modified-Since; PUT has If-None-Match: *, and is whole or not at all.

use strict;
use warnings;

use MIME::Base64 qw(decode_base64 encode_base64);

use parent qw(Resonate::Node);


sub missing { return Resonate::Node::missing_in(qw(s3 s3rver)) }


sub new {
    my ($class, %settings) = @_;
    my $self = $class->make(name => 'S3', program => 's3/server.mjs');

    mkdir "$self->{dir}/data" or die "mkdir $self->{dir}/data: $!";

    $self->{settings} = {
        bucket => 'music', region => 'eu-central-1',
        directory => "$self->{dir}/data",
        keys => { EDGEREADS => { secret => 'r/ead+Secret', write => \0 },
                  INGESTION => { secret => 'w/rite+Secret', write => \1 } },
        %settings };

    Resonate::Test::server($self);
    $self->start;
    return $self;
}


sub endpoint { return "http://127.0.0.1:$_[0]{port}" }
sub bucket   { return $_[0]{settings}{bucket} }
sub region   { return $_[0]{settings}{region} }

sub id { return $_[1] eq 'write' ? 'INGESTION' : 'EDGEREADS' }


sub key {
    my ($self, $who) = @_;

    return ($self->id($who), $self->{settings}{keys}{$self->id($who)}{secret});
}


sub key_file {
    my ($self, $who, $other) = @_;
    my ($id, $secret) = $self->key($who);
    my $file = "$self->{dir}/$who" . ($other // '') . '.key';

    Resonate::Node::write_secret($file, "$id:" . ($other // $secret) . "\n");
    return $file;
}


sub set_secret {
    my ($self, $who, $secret) = @_;
    my $key = $self->{settings}{keys}{$self->id($who)};

    $key->{secret} = $secret;
    $self->control(keys => { $self->id($who) => $key });
}


sub put {
    my ($self, $name, $bytes, %headers) = @_;

    $self->control(put => {
        name => $name, base64 => encode_base64($bytes, ''),
        headers => { map { lc, $headers{$_} } keys %headers } });
}


sub get {
    my ($self, $name) = @_;
    my $found = $self->control(get => { name => $name });

    return $found && decode_base64($found->{base64});
}


sub head {
    my ($self, $name) = @_;
    my $found = $self->control(get => { name => $name });

    return $found && $found->{headers};
}


sub list   { return @{$_[0]->control(list => {})} }
sub remove { return $_[0]->control(remove => { name => $_[1] }) }


1;
