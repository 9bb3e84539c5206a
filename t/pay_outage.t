#!/usr/bin/perl

# Top-ups while the database is away, and bin/resonate-topup, which repeats
# them: credited once, whatever was cut off.

use lib 't/lib';
use Resonate::Test;
use Resonate::Process;
use Resonate::Topup;

# what was answered must survive a killed server

my $pg = Resonate::Pg->new(settings => { synchronous_commit => 'on' });

$pg->dbh->do(q{SELECT resonate.demo_listener('https://demo.resonate.example',
                                             'listener', 'listener', 0)});

my $edge = topup_edge(pg => $pg,
                      pg_topup => 'connections=2 queue=64 timeout=1s');
my $secret = secret_file($Resonate::Topup::SECRET);

sub total {
    return $pg->dbh->selectrow_array(q{SELECT balance_uc / 1000
        FROM resonate.account a JOIN resonate.person p ON p.id = a.person_id
        WHERE p.display_name = 'listener'});
}

sub tool {
    my ($user, $amount, @options) = @_;
    my $output = tempdir() . '/output';

    my $process = Resonate::Process->spawn(
        command => [ $^X, "$Resonate::Test::ROOT/bin/resonate-topup", $user,
                     $amount, '--secret', $secret, '--url', $edge->url,
                     @options ],
        output  => $output);

    return ($process, $output);
}

sub run_tool {
    my ($process, $output) = tool(@_);

    $process->ended(60) or die "bin/resonate-topup did not end\n";
    return ($process->{status} >> 8, slurp($output));
}


# the tool

my ($status, $output) = run_tool('listener', 10, '--key', 'tool');
is($status, 0, 'the tool tops up');
is($output, "10\n", 'and prints the total');

($status, $output) = run_tool('listener', 10, '--key', 'tool');
is("$status $output", "0 10\n", 'again with the key: the same');

($status, $output) = run_tool('listener', 5);
is($status, 0, 'without a key it makes one');
like($output, qr/\Akey [0-9a-f]{32}\n15\n\z/, 'and prints it');

($status, $output) = run_tool('stranger', 5, '--key', 'x');
is($status, 1, 'a refusal is told by the status');
like($output, qr/404 .*No such account/, 'and in words');

for my $amount (qw(0 -1 1.5 1e3 x)) {
    ($status, $output) = run_tool('--', 'listener', $amount);
    is($status, 2, "an amount of $amount is wrong usage");
}

($status, $output) = run_tool('listener', 5, '--secret',
                              secret_file('x' x 31));
is($status, 2, 'a short secret is wrong usage');

($status, $output) = run_tool('listener', 5, '--secret',
                              secret_file('x' x 32), '--key', 'x');
is($status, 1, 'a wrong secret is refused');


# the database is stopped

$pg->stop;

my %body = (account => 'listener', amount => 85, key => 'outage');
my $res;

wait_for { $res = topup($edge, \%body); $res->{status} == 503 } 10,
    'the edge to notice';
like($res->{headers}{'retry-after'}, qr/^[1-9]\d*$/, '503 says when to retry');
is($res->{headers}{'content-type'}, 'application/problem+json', 'a problem');

($status, $output) = run_tool('listener', 85, '--key', 'outage',
                              '--wait', 0.1);
is($status, 3, 'the tool gives up after --wait');
like($output, qr/repeat with --key 'outage'/, 'and says how to go on');

my ($process, $file) = tool('listener', 85, '--key', 'outage');
wait_for { -e $file && slurp($file) =~ /trying again/ } 10, 'a retry';

$pg->start;
$process->ended(60);
is($process->{status}, 0, 'the tool retries until the database is back');
like(slurp($file), qr/^100$/m, 'and then credits');
is(topup($edge, \%body)->{status}, 200, 'a late repetition');
is(total(), 100, 'credits nothing more');


# the database hangs

$pg->suspend;
%body = (account => 'listener', amount => 1, key => 'hang');
is(topup($edge, \%body)->{status}, 504, 'a deadline is 504');

my $client = $edge->client;
my $text = topup_body({ account => 'listener', amount => 2, key => 'gone' });
$client->send($client->compose('POST', '/dev/topup', body => $text,
    headers => { 'Resonate-Signature' => signature($text) }));
$client->close;
wait_for { $edge->log =~ /client prematurely closed/ } 10,
    'the edge to see that the client left';
pass('a client that leaves is noticed');
$pg->resume;

wait_for { topup($edge, \%body)->{status} == 200 } 20, 'the edge to recover';
wait_for { topup($edge, $text)->{status} == 200 } 20, 'the other one';
is(total(), 103, 'repeated with their keys they credit once');


# killed in the middle

my @clients = map { $edge->client } 1 .. 20;
my @bodies = map { topup_body({ account => 'listener', amount => 10,
                                key => "killed $_" }) } 1 .. 20;

for my $i (0 .. $#clients) {
    my %options = (body => $bodies[$i], headers => {
        'Resonate-Signature' => signature($bodies[$i]) });
    $clients[$i]->send($clients[$i]->compose('POST', '/dev/topup', %options));
}

$pg->kill;
my %answers = map { $_->response('POST')->{status} => 1 } @clients;
is_deeply([ grep { !/^(?:200|503|504)$/ } keys %answers ], [],
          'killed in the middle, each is answered');

$pg->start;

for my $repeat (@bodies) {
    wait_for { topup($edge, $repeat)->{status} == 200 } 20, 'a repetition';
}

is(total(), 303, 'and repeated, each credits once');
is($pg->dbh->selectrow_array('SELECT sum(amount_uc) FROM resonate.posting'),
   0, 'the ledger sums to zero');

done_testing;
