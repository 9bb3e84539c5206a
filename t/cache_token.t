# A token that is of no use: public routes answer as for anonymous, from the
# cache too, and say what is wrong with it.

use lib 't/lib';
use Resonate::Test;
use Resonate::Things;

my $things = Resonate::Things->new(my $pg = Resonate::Pg->new);
my $id = catalogue($pg);
my $edge = $things->edge(media => media(), routes => <<'END');
    resonate_route GET /thing/<id:int> v3.thing caller cache=1h personal=1h;
    resonate_route GET /plain/<id:int> v3.thing cache=1h;
    resonate_route GET /stream/<id:uuid> v3.stream caller reply=audio
        cache=1h personal=1h;
END

my %token = (expired => token(exp => time - 1000), undefined => 'undefined',
             foreign => token(iss => 'https://nobody.example'));
my $bad = qr/^Bearer .*error="invalid_token"/;

$things->set(1, body => '{"data":"%n%c ' . 'x' x 1000 . '"}');

my %etag;

for my $path ('/thing/1', '/plain/1', "/stream/$id->{free}",
              "/stream/$id->{paid}")
{
    my $anonymous = $edge->get($path);
    my $status = $anonymous->{status};

    is $status, 200, $path;
    is $anonymous->{headers}{'www-authenticate'}, undef, 'no token, no reason';
    $etag{$path} = $anonymous->{headers}{etag};
    $things->calls;

    for my $which (sort keys %token) {
        my @token = (token => $token{$which});
        my $res = $edge->get($path, @token);

        is $res->{status}, 200, "$which";
        is $res->{content}, $anonymous->{content}, 'as for anonymous';
        like $res->{headers}{'www-authenticate'}, $bad, 'and why';
        is $res->{headers}{'cache-control'},
            $anonymous->{headers}{'cache-control'}, 'with the same caching';

        $res = $edge->get($path, @token,
                          headers => { 'If-None-Match' => $etag{$path} });
        is $res->{status}, 304, 'its validator too';
        like $res->{headers}{'www-authenticate'}, $bad, 'and why';

        $res = $edge->request('HEAD', $path, @token);
        like $res->{headers}{'www-authenticate'}, $bad, 'HEAD';

        next if $path !~ /stream/;
        $res = $edge->get($path, @token, headers => { Range => 'bytes=0-1' });
        is $res->{status}, 206, 'a range';
        like $res->{headers}{'www-authenticate'}, $bad, 'and why';
    }

    is $things->calls, 0, 'from the cache';
}

$things->set(2, status => 404);
my $res = $edge->get('/thing/2', token => $token{expired});
is $res->{status}, 404, 'a refusal';
like $res->{headers}{'www-authenticate'}, $bad, 'and why';

done_testing;
