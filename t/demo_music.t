# Music that cannot be taken in: what the demo says of it, and whether it
# starts.

use lib 't/lib';
use Resonate::Test;
use Resonate::Checkout;

my $there = Resonate::Checkout->new;
my $music = $there->music;

mkdir "$music/$_" or die for qw(none some some/closed);
spew("$music/none/notes.txt", 'no music');
spew("$music/none/broken.flac", 'no music either');

for my $folder ("$music/none", "$music/some/closed") {
    my ($status, $output) = $there->demo('--music', $folder);

    is($status, 1, "$folder: it does not start");
    like($output, qr/^demo: nothing of \Q$folder\E is in the catalogue/m,
         'and says why');
    unlike($output, qr/the rest plays|Resonate plays/, 'and no more');
}

$there->sound('some/Hum', 'Somebody');
spew("$music/some/broken.flac", 'no music');
chmod 0, "$music/some/closed" or die;

my ($status, $output) = $there->demo('--music', "$music/some");

is($status, 0, 'what can be taken in plays') or diag($output);
like($output, qr{^failed: .*some/closed: }m, 'a closed folder is named');
like($output, qr{^failed: .*some/broken\.flac: }m, 'a broken file, too');
like($output, qr/^Some music could not be taken in; the rest plays\.$/m,
     'and that there is a rest');
is($there->decoded('/api/v3/tracks')->{count}, 1, 'which is there');

done_testing;
