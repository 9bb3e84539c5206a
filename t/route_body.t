# A body that fits is taken, however it comes; a larger one is 413.

use lib 't/lib';
use Resonate::Test;
use Resonate::Functions;

my $pg = Resonate::Pg->new;
functions($pg);

my $length = 'resonate_route POST /length v3.length body.word:text(0..8000)';
my $edge = Resonate::Edge->new(pg => $pg, server => <<"EOF");
        location /plain/ { client_body_buffer_size 4k; $length; }
        location /file/ { client_body_buffer_size 4k;
                          client_body_in_file_only clean; $length; }
EOF

my $client = $edge->client;
my $empty = length '{"word":""}';


sub chunked {
    my ($body, $size) = @_;

    return join '', map({ sprintf "%x\r\n%s\r\n", length $_, $_ }
                        unpack "(a$size)*", $body), "0\r\n\r\n";
}


# where, bytes of the body, bytes of a chunk (0: Content-Length), status

for (
    [ plain =>   20,    0, 200 ],
    [ plain => 4096,    0, 200 ],
    [ plain => 4097,    0, 413 ],
    [ plain => 4096,    1, 200 ],
    [ plain => 4096,  100, 200 ],
    [ plain => 4000, 4000, 200 ],
    [ plain => 4097,    1, 413 ],
    [ plain => 8000, 4000, 413 ],
    [ file  =>   20,    0, 200 ],
    [ file  => 4096,    0, 200 ],
    [ file  => 4096,    1, 200 ],
    [ file  => 4097,    0, 413 ],
) {
    my ($where, $bytes, $chunk, $status) = @$_;
    my $word = 'x' x ($bytes - $empty);
    my $body = qq({"word":"$word"});
    my $what = "$where: $bytes bytes" . ($chunk && " in chunks of $chunk");

    my $res = $client->request('POST', "/$where/length",
        headers => { 'Content-Type' => 'application/json',
                     $chunk ? ('Transfer-Encoding' => 'chunked') : () },
        body => $chunk ? chunked($body, $chunk) : $body);

    is $res->{status}, $status, $what;
    is $res->{content}, length $word, '... all of it' if $status == 200;
}

is json($edge->post('/plain/length', ''))->{status}, 400, 'no body at all';

done_testing;
