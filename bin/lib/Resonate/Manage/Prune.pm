package Resonate::Manage::Prune;

# prune: files of the library that are gone, and stored files that nothing
# needs any more.

use v5.36;

use Exporter qw(import);

use Resonate::Ingest::Gone    qw(is_gone);
use Resonate::Manage::Change  qw(change);
use Resonate::Manage::Files   qw(prune_files);
use Resonate::Manage::Refusal qw(refuse);
use Resonate::Manage::Text    qw(shown);

our @EXPORT_OK = qw(prune);

use constant PAGE => 1000;


sub prune ($app, @rest)
{
    refuse(usage => 'prune names nothing') if @rest;

    return $app->{option}{files} ? prune_files($app) : prune_sources($app);
}


sub prune_sources ($app)
{
    my ($gone, $roots) = look($app);

    if (!$app->{option}{yes}) {
        for my $root (sort keys %$roots) {
            my $of = $roots->{$root};
            refuse(confirm => sprintf 'of %s, %d of %d files are gone: is a'
                   . ' disk missing? --yes removes them', text($root),
                   $of->{gone}, $of->{all}) if $of->{gone} * 2 > $of->{all};
        }
    }

    my $erase = $app->{option}{erase} ? 't' : 'f';

    return change($app, sub {
        for (my $n = 0; $n < @$gone; $n += PAGE) {
            my $last = $n + PAGE > @$gone ? $#$gone : $n + PAGE - 1;

            $app->{db}->one('SELECT resonate.manage_prune(?, ?)',
                            [ @$gone[$n .. $last] ], $erase);
        }

        return scalar(@$gone) . ' files are gone',
            map { "$roots->{$_}{unseen} files of " . text($_) . ' cannot be'
                  . ' looked at, and stay' }
            grep { $roots->{$_}{unseen} } sort keys %$roots;
    });
}


# Paths that are gone, as hex, and of each library how many of its files are.

sub look ($app)
{
    my ($after, @gone, %roots) = ('');

    for (;;) {
        my @files = $app->{db}->rows(
            'SELECT path, root FROM resonate.manage_sources(?, ?)', $after,
            PAGE);

        for my $file (@files) {
            my ($path, $root) = map { pack 'H*', $_ } $file->@{qw(path root)};
            my $of = $roots{$root} //= { all => 0, gone => 0, unseen => 0 };

            $of->{all}++;

            if (is_gone($path, $root)) {
                $of->{gone}++;
                push @gone, $file->{path};
            }
            elsif (!lstat $path) {
                $of->{unseen}++;
            }
        }

        last if @files < PAGE;
        $after = $files[-1]{path};
    }

    return \@gone, \%roots;
}


sub text ($bytes)
{
    utf8::decode(my $text = $bytes);

    return shown($text);
}

1;
