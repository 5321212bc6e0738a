#!/usr/bin/perl
# dpkg-deb as dpkg calls it during an upgrade: the real one, but when the plan is to fail in the unpacking, the stream of
# files breaks off, or stands still, in the middle of the planned file. dpkg itself is the real one and has really
# unpacked all before.
use strict;
use warnings;

my $real = '/usr/bin/dpkg-deb';
my ($phase, $number, $cause) = split ' ', slurp('/run/belay/plan');
exec $real, @ARGV if ($ARGV[0] // '') ne '--fsys-tarfile' || ($phase // '') ne 'unpack';

open my $from, '-|:raw', $real, @ARGV or die "dpkg-deb: $!\n";
my $tar = do { local $/; <$from> };
binmode STDOUT;
$| = 1;
my ($place, $files) = (0, 0);
while (substr($tar, $place, 1) ne "\0") {    # https://www.gnu.org/software/tar/manual/html_node/Standard.html
    my ($size, $kind) = (oct substr($tar, $place + 124, 11), substr $tar, $place + 156, 1);
    last if $kind eq '0' && ++$files == $number;
    $place += 512 + 512 * int(($size + 511) / 512);
}
my $middle = $place + 512 + 1024;
print substr $tar, 0, $middle;
my $left = pack 'L', 1;
until (unpack('L', $left) == 0) {            # FIONREAD: what dpkg has not read yet
    ioctl STDOUT, 0x541B, $left or last;
    select undef, undef, undef, 0.02;
}
if ($cause eq 'error')      { print STDERR "dpkg-deb: error: the archive ends in the middle of a file\n"; exit 2 }
if ($cause eq 'power-loss') { system '/usr/lib/belay/stand-still', "unpack $number" }
system '/usr/lib/belay/fill', '/var/log', 0;
print substr $tar, $middle;

sub slurp {
    open my $file, '<', $_[0] or return '';
    local $/;
    return scalar <$file>;
}
