# resonate_auth and resonate_cors where nginx's configuration is not one flat
# location, and where nginx runs requests of its own.

use lib 't/lib';
use Resonate::Test;

my $origin = 'https://a.example';
my $dir = tempdir();

spew("$dir/text", 'text');
spew("$dir/$_.shtml", qq(<!--# include virtual="/$_" -->))
    for qw(off optional required);

my $edge = Resonate::Edge->new(
    auth    => 1,
    modules => [qw(core auth)],
    server  => <<"EOF");
root $dir;
add_header X-User \$resonate_user always;
set \$yes 1;
resonate_cors $origin;

location /off      { alias $dir/text; resonate_auth off; }
location /optional { alias $dir/text; resonate_auth optional; }
location /required { alias $dir/text; resonate_auth required; }

location /if       { alias $dir/text; resonate_auth required;
                     if (\$yes) { set \$a 1; } }
location /if/two   { alias $dir/text; resonate_auth required;
                     if (\$yes) { set \$a 1; } if (\$yes) { set \$a 2; } }
location /limit    { alias $dir/text;
                     limit_except GET { resonate_auth required; } }
location /limit/not { alias $dir/text; resonate_auth required;
                      limit_except GET { resonate_auth off; } }
location /nest     { alias $dir/text; resonate_auth required;
                     location /nest/same { alias $dir/text; }
                     location /nest/off  { alias $dir/text; resonate_auth off;
                                           resonate_cors off; } }

location /named    { try_files /none \@required; }
location /hidden   { resonate_auth required; try_files /none \@off; }
location \@required { resonate_auth required; return 200 named; }
location \@off     { resonate_auth off; return 200 named; }

location /error    { error_page 410 = /required; return 410; }
location /page     { resonate_auth required; error_page 401 =200 /off; }
location /either   { alias $dir/text; resonate_auth required; satisfy any;
                     allow all; }

location /ask/ {
    location /ask/off      { alias $dir/text; auth_request /off; }
    location /ask/optional { alias $dir/text; auth_request /optional; }
    location /ask/required { alias $dir/text; auth_request /required; }
    location /ask/error    { alias $dir/text; auth_request /page; }
    location /ask/named    { alias $dir/text; auth_request /named; }
    location /ask/either   { alias $dir/text; auth_request /either; }
    location /ask/any      { alias $dir/text; auth_request /required;
                             satisfy any; allow all; }
}

location ~ shtml\$ { ssi on; default_type text/html; }
EOF

my %token = (no => undef, u1 => token(sub => 'u1'),
             old => token(sub => 'u1', exp => time - 60));

# method, path, token, status, X-User, a part of the content
for (
    [ GET => '/off',         'u1',  200, undef, 'text' ],
    [ GET => '/optional',    'u1',  200, 'u1',  'text' ],
    [ GET => '/optional',    'old', 200, undef, 'text' ],
    [ GET => '/if',        'no',  401, undef, 'A token is required' ],
    [ GET => '/if',        'u1',  200, 'u1',  'text' ],
    [ GET => '/if/two',    'no',  401, undef, 'A token is required' ],
    [ GET => '/if/two',    'u1',  200, 'u1',  'text' ],
    [ GET => '/limit',     'no',  200, undef, 'text' ],
    [ PUT => '/limit',     'no',  401, undef, 'A token is required' ],
    [ PUT => '/limit',     'u1',  405, 'u1',  '405' ],
    [ GET => '/limit/not', 'no',  401, undef, 'A token is required' ],
    [ PUT => '/limit/not', 'u1',  405, undef, '405' ],
    [ GET => '/nest/same', 'no',  401, undef, 'A token is required' ],
    [ GET => '/nest/same', 'u1',  200, 'u1',  'text' ],
    [ GET => '/nest/off',  'u1',  200, undef, 'text' ],
    [ GET => '/named',     'u1',  200, 'u1',  'named' ],
    [ GET => '/hidden',    'no',  401, undef, 'A token is required' ],
    [ GET => '/hidden',    'u1',  200, undef, 'named' ],
    [ GET => '/error',     'no',  401, undef, 'A token is required' ],
    [ GET => '/error',     'u1',  200, 'u1',  'text' ],
    [ GET => '/page',        'no',  200, undef, 'text' ],
    [ GET => '/either',      'no',  200, undef, 'text' ],

    # nginx runs no access phase in these
    [ GET => '/ask/off',      'no',  200, undef, 'text' ],
    [ GET => '/ask/optional', 'no',  200, undef, 'text' ],
    [ GET => '/ask/optional', 'old', 200, undef, 'text' ],
    [ GET => '/ask/required', 'no',  401, undef, '401' ],
    [ GET => '/ask/required', 'old', 401, undef, '401' ],
    [ GET => '/ask/required', 'u1',  200, undef, 'text' ],
    [ GET => '/ask/error',    'no',  200, undef, 'text' ],
    [ GET => '/ask/any',      'no',  200, undef, 'text' ],
    [ GET => '/ask/either',      'no',  401, undef, '401' ],
    [ GET => '/ask/either',      'u1',  200, undef, 'text' ],
    [ GET => '/off.shtml',      'no',  200, undef, 'text' ],
    [ GET => '/optional.shtml', 'old', 200, undef, 'text' ],
    [ GET => '/required.shtml', 'no',  200, undef, 'A token is required' ],
    [ GET => '/required.shtml', 'u1',  200, undef, 'text' ],

    # "return" answers before anybody looks at the token
    [ GET => '/ask/named',    'no',  200, undef, 'text' ],
) {
    my ($method, $path, $who, $status, $user, $content) = @$_;
    my $res = $edge->request($method, $path, token => $token{$who},
                             headers => { Origin => $origin });
    my $name = "$method $path, token: $who";
    my $headers = $res->{headers};

    is $res->{status}, $status, $name;
    is $headers->{'x-user'}, $user, '... whose';
    like $res->{content}, qr/\Q$content/, '... its content';
    is ref $headers->{'www-authenticate'}, '', '... at most one challenge';
    isnt $headers->{'www-authenticate'}, undef, '... a challenge'
        if $status == 401;
    is $headers->{'access-control-allow-origin'},
        $path =~ /nest.off/ ? undef : $origin, '... its origin';
}

done_testing;
