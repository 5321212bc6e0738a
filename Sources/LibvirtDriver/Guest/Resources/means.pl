# means: what the keeper is made with.
use strict;

our ($root, $data, $outside);

# Where a path of the appliance is, on the machine or in the copies of its disks.
sub place {
    my ($path) = @_;
    return $data . $1    if $path =~ m{^/data(/.*)};
    return $outside . $1 if $path =~ m{^/external(/.*)};
    return $root . $path;
}

sub json {
    my ($value) = @_;
    return '[' . join(',', map { json($_) } @$value) . ']' if ref $value eq 'ARRAY';
    return '{' . join(',', map { json("$_") . ':' . json($value->{$_}) } sort keys %$value) . '}' if ref $value eq 'HASH';
    return $$value ? 'true' : 'false' if ref $value;
    { no warnings; return $value if ($value ^ $value) eq '0' }    # A number: of texts it gives zero bytes.
    $value =~ s/([\\"])/\\$1/g;
    $value =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge;
    return qq("$value");
}

sub by_version {
    my @one = split /\./, $_[0];
    my @two = split /\./, $_[1];
    return $one[0] <=> $two[0] || ($one[1] // 0) <=> ($two[1] // 0);
}

sub uptime { return (split ' ', first_line('/proc/uptime'))[0] }

sub nap { select undef, undef, undef, $_[0] }

sub settings { return map { /^(\w+)=(.*)$/ ? ($1, $2) : () } lines($_[0]) }

sub first_line { return (lines($_[0]))[0] // '' }

sub lines {
    open my $file, '<', $_[0] or return ();
    chomp(my @lines = <$file>);
    return @lines;
}

sub contents_of {
    open my $file, '<:raw', $_[0] or return '';
    local $/;
    return scalar(<$file>) // '';
}

sub spill {
    my ($path, $text) = @_;
    open my $file, '>', $path or return 0;
    print $file $text or return 0;
    return close $file;
}

1;
