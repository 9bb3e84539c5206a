# What is true of every public route: slashes, HEAD, OPTIONS, validators, gzip,
# CORS, callers, tokens of no use, defaults and bounds of its arguments.

use lib 't/lib';
use Resonate::Test;
use Resonate::Routes;
use IO::Uncompress::Gunzip qw(gunzip);

my $ORIGIN = 'https://player.example';
my $pg = Resonate::Pg->new;
my $id = catalogue($pg);

$id->{playlist} = Resonate::Catalogue::id(9, 1);
$pg->dbh->do("INSERT INTO resonate.playlist (id, owner_id, title, private)
              VALUES (?, ?, 'Open', false)", {}, @$id{qw(playlist owner)});

my $edge = Resonate::Edge->new(
    pg => $pg, auth => 1, routes => 1,
    http => "resonate_cache 8m listen=read; resonate_cors $ORIGIN;");
my %token = map { $_ => token(sub => $_) } qw(listener owner);

sub get {
    my ($path, %headers) = @_;
    return $edge->get($path, headers => { %headers });
}

sub faults {
    my ($res) = @_;
    return "$res->{status} " . join ' ', map { "$_->{path}:$_->{code}" }
           @{json($res)->{errors} // []};
}

for my $route (Resonate::Routes::public()) {
    my $path = Resonate::Routes::path($route, $id);

    subtest "GET $route->{pattern}" => sub {
        my $plain = get($path);

        answers($path, $plain);
        variants($path, $plain);
        methods($path, $plain);
        callers($route, $path, $plain);
        arguments($route, $path, $plain);
    };
}


sub answers {
    my ($path, $plain) = @_;
    my $headers = $plain->{headers};

    is $plain->{status}, 200, 'an answer' or diag $plain->{content};
    is $headers->{'content-type'}, 'application/json', 'of JSON';
    ok exists json($plain)->{data}, 'with data';
    is $headers->{'cache-control'}, 'public, max-age=0, must-revalidate',
        'to keep';
    like $headers->{etag}, qr/^"[0-9a-f]{32}"$/, 'a strong validator';

    (my $slash = $path) =~ s{(?=\?|$)}{/};
    is get($slash)->{content}, $plain->{content}, 'the same with a slash';

    my $not = get($path, 'If-None-Match' => $headers->{etag});
    is "$not->{status} $not->{content}", '304 ', 'not modified';
    is $not->{headers}{etag}, $headers->{etag}, 'by the same validator';
}


sub variants {
    my ($path, $plain) = @_;
    my $gz = get($path, 'Accept-Encoding' => 'gzip');

    my $vary = $gz->{headers}{vary};
    like ref $vary ? "@$vary" : $vary, qr/Accept-Encoding/, 'varies by coding';
    is $gz->{headers}{'content-encoding'} // 'no',
        length $plain->{content} >= 512 ? 'gzip' : 'no', 'gzip of a long one';

    if ($gz->{headers}{'content-encoding'}) {
        gunzip(\$gz->{content}, \my $text) or fail 'gunzip';
        is $text, $plain->{content}, 'the same inside';
        isnt $gz->{headers}{etag}, $plain->{headers}{etag}, 'its own ETag';
        is get($path, 'Accept-Encoding' => 'gzip',
               'If-None-Match' => $gz->{headers}{etag})->{status}, 304,
            'not modified either';
    }
}


sub methods {
    my ($path, $plain) = @_;
    my $head = $edge->request('HEAD', $path);
    my $options = $edge->request('OPTIONS', $path, headers => {
        Origin => $ORIGIN, 'Access-Control-Request-Method' => 'GET',
        'Access-Control-Request-Headers' => 'authorization, content-type' });
    my $post = $edge->post($path, '{}');

    is "$head->{status} $head->{headers}{etag}",
        "200 $plain->{headers}{etag}", 'HEAD';
    is $head->{headers}{'content-length'}, length $plain->{content},
        'its length';
    is $options->{status}, 204, 'OPTIONS';
    is $options->{headers}{'access-control-allow-origin'}, $ORIGIN,
        'for the player';
    is get($path, Origin => $ORIGIN)
        ->{headers}{'access-control-allow-origin'}, $ORIGIN, 'who may read it';
    is "$post->{status} $post->{headers}{allow}", '405 GET, HEAD, OPTIONS',
        'no POST';
}


sub callers {
    my ($route, $path, $plain) = @_;
    my $personal = $route->{text} =~ /\bcaller\b/;

    for my $name ('undefined', token(exp => time - 60)) {
        my $res = $edge->get($path, token => $name);
        is "$res->{status} $res->{content}", "200 $plain->{content}",
            'as for nobody with a token of no use';
        like $res->{headers}{'www-authenticate'}, qr/error="invalid_token"/,
            'which is said';
    }

    for my $name (sort keys %token) {
        my $res = $edge->get($path, token => $token{$name});
        is $res->{status}, 200, "for $name";
        is $res->{headers}{'cache-control'}, $personal ? 'private, no-store'
            : $plain->{headers}{'cache-control'}, 'kept by whom it concerns';
        is $res->{content}, $plain->{content}, 'the same' if !$personal;
    }

    is $edge->get($path)->{content}, $plain->{content}, 'nobody gets neither';
}


sub arguments {
    my ($route, $path, $plain) = @_;
    my $join = $path =~ /\?/ ? '&' : '?';

    if (my ($bare, $name) = $path =~ /^(.*)\?(\w+)=/) {
        is faults(get($bare)), "400 $name:required", "$name is required";
    }

    while ($route->{text} =~ /\?(\w+):(\w+)(?:\(([^)]*)\))?(?:=(\w+))?/g) {
        my ($name, $type, $bounds, $default) = ($1, $2, $3, $4);

        is get("$path$join$name=$default")->{content}, $plain->{content},
            "$name is $default" if defined $default;
        refused("$path$join$name", $name, $type, $bounds);
    }

    is get("${path}${join}unknown=1&_=2")->{content}, $plain->{content},
        'other names are ignored';

    if ($route->{pattern} =~ /<id>/) {
        my $unknown = Resonate::Catalogue::id(8, 8);
        my $res = get($path =~ s{[0-9a-f-]{36}}{$unknown}r);
        is $res->{status}, 404, 'an unknown id';
        is $res->{headers}{'content-type'}, 'application/problem+json',
            'is a problem';
        is faults(get($path =~ s{[0-9a-f-]{36}}{7}r)), '400 id:format',
            'no id at all';
        is get($path =~ s{([0-9a-f-]{36})}{\U$1}r)->{content},
            $plain->{content}, 'an id in capitals';
    }
}


# just outside, and junk

sub refused {
    my ($query, $name, $type, $bounds) = @_;
    my ($from, $to) = split /\.\./, $bounds // '';

    for ($type eq 'int' ? ([ $from - 1, 'minimum' ], [ $to + 1, 'maximum' ],
                           [ 'x', 'type' ], [ '1.5', 'type' ])
         : $type eq 'enum' ? [ 'x', 'enum' ]
         : $type eq 'bool' ? [ 'x', 'type' ]
         : ([ '+' x 3, 'minLength' ], [ 'x' x ($to + 1), 'maxLength' ]))
    {
        my ($value, $code) = @$_;
        my $url = $type eq 'text' ? $query =~ s/\?.*//r . "?$name" : $query;
        my $shown = substr $value, 0, 10;
        is faults(get("$url=$value")), "400 $name:$code", "$name=$shown";
    }
}

done_testing;
