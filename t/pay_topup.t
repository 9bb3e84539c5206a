#!/usr/bin/perl

# A signed top-up credits a wallet exactly once, by balanced postings.

use lib 't/lib';
use Resonate::Test;
use Resonate::Topup;

my $pg = Resonate::Pg->new;
my $dbh = $pg->dbh;
my $issuer = 'https://demo.resonate.example';

my ($listener) = $dbh->selectrow_array(
    'SELECT resonate.demo_listener(?, ?, ?, ?)', {}, $issuer, 'listener',
    'listener', 4088);

my $edge = topup_edge(
    pg => $pg, auth => 1, workers => 2, pg_topup => 'connections=4',
    server => <<'EOF');
location /api/v3/ {
    resonate_auth optional;
    resonate_route GET /user/profile v3.profile caller access=user;
}
location = /small { resonate_topup; resonate_topup_max 100; }
location = /edge  { resonate_topup; resonate_topup_pg write; }
EOF

sub topups {
    return $dbh->selectrow_array(
        q{SELECT count(*) FROM resonate.transfer WHERE kind = 'topup'});
}

sub total {
    return $dbh->selectrow_array('SELECT balance_uc / 1000
        FROM resonate.account WHERE person_id = ?', {}, $listener);
}

sub counter {
    my ($name) = @_;
    return $edge->get('/status')->{content} =~ /^$name (\d+)$/m ? $1 : undef;
}

is(total(), 4088, 'the wallet before');
is(topups(), 1, 'the demo credit is the one transfer');


# once

my %first = (account => 'listener', amount => 912, key => 'first');
my $res = topup($edge, \%first);

is($res->{status}, 200, 'a top-up is answered');
is_deeply(json($res), { data => { userId => $listener, amount => 912,
                                  total => 5000 } }, 'with the new total');
is($res->{headers}{'content-type'}, 'application/json', 'as JSON');
is($res->{headers}{'cache-control'}, 'private, no-store', 'for nobody else');
is(total(), 5000, 'the wallet has it');

my $profile = json($edge->get('/api/v3/user/profile', token => token()));
is($profile->{data}{credit}{total}, 5000, 'and the profile shows it');


# again with the same key

my $again = topup($edge, \%first);

is($again->{status}, 200, 'a repeated delivery is answered');
is($again->{content}, $res->{content}, 'in the same words');
is(total(), 5000, 'and credits nothing');

$res = topup($edge, { %first, amount => 913 });
is($res->{status}, 422, 'the same key with another amount is refused');
is(json($res)->{status}, 422, 'as a problem');
is(total(), 5000, 'and credits nothing');

$dbh->do(q{UPDATE resonate.idempotency
           SET created_at = created_at - interval '1 year'});
$dbh->do('SELECT resonate.sweep()');
$res = topup($edge, \%first);
is($res->{status}, 200, 'a delivery that is a year late is answered');
is(total(), 5000, 'and credits nothing');

$dbh->do('TRUNCATE resonate.idempotency');
$res = topup($edge, { %first, amount => 913 });
is($res->{status}, 422, 'nor does another amount at that time');


# a condition of the request changes neither what is done nor what is said

for my $header ('If-None-Match: *', 'If-Match: "x"',
                'If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT')
{
    $again = topup($edge, \%first, headers => { split /: /, $header });
    is($again->{status}, 200, "$header: answered with success");
}


# fifty at a time

my $body = topup_body({ account => $listener, amount => 7, key => 'parallel' });
my @clients = map { $edge->client } 1 .. 50;
my %options = (headers => { 'Resonate-Signature' => signature($body) },
               body => $body);

$_->send($_->compose('POST', '/dev/topup', %options)) for @clients;
my @answers = map { $_->response('POST') } @clients;

is((grep { $_->{status} == 200 } @answers), 50,
   'fifty parallel deliveries of one key are all answered');
is(keys %{{ map { $_->{content} => 1 } @answers }}, 1, 'in the same words');
is(total(), 5007, 'and credit once');

@clients = map { $edge->client } 1 .. 50;

for my $i (1 .. 50) {
    $body = topup_body({ account => 'listener', amount => $i, key => "k$i" });
    %options = (headers => { 'Resonate-Signature' => signature($body) },
                body => $body);
    $clients[$i - 1]->send($clients[$i - 1]->compose('POST', '/dev/topup',
                                                     %options));
}

@answers = map { $_->response('POST') } @clients;
is((grep { $_->{status} == 200 } @answers), 50, 'fifty parallel keys');
is(total(), 5007 + 50 * 51 / 2, 'are all credited');


# refused by SQL

$res = topup($edge, { account => 'stranger', amount => 1, key => 'x' });
is($res->{status}, 404, 'an unknown account is not found');
is($res->{headers}{'content-type'}, 'application/problem+json', 'a problem');

$res = topup($edge, { account => "x'; SELECT 1 --", amount => 1, key => 'x' });
is($res->{status}, 404, 'SQL is a name like any other');


# a lower limit

$res = topup($edge, { account => 'listener', amount => 101, key => 'l' },
             path => '/small');
is($res->{status}, 400, 'more than resonate_topup_max');
is(json($res)->{errors}[0]{message}, 'should be <= 100', 'names it');

$res = topup($edge, { account => 'listener', amount => 100, key => 'l' },
             path => '/small');
is($res->{status}, 200, 'as much as resonate_topup_max');


# the role of the API makes no credit

$res = topup($edge, { account => 'listener', amount => 1, key => 'edge' },
             path => '/edge');
is($res->{status}, 500, 'resonate_edge may not top up');
like($edge->log, qr/permission denied for function topup/, 'as the log says');


# the books

is(counter('resonate_topups_accepted_total'), 1 + 1 + 1 + 3 + 50 + 50 + 1,
   'accepted ones are counted');
is(counter('resonate_topups_refused_total'), 5, 'and refused ones');
is(topups(), 1 + 1 + 1 + 50 + 1, 'one transfer for each key');
is($dbh->selectrow_array('SELECT sum(amount_uc) FROM resonate.posting'), 0,
   'the ledger sums to zero');
is($dbh->selectrow_array('SELECT count(*) FROM (SELECT FROM resonate.posting
       GROUP BY transfer_id HAVING sum(amount_uc) <> 0) x'), 0,
   'and so does each transfer');

done_testing;
