package RouteTable;

# The routes that a configuration declares, and the words above them:
#
#   for (RouteTable::routes($file)) {
#       $_->{method}, $_->{path}        GET, /artists/{id}/tracks
#       $_->{base}                      /api/v3/: the name of its location
#       $_->{function}                  v3.artist_tracks
#       $_->{comment}                   the comment right above, as one line
#       $_->{option}{caller}            1, or what is behind the "="
#       $_->{args}                      captures first, then as they come
#   }
#
# An argument is { in => path, query, body or header, name, alias, type,
# list => 1, bounds => '1..100', required => 1, default => 50 }, and a member
# of an array of objects { array => 'tracks', items => '0..500' } as well.
# What cannot be read is fatal, and so is a route without a comment.

use v5.36;

my $TOKEN = qr{\G\s*? (?: (\n) | \#[ ]?([^\n]*)\n
                        | ([;\{\}]) (?:[ ]*\#[^\n]*)?
                        | "((?:[^"\\]|\\.)*)" | '((?:[^'\\]|\\.)*)'
                        | ([^\s;\{\}]+) )}x;


sub slurp ($file) {
    open my $in, '<:encoding(UTF-8)', $file or die "$file: $!\n";
    local $/;
    return scalar <$in>;
}


sub routes ($file) {
    my (@words, @comment, @blocks, @routes);
    my $text = slurp($file);

    while ($text =~ /$TOKEN/gc) {
        my ($blank, $comment, $end) = ($1, $2, $3);
        my $word = $4 // $5 // $6;

        if (defined $comment) {
            push @comment, $comment if !@words;

        } elsif (defined $blank) {
            @comment = () if !@words;

        } elsif (defined $word) {
            push @words, $word;

        } else {
            push @routes, route($file, $blocks[-1], "@comment", @words)
                if $end eq ';' && ($words[0] // '') eq 'resonate_route';
            push @blocks, $words[-1] if $end eq '{';
            pop @blocks if $end eq '}';
            @words = @comment = ();
        }
    }

    return @routes;
}


sub route ($file, $base, $comment, $, $method, $path, $function, @words) {
    my (@args, %option);

    die "$file: no comment right above $method $path\n" if $comment !~ /\S/;

    for (@words) {
        if (/^(?:(\?)|(body|header)\.)(.*)$/) {
            push @args, argument($2 // 'query', $3);

        } elsif (/^(\w+)(?:=(.*))?$/) {
            $option{$1} = $2 // 1;

        } else {
            die "$file: $method $path has \"$_\"\n";
        }
    }

    unshift @args, map { argument('path', $_) } $path =~ /<([^>]+)>/g;
    $path =~ s/<(\w+):[^>]*>/{$1}/g;

    return { base => $base, method => $method, path => $path,
             function => $function, comment => $comment, args => \@args,
             option => \%option };
}


sub argument ($in, $text) {
    my %arg = (in => $in);

    (@arg{qw(array items name alias type list bounds)}, my $tail)
        = $text =~ /^(?:([\w-]+)\[\](?:\(([\d.]*)\))?\.)?([\w-]+)
                    (?:\|([\w-]+))?:(\w+)(\[\])?(?:\(([^()]*)\))?(!|=.*)?$/x
        or die "cannot read the argument \"$text\"\n";
    $arg{required} = 1 if ($tail // '') eq '!';
    $arg{default} = $1 if ($tail // '') =~ /^=(.*)/;

    return \%arg;
}


# whether a route wants to know who calls

sub token ($route) {
    my $option = $route->{option};

    return 'required' if $option->{scope} || $option->{role}
                         || ($option->{access} // '') eq 'user';
    return $option->{caller} ? 'optional' : 'ignored';
}


1;
