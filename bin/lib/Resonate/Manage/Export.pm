package Resonate::Manage::Export;

# The whole catalogue as JSON lines, or one kind of it as CSV: of one moment,
# and in pages, so that memory does not grow with it.

use v5.36;

use Exporter qw(import);
use JSON::PP ();

use Resonate::Manage::Refusal qw(refuse);

our @EXPORT_OK = qw(export);

use constant { FORMAT => 1, PAGE => 1000 };

# what is referred to comes first
my @KINDS = qw(image artist release track playlist);
my %PLURAL = map { ("${_}s" => $_) } @KINDS;

my $JSON = JSON::PP->new->canonical;


sub export ($app, $name = undef, @rest)
{
    my $format = $app->{option}{format} // 'json';
    my @kinds = defined $name ? $PLURAL{$name} // () : @KINDS;

    refuse(usage => 'export all, or one of ' . join ', ', sort keys %PLURAL)
        if @rest || !@kinds;
    refuse(usage => "--format $format: json or csv")
        if $format !~ /^(?:json|csv)\z/;
    refuse(usage => 'one kind is a CSV file: export KIND --format csv')
        if $format eq 'csv' && @kinds > 1;

    my $dbh = $app->{db}{dbh};

    $dbh->begin_work;
    $dbh->do('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');

    if ($format eq 'csv') {
        csv($app, @kinds);
    }
    else {
        json_lines($app, @kinds);
    }

    $dbh->rollback;

    return 0;
}


# The last line says how many there were: a file without it is not whole.

sub json_lines ($app, @kinds)
{
    my $count = 0;

    say $JSON->encode({ kind => 'catalogue', format => FORMAT,
                        at => $app->{db}->one('SELECT now()') });

    for my $kind (@kinds) {
        pages($app, 'SELECT id, body FROM resonate.manage_export(?, ?, ?)',
              $kind, sub ($row) {
            say qq({"kind":"$kind",), substr $row->[1], 1;
            $count++;
        });
    }

    say $JSON->encode({ kind => 'end', count => $count });

    return;
}


# RFC 4180, with a heading.

sub csv ($app, $kind)
{
    my $names;

    pages($app,
          'SELECT id, names, cells FROM resonate.manage_export_cells(?, ?, ?)',
          $kind, sub ($row) {
        print csv_line($names = $row->[1]) if !$names;
        print csv_line($row->[2]);
    });

    return;
}


sub csv_line ($cells)
{
    return join(',', map { my $cell = $_ // '';
                           $cell =~ /[",\r\n]/ ? '"' . $cell =~ s/"/""/gr . '"'
                                               : $cell } @$cells) . "\r\n";
}


sub pages ($app, $sql, $kind, $each)
{
    my $after;

    for (;;) {
        my $rows = $app->{db}{dbh}->selectall_arrayref($sql, undef, $kind,
                                                       $after, PAGE);

        $each->($_) for @$rows;
        last if @$rows < PAGE;
        $after = $rows->[-1][0];
    }

    return;
}

1;
