#!/usr/bin/perl

# What the tags, names and folders of somebody's library say is what its owner
# means: t/owner/meant, by the real files and without a database.

use lib 't/lib', 'bin/lib';
use File::Find;
use Resonate::Test;
use Resonate::Library;
use Resonate::Meant;

my $folder = tempdir() . '/Music';
my @files;

mkdir $folder or die;
Resonate::Library->new($folder);

find({ no_chdir => 1, wanted => sub {
    push @files, $_ if m{/[^./][^/]*\.(?:flac|wav|aiff|mp[23]|ogg|opus|m4a
                                        |aac|wma|wv|dsf)$}x
                       && !m{/(?:Broken|lost\+found|backup)/|Headlights.mp3};
} }, $folder);

my %meant = Resonate::Meant::meant();
my @faults = Resonate::Meant::faults(\%meant,
                                     { Resonate::Meant::said(@files) });

cmp_ok(@files, '>', 100, 'a library of ' . @files . ' files');
ok(!@faults, 'they say what is meant') or diag(@faults);

chmod 0755, "$folder/lost+found";
done_testing();
