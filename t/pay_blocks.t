#!/usr/bin/perl

# A top-up in every kind of block and of request that nginx has.

use lib 't/lib';
use Resonate::Test;
use Resonate::Topup;

my $pg = Resonate::Pg->new;
my $dir = tempdir();

spew("$dir/page.shtml", '<!--# include virtual="/plain" -->');
catalogue($pg);

my $edge = topup_edge(pg => $pg, server => <<"EOF");
root $dir;

location = /plain  { resonate_topup; }
location = /if     { resonate_topup; if (\$http_x_block) { set \$x 1; } }
location = /ifs    { resonate_topup; resonate_topup_max 10;
                     if (\$http_x_block) { set \$x 1; }
                     if (\$http_x_block) { set \$x 2; } }
location = /except { resonate_topup; limit_except GET { allow all; } }
location = /denied { resonate_topup; limit_except GET { deny all; } }
location /outer/   { resonate_topup; resonate_topup_max 10;
                     location /outer/inner/ { resonate_topup; }
                     location /outer/other/ { } }
location = /tried  { try_files /none \@named; }
location = /error  { error_page 404 = \@named; return 404; }
location \@named   { resonate_topup; }
location = /asked  { auth_request /plain; }
location = /mirror { mirror /plain;
                     proxy_pass http://127.0.0.1:\$server_port/ok; }
location = /ok     { return 204; }
location = /page.shtml { ssi on; default_type text/html; }
EOF

my $n = 0;

# path, amount, status
for (
    [ '/plain',        11, 200 ],
    [ '/if',           11, 200 ],
    [ '/ifs',          10, 200 ],
    [ '/ifs',          11, 400 ],
    [ '/except',       11, 200 ],
    [ '/denied',       11, 403 ],
    [ '/outer/',       10, 200 ],
    [ '/outer/',       11, 400 ],
    [ '/outer/inner/', 10, 200 ],
    [ '/outer/inner/', 11, 400 ],
    [ '/outer/other/', 10, 404 ],
    [ '/tried',        11, 200 ],
    [ '/error',        11, 200 ],
) {
    my ($path, $amount, $status) = @$_;
    my $res = topup($edge, { account => 'listener', amount => $amount,
                             key => 'k' . ++$n }, path => $path,
                    headers => { 'X-Block' => 'yes' });

    is $res->{status}, $status, "POST $path of $amount";
}

# most subrequests are a GET, whatever their parent is

is $edge->get('/asked')->{status}, 500, 'auth_request is refused by 405';
like $edge->log, qr/auth request unexpected status: 405/, 'as the log says';
like $edge->get('/page.shtml')->{content}, qr/"status":405/,
    'SSI gets the problem';

# a mirror repeats the request with its body

sub total {
    return $pg->dbh->selectrow_array(
        'SELECT balance_uc FROM resonate.account a
         JOIN resonate.person p ON p.id = a.person_id
         WHERE p.display_name = ?', {}, 'Listener');
}

my $before = total();

is topup($edge, { account => 'listener', amount => 11, key => 'mirror' },
         path => '/mirror')->{status}, 204, 'a mirrored top-up';
wait_for { total() == $before + 11_000 } 10, 'the mirror to be credited';

done_testing;
