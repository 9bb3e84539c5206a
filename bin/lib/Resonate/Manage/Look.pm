package Resonate::Manage::Look;

# Commands that only look: list, show, fields, journal.

use v5.36;

use Exporter qw(import);

use Resonate::Manage::Change  qw(changed_lines find);
use Resonate::Manage::Refusal qw(refuse);
use Resonate::Manage::Text    qw(shown table value);

our @EXPORT_OK = qw(fields journal list show);

use constant DEFAULT_LIMIT => { list => 50, journal => 20 };

my %KIND = (
    artists   => 'artist',
    labels    => 'label',
    playlists => 'playlist',
    releases  => 'release',
    tracks    => 'track',
);

my %COLUMNS = (
    artist => [ [ id => 'ID' ], [ display_name => 'ARTIST' ],
                [ label => 'LABEL' ], [ releases => 'RELEASES' ],
                [ tracks => 'TRACKS' ], [ state => 'STATE' ] ],
    label => [ [ id => 'ID' ], [ display_name => 'LABEL' ],
               [ artists => 'ARTISTS' ], [ state => 'STATE' ] ],
    playlist => [ [ id => 'ID' ], [ title => 'PLAYLIST' ],
                  [ owner => 'OWNER' ], [ tracks => 'TRACKS' ],
                  [ featured => 'FEATURED' ], [ state => 'STATE' ] ],
    release => [ [ id => 'ID' ], [ artist => 'ARTIST' ],
                 [ title => 'RELEASE' ], [ type => 'TYPE' ],
                 [ release_date => 'DATE' ], [ tracks => 'TRACKS' ],
                 [ state => 'STATE' ] ],
    track => [ [ id => 'ID' ], [ artist => 'ARTIST' ], [ title => 'TRACK' ],
               [ release => 'RELEASE' ], [ status => 'PRICE' ],
               [ state => 'STATE' ] ],
);

my @FLAGS = qw(hidden future unpublished removed without-cover featured);


sub list ($app, $name, @rest)
{
    my $kind = $KIND{$name // ''};

    if (!defined $kind || @rest) {
        refuse(usage => 'list what? ' . join ', ', sort keys %KIND);
    }

    my $option = $app->{option};
    my ($artist, $label) = map {
        my $term = $option->{$_};
        defined $term ? find($app, $term, qw(artist label))->{id} : undef;
    } qw(artist label);
    my @flags = map { tr/-/_/r } grep { $option->{$_} } @FLAGS;
    my $limit = limit($app, 'list');
    my @rows = $app->{db}->objects(
        'SELECT resonate.manage_list(?, ?, ?, ?, ?, ?)', $kind,
        $option->{search}, $artist, $label, \@flags, $limit + 1);
    my $more = @rows > $limit;

    $#rows = $limit - 1 if $more;
    $app->answer({ $name => \@rows, more => $more ? \1 : \0 },
                @rows ? table($COLUMNS{$kind}, \@rows) : "No $name.",
                $more ? 'There are more: --limit, or --search.' : ());

    return 0;
}


sub limit ($app, $command)
{
    my $limit = $app->{option}{limit} // DEFAULT_LIMIT->{$command};

    $limit >= 1 && $limit <= 10_000
        or refuse(usage => "--limit $limit: 1 to 10000");

    return $limit;
}


sub show ($app, @terms)
{
    @terms == 1 or refuse(usage => 'show one thing');

    my $thing = find($app, $terms[0]);
    my ($all) = $app->{db}->objects('SELECT resonate.manage_show(?, ?)',
                                    $thing->@{qw(kind id)});

    $app->answer($all, show_lines($all));

    return 0;
}


sub show_lines ($all)
{
    my $row = $all->{ $all->{kind} };
    my %columns = (
        items => [ [ index => '#' ], $COLUMNS{track}->@* ],
        releases => $COLUMNS{release},
        artists => $COLUMNS{artist},
        sources => [ [ path => 'FILE' ], [ kept => 'KEPT' ],
                     [ lossless => 'LOSSLESS' ] ],
    );
    my @lists = grep { ref $row->{$_} eq 'ARRAY' && $columns{$_}
                       && ref $row->{$_}[0] eq 'HASH' } sort keys %$row;
    my %is_list = map { $_ => 1 } @lists;
    my @facts = map { { name => $_, value => value($row->{$_}) } }
                grep { !$is_list{$_} } sort keys %$row;
    push @facts, map { { name => $_, value => $all->{heard}{$_} } }
                 sort keys $all->{heard}->%*;

    my @lines = table([ [ name => uc $all->{kind} ], [ value => '' ] ],
                      \@facts);

    for my $list (@lists) {
        push @lines, '', table($columns{$list}, $row->{$list});
    }

    if ($all->{changes}->@*) {
        push @lines, '', journal_table($all->{changes});
    }

    return @lines;
}


sub fields ($app, $kind = undef, @rest)
{
    $kind = $KIND{$kind // ''} // $kind;

    if (@rest || !defined $kind || !$COLUMNS{$kind}) {
        refuse(usage => 'fields of what? ' . join ', ', sort values %KIND);
    }

    my @fields = $app->{db}->rows(
        'SELECT field, means FROM resonate.manage_fields(?)', $kind);

    $app->answer({ kind => $kind, fields => \@fields },
                table([ [ field => 'FIELD' ], [ means => 'VALUE' ] ],
                      \@fields));

    return 0;
}


sub journal ($app, $id = undef, @rest)
{
    my $query = 'SELECT resonate.manage_journal(?, ?)';

    refuse(usage => 'journal, or journal of one change')
        if @rest || defined $id && $id !~ /^[1-9]\d{0,17}$/;

    my @changes = $app->{db}->objects($query, $id, limit($app, 'journal'));

    if (!defined $id) {
        $app->answer({ changes => \@changes },
                    @changes ? journal_table(\@changes) : 'No changes.');
        return 0;
    }

    refuse(not_found => "there is no change $id") if !@changes;

    my $rows = [ $app->{db}->objects('SELECT resonate.manage_journal_rows(?)',
                                     $id) ];

    $app->answer({ $changes[0]->%*, rows => $rows },
                journal_table(\@changes), '',
                changed_lines({ rows => $rows, notes => [], change => $id }));

    return 0;
}


sub journal_table ($changes)
{
    my @rows = map {
        { %$_, state => defined $_->{undone_by} ? "undone by $_->{undone_by}"
                      : defined $_->{undoes} ? "$_->{kind} of $_->{undoes}"
                      : '' }
    } @$changes;

    return table([ [ change => 'CHANGE' ], [ at => 'AT' ], [ who => 'WHO' ],
                   [ rows => 'ROWS' ], [ state => '' ],
                   [ command => 'COMMAND' ] ], \@rows);
}

1;
