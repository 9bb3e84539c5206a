package Resonate::Manage::Prune;

# prune: what is of no use any more.

use v5.36;

use Exporter qw(import);

use Resonate::Manage::Files   qw(prune_files);
use Resonate::Manage::Refusal qw(refuse);

our @EXPORT_OK = qw(prune);


sub prune ($app, @rest)
{
    refuse(usage => 'prune --files') if @rest || !$app->{option}{files};

    return prune_files($app);
}

1;
