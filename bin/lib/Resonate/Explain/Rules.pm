package Resonate::Explain::Rules;

# What "resonate_issuer" and "resonate_provider" say, as options of the
# program: the defaults are those of ngx_resonate_auth_issuer.c.

use v5.36;

use Exporter qw(import);

our @EXPORT_OK = qw(rules seconds);

my @ALGORITHMS = qw(RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512
                    EdDSA Ed25519 Ed448);

my %UNIT = (y => 365 * 86400, M => 30 * 86400, w => 7 * 86400, d => 86400,
            h => 3600, m => 60, s => 1);

my %LINE = (
    audience      => sub ($conf, @v) { map { (audience => $_) } @v },
    algorithms    => sub ($conf, @v) { map { (algorithm => $_) } @v },
    jwks          => sub ($conf, @v) { (jwks => $conf->path($v[0])) },
    secret        => sub ($conf, @v) { (secret => $conf->path($v[0])) },
    jwks_uri      => sub ($conf, @v) { (url => $v[0]) },
    typ           => sub ($conf, @v) { (typ => $v[0]) },
    profile       => sub ($conf, @v) { (profile => $v[0]) },
    leeway        => sub ($conf, @v) { (leeway => seconds($v[0])) },
    max_age       => sub ($conf, @v) { ('max-age' => seconds($v[0])) },
    roles_claim   => sub ($conf, @v) { (roles => $v[0]) },
    scope_claim   => sub ($conf, @v) { (scope => $v[0]) },
    name_claim    => sub ($conf, @v) { (name => $v[0]) },
    introspection => sub ($conf, @v) { ask("introspection at $v[0]", @v) },
    lookup        => sub ($conf, @v) {
        ask("function $v[1] of database $v[0]", @v)
    },
);


sub rules ($conf, $fetched)
{
    my %found = found($conf->directives);
    my @rules = map { issuer($conf, $_, $fetched) }
                ($found{issuers} // [])->@*;

    push @rules, '--revocation' if $found{revocation};
    push @rules, '--dpop', $found{dpop} if $found{dpop};

    return @rules;
}


# Of resonate_dpop the most that any location has.

sub found ($directives)
{
    my %found;
    my @all = @$directives;

    while (my $d = shift @all) {
        my ($name, $value) = $d->{words}->@*;

        if ($name eq 'resonate_issuer' || $name eq 'resonate_provider') {
            push $found{issuers}->@*, $d;
        } elsif ($name eq 'resonate_revocation') {
            $found{revocation} = 1;
        } elsif ($name eq 'resonate_dpop' && $value ne 'off'
                 && ($found{dpop} // '') ne 'required') {
            $found{dpop} = $value;
        } elsif ($d->{block}) {
            unshift @all, $d->{block}->@*;
        }
    }

    return %found;
}


sub issuer ($conf, $directive, $fetched)
{
    my ($what, $name, @params) = $directive->{words}->@*;
    my $block = $directive->{block};
    my @lines = $block ? map { $_->{words} } @$block
                       : map { [ split_param($_) ] } @params;
    my @options = (leeway => 30);

    for my $line (@lines) {
        my ($word, @values) = @$line;

        if ($word eq 'discovery') {
            push @options, url => well_known($name, @values);
        } elsif ($LINE{$word}) {
            push @options, $LINE{$word}->($conf, @values);
        }
    }

    my %has = @options;

    push @options, map { (algorithm => $_) } @ALGORITHMS
        if !defined $has{algorithm};
    push @options, fetched => $fetched
        if defined $fetched && defined $has{url};

    unshift @options, issuer => $name, where => "$what at $directive->{where}";

    return map { ("--$options[2 * $_]", $options[2 * $_ + 1]) }
               0 .. $#options / 2;
}


# A list with commas of "resonate_issuer", as words.

sub split_param ($param)
{
    my ($name, $value) = split /=/, $param, 2;

    return ($name, $name =~ /\A(?:audience|algorithms)\z/
                   ? split(/,/, $value) : $value);
}


sub ask ($what, @values)
{
    my $uuid = grep { $_ eq 'match=uuid' } @values;

    return ($uuid ? 'ask-uuid' : 'ask', $what);
}


sub well_known ($issuer, @values)
{
    my $oauth = grep { $_ eq 'oauth' } @values;

    return ($oauth ? 'OAuth' : 'OpenID') . " discovery of $issuer";
}


# As ngx_parse_time() of seconds.

sub seconds ($time)
{
    my $sum = 0;

    while ($time =~ /\G *(\d+)([yMwdhms]?)/gc) {
        $sum += $1 * $UNIT{$2 || 's'};
    }

    return $sum;
}


1;
