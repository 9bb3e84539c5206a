# The gzip form belongs to its reply: same content, another validator, and it
# goes when its reply goes.

use IO::Uncompress::Gunzip qw(gunzip);

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $edge = $things->edge(http => 'resonate_cache 256k;', routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing cache=1h;
    resonate_route GET /again/<id:int> v3.thing cache=1s;
    resonate_route GET /mine/<id:int> v3.thing caller cache=1h personal=1h;
    resonate_route POST /write/<id:int> v3.write access=user;
END

my $token = token();
my $id = 0;

sub text {
    my ($length, $letter) = @_;

    return '{"data":"%n ' . ($letter || 'x') x $length . '"}';
}

sub gzipped {
    my ($path, %opt) = @_;

    return $edge->get($path, %opt, headers => {
        'Accept-Encoding' => 'gzip', %{$opt{headers} || {}} });
}

# a JSON text, whatever its form

sub content {
    my ($res) = @_;
    my $content = $res->{content};

    if (($res->{headers}{'content-encoding'} // '') eq 'gzip') {
        gunzip(\$res->{content}, \$content) or die "gunzip failed\n";
    }

    return $content;
}


# length of the text, whether it has a gzip form, calls of three requests

for (
    [ 10, undef, 1 ],
    [ 490, undef, 1 ],
    [ 600, 'gzip', 1 ],
    [ 20_000, 'gzip', 1 ],
    # an eighth of the cache: neither form is kept
    [ 40_000, undef, 3 ],
) {
    my ($length, $encoding, $calls) = @$_;

    $things->set(++$id, body => text($length));
    $things->calls;

    my ($first, $plain, $gz) = (gzipped("/thing/$id"),
                                $edge->get("/thing/$id"),
                                gzipped("/thing/$id"));

    is $first->{headers}{'content-encoding'}, undef, "$length: at first plain";
    is $gz->{headers}{'content-encoding'}, $encoding, 'then its form';
    is $things->calls, $calls, 'calls';
    is content($gz), content($plain), 'the same text' if $calls == 1;

    my %etag = map { $_->{headers}{etag} => 1 } $first, $plain, $gz;
    is keys %etag, $encoding ? 2 : $calls, 'a validator for each form';

    for ($first, $plain, $gz) {
        is $_->{headers}{vary}, 'Accept-Encoding', 'one Vary, of one line';
    }
}


# an older form does not outlive its reply, whatever comes after it

for (
    [ 'larger', 2000 ], [ 'too small for a form', 10 ],
    [ 'too large for the cache', 40_000 ],
    [ 'not kept', 1000, tags => [ 'x' x 257 ] ],
) {
    my ($name, $length, @more) = @$_;

    $things->set(++$id, body => text(1000));
    $edge->get("/thing/$id");
    is gzipped("/thing/$id")->{headers}{'content-encoding'}, 'gzip',
        "before one that is $name";

    # the route that is content with a second asks anew
    $things->set($id, body => text($length, 'y'), @more);
    wait_for { content($edge->get("/again/$id")) =~ /y/ } 10, 'a newer reply';

    like content($_), qr/ y{10}/, 'the newer one'
        for gzipped("/thing/$id"), $edge->get("/thing/$id");
}


# a form of everybody's reply is nobody's own

$things->set(++$id, body => text(1000));
$edge->get("/mine/$id", token => $token);
$edge->get("/mine/$id");

is gzipped("/mine/$id")->{headers}{'content-encoding'}, 'gzip', 'anonymous';
is gzipped("/mine/$id", token => $token)->{headers}{'content-encoding'},
    undef, 'a caller';
is gzipped("/mine/$id")->{headers}{vary}, 'Authorization, Accept-Encoding',
    'Vary of what depends on the caller';

done_testing;
