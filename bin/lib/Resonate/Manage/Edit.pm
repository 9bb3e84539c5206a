package Resonate::Manage::Edit;

# Commands that change one thing, or several in the same way.

use v5.36;

use Exporter qw(import);

use Resonate::Manage::Change  qw(change find);
use Resonate::Manage::Refusal qw(refuse);

our @EXPORT_OK = qw(each_thing edit hide price publish undo_change);


sub edit ($app, $term = undef, @settings)
{
    my $option = $app->{option};
    my @reset = ($option->{reset} // [])->@*;

    @settings || @reset
        or refuse(usage => 'edit a thing: FIELD=VALUE ..., --reset FIELD');

    my @fields = map {
        /^([a-z0-9_]+)=(.*)\z/s or refuse(usage => "not FIELD=VALUE: \"$_\"");
        [ $1, $2 ];
    } @settings;

    return change($app, sub {
        my $thing = find($app, $term);
        my @thing = $thing->@{qw(kind id)};

        if (defined $option->{'unchanged-since'}) {
            $app->{db}->one('SELECT resonate.manage_unchanged(?, ?, ?)',
                            @thing, $option->{'unchanged-since'});
        }

        $app->{db}->one('SELECT resonate.manage_edit(?, ?, ?, ?)', @thing,
                        @$_) for @fields;
        $app->{db}->one('SELECT resonate.manage_reset(?, ?, ?)', @thing, $_)
            for @reset;

        return;
    });
}


sub hide ($app, @terms)
{
    return each_thing($app, 'hide', \@terms, sub ($thing) {
        $app->{db}->one('SELECT resonate.manage_hide(?, ?)',
                        $thing->@{qw(kind id)});
        return;
    });
}


sub publish ($app, @terms)
{
    return each_thing($app, 'publish', \@terms, sub ($thing) {
        $app->{db}->one('SELECT resonate.manage_publish(?, ?)',
                        $thing->@{qw(kind id)});
        return;
    });
}


sub price ($app, $price = undef, @terms)
{
    grep { ($price // '') eq $_ } qw(free paid free+paid)
        or refuse(usage => 'price free, paid or free+paid, then what');

    return each_thing($app, 'price', \@terms, sub ($thing) {
        return map { $_->{note} } $app->{db}->rows(
            'SELECT note FROM resonate.manage_price(?, ?, ?)',
            $thing->@{qw(kind id)}, $price);
    }, qw(track release));
}


sub each_thing ($app, $what, $terms, $work, @kinds)
{
    @$terms or refuse(usage => "$what what?");

    return change($app, sub {
        return map { $work->(find($app, $_, @kinds)) } @$terms;
    });
}


sub undo_change ($app, $id = undef, @rest)
{
    refuse(usage => 'undo, or undo of one change')
        if @rest || defined $id && $id !~ /^[1-9]\d{0,17}$/;

    return Resonate::Manage::Change::undo($app, $id);
}

1;
