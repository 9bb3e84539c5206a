#!/usr/bin/perl

# What a top-up must not accept, and how little it tells.

use lib 't/lib';
use Resonate::Test;
use Resonate::Topup;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;

$dbh->do(q{SELECT resonate.demo_listener('https://demo.resonate.example',
                                         'listener', 'listener', 0)});

my $edge = topup_edge(pg => $pg, log => 'debug', server => <<'EOF');
location = /file { client_body_in_file_only clean; client_body_buffer_size 16;
                   resonate_topup; }
location = /pieces { client_body_buffer_size 64; resonate_topup; }
EOF

sub credited {
    return $dbh->selectrow_array(
        q{SELECT count(*) FROM resonate.transfer WHERE kind = 'topup'});
}


# signatures

my $body = topup_body({ account => 'listener', amount => 5, key => 'attack' });
my $now = time;
my ($mac) = signature($body, time => $now) =~ /v1=(.*)/;
my $other = '0' x 64;

for (
    ['no header', undef],
    ['an empty header', ''],
    ['no time', "v1=$mac"],
    ['no signature', "t=$now"],
    ['bad hex', "t=$now,v1=" . 'g' x 64],
    ['short hex', "t=$now,v1=" . substr $mac, 0, 62],
    ['upper-case hex', "t=$now,v1=" . uc $mac],
    ['another secret', signature($body, secret => 's' x 32)],
    ['an empty secret', signature($body, secret => '')],
    ['another body', signature("$body ")],
    ['another time', "t=" . ($now - 1) . ",v1=$mac"],
    ['too old', signature($body, time => $now - 400)],
    ['from the future', signature($body, time => $now + 400)],
    ['from the far future', signature($body, time => 999_999_999_999)],
    ['a time past the limit', signature($body, time => 9_999_999_999_999)],
    ['a negative time', signature($body, time => -$now)],
    ['a fractional time', signature($body, time => "$now.0")],
    ['two times', "t=$now,t=$now,v1=$mac"],
    ['another scheme only', "t=$now,v0=$mac"],
    ['nine signatures', "t=$now" . ",v1=$other" x 8 . ",v1=$mac"],
    ['a long header', "t=$now,v1=$mac,x=" . 'x' x 1000],
    ['two headers', ["t=$now,v1=$mac", "t=$now,v1=$mac"]],
) {
    my ($name, $header) = @$_;
    my $res = topup($edge, $body,
                    headers => { 'Resonate-Signature' => $header });

    is($res->{status}, 400, "signature: $name");
    is(json($res)->{detail}, 'the signature is not valid', 'tells no more');
}

for (
    ['one byte changed', $body =~ s/:5,/:6,/r],
    ['re-encoded', $body =~ s/:/: /gr],
    ['a byte more', "$body\n"],
    ['a byte less', substr $body, 0, -1],
    ['nothing', ''],
) {
    my ($name, $changed) = @$_;
    my $res = topup($edge, $changed,
                    headers => { 'Resonate-Signature' => signature($body) });

    is($res->{status}, 400, "signed body: $name");
}


# bodies

for (
    ['nothing', '', undef],
    ['not JSON', 'account=listener', undef],
    ['an array', '[]', undef],
    ['twice a name', '{"account":"listener","amount":1,"amount":2,"key":"k"}',
     undef],
    ['past 64 bits', '{"account":"listener","amount":9223372036854775808,'
                     . '"key":"k"}', undef],
    ['deep nesting', '[' x 4000, undef],
    ['NUL in a text', '{"account":"\u0000","amount":1,"key":"k"}', undef],
    ['bad UTF-8', qq({"account":"\xff","amount":1,"key":"k"}), undef],
    ['nothing in it', '{}', 'account required, amount required, key required'],
    ['an unknown field', '{"account":"listener","amount":1,"key":"k","to":1}',
     'to unknown'],
    map([ "amount $_->[0]",
          qq({"account":"listener","amount":$_->[0],"key":"k"}),
          "amount $_->[1]" ],
        ['0', 'minimum'], ['-0', 'minimum'], ['-5', 'minimum'],
        ['1.5', 'type'], ['5.0', 'type'], ['5e3', 'type'], ['"5"', 'type'],
        ['null', 'type'], ['true', 'type'], ['[5]', 'type'],
        ['1000000001', 'maximum'], ['9223372036854775807', 'maximum'])
) {
    my ($name, $bad, $errors) = @$_;
    my $res = topup($edge, $bad);
    my $problem = json($res);

    is($res->{status}, 400, "body: $name");
    is(join(', ', map { "$_->{path} $_->{code}" } @{$problem->{errors} || []}),
       $errors // '', 'names the faults');
}


# sizes and places

my $long = $body . ' ' x (4096 - length $body);

sub chunked {
    my ($path, $bytes) = @_;
    my $chunks = join '', map { sprintf "%x\r\n%s\r\n", length, $_ }
                          unpack '(a100)*', $bytes;

    return $edge->request('POST', $path, body => "${chunks}0\r\n\r\n",
        headers => { 'Resonate-Signature' => signature($bytes),
                     'Transfer-Encoding' => 'chunked' });
}

is(credited(), 0, 'none of it credits');
is(topup($edge, "$long ")->{status}, 413, 'a byte too long');
is(chunked('/dev/topup', "$long ")->{status}, 413, 'and without a length');
is(chunked('/file', "$long ")->{status}, 413, 'and in a file');
is(credited(), 0, 'credit nothing');

is(topup($edge, $long)->{status}, 200, 'as long as allowed');
is(topup($edge, $long, path => '/file')->{status}, 200, 'in a file');
is(topup($edge, $long, path => '/pieces')->{status}, 200, 'partly in a file');
is(chunked($_, $long)->{status}, 200, "$_ in chunks")
    for qw(/dev/topup /file /pieces);
is(topup($edge, $body, headers => {
       'Resonate-Signature' => "t=$now,v1=$other,v1=$mac" })->{status}, 200,
   'signed with the old and the new secret');
is(credited(), 1, 'credit once');


# methods

for my $method (qw(GET HEAD PUT DELETE PATCH OPTIONS)) {
    my $res = $edge->request($method, '/dev/topup');

    is($res->{status}, 405, "$method is not allowed");
    is($res->{headers}{allow}, 'POST', 'and told what is');
}


# logs

my $log = $edge->log;

like($log, qr/\[error\].*webhook refused: signature is $_/, "told: $_")
    for 'too old', 'from the future', 'malformed';
like($log, qr/\[error\].*webhook refused: signature does not match/,
     'told: no match');
unlike($log, qr/\Q$Resonate::Topup::SECRET\E/, 'the secret is in no log');

done_testing;
