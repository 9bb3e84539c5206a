# What STYLE says and a machine can check.

use lib 't/lib';
use Resonate::Test;
use Resonate::Source;

my @code = Resonate::Source::in_rooms();
my @text = grep { !m{^www/lib/} }    # as others publish it
    Resonate::Source::files(qr/\.(?:[cht]|pm|m?js|css|html|sql|mk)$/);
my %place = map { m{([^/]+)$}, $_ } @code;


# one test for a rule; the faults are shown

sub rule {
    my ($what, @faults) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    ok !@faults, $what or diag join "\n", @faults;
}


sub lines_with {
    my ($pattern, @files) = @_;
    my @hits;

    for my $file (@files) {
        my $n = 0;
        for (split /\n/, Resonate::Source::text($file), -1) {
            $n++;
            push @hits, "$file:$n: $_" if /$pattern/;
        }
    }

    return @hits;
}


sub long_files {
    my ($most, @files) = @_;

    return grep { Resonate::Source::text($_) =~ tr/\n// >= $most } @files;
}


subtest 'the star' => sub {
    my (@across, @past, @impure);

    for my $file (@code) {
        my $room = Resonate::Source::room($file);
        my $pure = Resonate::Source::pure($file);

        for my $include (Resonate::Source::includes($file)) {
            my ($name) = $include =~ m{([^/]+)$};
            my $target = $place{$name};
            my $to = defined $target ? Resonate::Source::room($target) : $room;
            my $said = "$file includes $include";

            push @across, $said if $to ne $room && $to ne 'core';
            push @past, $said if $to ne $room && $name ne "ngx_resonate_$to.h";
            push @impure, $said
                if $pure && ($name =~ /^(?:ngx_|libpq|pg_|jwt)/
                             || !Resonate::Source::pure($target // $file));
        }
    }

    rule 'rooms include core and nothing of each other', @across;
    rule 'core is entered by its door', @past;
    rule 'pure files know libc, OpenSSL and jansson', @impure;
    rule 'nginx decides what libc declares', Resonate::Source::late(@code);
};


subtest 'names and sizes' => sub {
    my %seen;
    my @c = Resonate::Source::files(qr/\.[ch]$/);

    rule 'file names are unique',
         grep { $seen{(m{([^/]+)$})[0]}++ } @c;
    rule 'files are under 600 lines',
         long_files(600, grep { !/\.(?:css|html)$/ } @text);
    rule 'tests are under 200 lines',
         long_files(200, grep { m{^t/[^/]+\.t$} } @text);
    rule 'doors have at most 150 lines',
         long_files(151, map { Resonate::Source::door($_) }
                         @Resonate::Source::ROOMS);
    rule 'C and Perl keep to 80 columns',
         lines_with(qr/^.{81}/, grep { /\.(?:[cht]|pm)$/ } @text);
    rule 'no tabs', lines_with(qr/\t/, grep { !/\.mk$/ } @text);
    rule 'no trailing blanks', lines_with(qr/[ \t]$/, @text);
};


for my $room (@Resonate::Source::ROOMS) {
    my @functions = map { my $file = $_;
                          map { [ "$file: $_->[0]()", @$_[1 .. 3] ] }
                              Resonate::Source::functions($file) }
                    grep { Resonate::Source::room($_) eq $room } @code;
    my @sizes = sort { $a <=> $b } map { $_->[2] } @functions;
    my $median = @sizes ? $sizes[$#sizes / 2] : 0;

    cmp_ok $median, '<=', 25, "$room: median of function lengths";
    rule "$room: no function over 100 lines",
         map { "$_->[0] has $_->[2]" } grep { $_->[2] > 100 } @functions;
    rule "$room: at most four levels of indent",
         map { "$_->[0] has $_->[3]" } grep { $_->[3] > 4 } @functions;
}


# What each object exports is what its door says and what nginx asks for.

for my $room (@Resonate::Source::ROOMS) {
    my $object = "$Resonate::Test::BUILD/ngx_resonate_${room}_module.so";
    my @exports = map { (split)[2] } `nm -D --defined-only $object`;
    my %door = map { $_ => 1 }
               qw(ngx_modules ngx_module_names ngx_module_order),
               map { Resonate::Source::declared($_) }
               Resonate::Source::door($room);

    is_deeply [ sort grep { !/^ngx_resonate_\w+_module$/ } @exports ],
              [ sort grep { !/^ngx_resonate_\w+_module$/ } keys %door ],
              "$room: exports are its door";
}


# nginx itself wants these writable

my $TABLES = qr/^(?:ngx_command_t|ngx_module_t|ngx_(?:core|http)_module_t
                |ngx_conf_(?:enum|bitmask|post|deprecated|num_bounds)_t
                |ngx_http_variable_t
                |ngx_http_output_(?:header|body)_filter_pt)$/x;

subtest 'no mutable file-scope variables' => sub {
    my @objects = map { chomp; $_ }
        `find '$Resonate::Test::BUILD/nginx/objs/addon' -name '*.o'`;
    my %source = map { m{([^/]+)\.c$} ? ($1 => $_) : () } @code;

    cmp_ok scalar @objects, '>=', 4, 'objects to look at';

    for my $object (@objects) {
        my ($name) = $object =~ m{([^/]+)\.o$};
        my $text = Resonate::Source::bare($source{$name} // next);
        my @faults;

        for (`objdump -t '$object'`) {
            / O \.(?:data|bss)(?!\.rel\.ro)\S*\s+\S+\s+(?:\.hidden )?(\S+)/
                or next;
            my ($symbol) = $1;
            my ($type) = $text =~ /^(?:static )?(\w+) +\Q$symbol\E\b/m;

            # how every filter of nginx finds the next one
            next if $symbol eq 'ngx_http_next_header_filter';

            # what the sanitizers add to a build is not ours
            next if $symbol =~ /^(?:__|\.L|_ubsan|\*\.L)/;
            push @faults, "$source{$name}: $symbol"
                if !defined $type || $type !~ $TABLES;
        }

        rule $name, @faults;
    }
};


subtest 'nothing left behind' => sub {
    my @all = grep { -T && !m{(?:^|/)package-lock\.json$} }
              Resonate::Source::files();
    my $later = join '|', 'TO' . 'DO', 'FIX' . 'ME', 'X' x 3;
    my $here = join '|', '/wo' . 'rk/', '/tmp/w' . 't', '/ro' . 'ot/',
                         '/ho' . 'me/[a-z]';

    rule 'no work marked as left', lines_with(qr/\b(?:$later)\b/, @all);
    rule 'no path of a machine', lines_with(qr/(?:$here)/, @all);
    is `$Resonate::Test::ROOT/t/breaks/run --stale 2>&1`, '',
       'no break that does not apply any more';
};


subtest 'one version' => sub {
    my ($release) = Resonate::Source::text('debian/changelog')
                    =~ /^resonate \(([^+)]+)/;

    like Resonate::Source::text('ngx_resonate_core/ngx_resonate_core.h'),
         qr/^#define NGX_RESONATE_VERSION  "\Q$release\E"$/m,
         'the modules have that of debian/changelog';
    like Resonate::Source::text('sdk/js/package.json'),
         qr/^  "version": "\Q$release\E",$/m, 'and so has the client';
};


subtest 'pure code is tested' => sub {
    my %included = map { m{([^/]+)$}, 1 } map { Resonate::Source::includes($_) }
                   grep { -e } Resonate::Source::files(qr{^t/unit/.*\.c$});

    ok $included{(m{([^/]+)$})[0]}, $_
        for grep { Resonate::Source::pure($_) && /(?<!_internal)\.h$/ } @code;
};

done_testing;
