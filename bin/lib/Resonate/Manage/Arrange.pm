package Resonate::Manage::Arrange;

# Commands that take things out and put them together: remove, label,
# playlist.

use v5.36;

use Exporter qw(import);

use Resonate::Manage::Change  qw(change find);
use Resonate::Manage::Edit    qw(each_thing);
use Resonate::Manage::Refusal qw(refuse);

our @EXPORT_OK = qw(label playlist remove);


sub remove ($app, @terms)
{
    my ($erase, $yes) = map { $app->{option}{$_} ? 't' : 'f' } qw(erase yes);

    return each_thing($app, 'remove', \@terms, sub ($thing) {
        return map { $_->{note} } $app->{db}->rows(
            'SELECT note FROM resonate.manage_remove(?, ?, ?, ?)',
            $thing->@{qw(kind id)}, $erase, $yes);
    });
}


sub label ($app, $what = '', @words)
{
    if ($what eq 'new' && @words == 1) {
        return change($app, sub {
            my $id = $app->{db}->one('SELECT resonate.manage_label_new(?)',
                                     @words);
            return "label $id";
        });
    }

    my $label = $what eq 'set' ? shift @words : undef;

    refuse(usage => 'label new NAME, label set LABEL ARTIST...,'
                    . ' label none ARTIST...')
        if !@words || $what !~ /^(?:set|none)\z/;

    return change($app, sub {
        my $id = defined $label ? find($app, $label, 'label')->{id} : undef;

        for my $term (@words) {
            my $thing = find($app, $term, qw(artist label release));

            $app->{db}->one('SELECT resonate.manage_label(?, ?, ?)', $id,
                            $thing->@{qw(kind id)});
        }

        return;
    });
}


sub playlist ($app, $what = '', $name = undef, @terms)
{
    my $option = $app->{option};

    if ($what eq 'new' && defined $name && !@terms) {
        my $owner = $option->{owner}
            // refuse(usage => 'playlist new TITLE --owner PERSON');

        return change($app, sub {
            my $id = $app->{db}->one('SELECT resonate.manage_playlist_new(?,'
                                     . ' ?)', $owner, $name);
            return "playlist $id";
        });
    }

    refuse(usage => 'playlist new TITLE --owner PERSON,'
                    . ' playlist add|drop|order PLAYLIST TRACK...')
        if !@terms || $what !~ /^(?:add|drop|order)\z/;
    refuse(usage => "--at $option->{at}: 1 to 500")
        if defined $option->{at}
           && ($option->{at} < 1 || $option->{at} > 500);

    return change($app, sub {
        my $id = find($app, $name, 'playlist')->{id};
        my @tracks = map { find($app, $_, 'track')->{id} } @terms;

        $app->{db}->one('SELECT resonate.manage_playlist_items(?, ?, ?, ?)',
                        $id, $what, \@tracks, $option->{at});
        return;
    });
}

1;
