# Every link of the readme and the manual leads to a file and a heading.

use lib 't/lib';
use Resonate::Test;
use Resonate::Source;

use File::Basename qw(dirname);

for my $file (qw(README.md doc/MANUAL.md)) {
    my @links = prose($file) =~ /\]\(([^)\s]+)\)/g;

    cmp_ok scalar @links, '>', 9, "$file has links";
    ok leads($file, $_), "$file: $_" for grep { !/^https?:/ } @links;
}

done_testing;


sub leads {
    my ($file, $link) = @_;
    my ($path, $heading) = split /#/, $link, 2;
    my $target = !length $path ? $file
                 : (dirname($file) . "/$path") =~ s{^\./|\w+/\.\./}{}gr;

    return -e "$Resonate::Test::ROOT/$target"
           && (!defined $heading
               || grep { $_ eq $heading } headings($target));
}


# as GitHub names them

sub headings {
    my ($file) = @_;

    return map { lc =~ s/[^\w\- ]//gr =~ tr/ /-/r }
               prose($file) =~ /^#+ (.*)$/mg;
}


# no code: its "](" and "#" are others

sub prose {
    my ($file) = @_;

    return Resonate::Source::text($file) =~ s/^```.*?^```$//gmsr
                                         =~ s/(?<!\[)`[^`\n]*`(?!\])//gr;
}
