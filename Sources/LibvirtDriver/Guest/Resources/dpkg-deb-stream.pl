#!/usr/bin/perl -w
# dpkg-deb-stream NUMBER CAUSE ARGUMENT...: the stream of files that dpkg-deb gives to dpkg, which breaks off, or stands
# still, in the middle of file NUMBER. dpkg itself is the real one and has really unpacked all before.
use strict;

my ($number, $cause, @arguments) = @ARGV;
open my $from, '-|:raw', '/usr/bin/dpkg-deb', @arguments or die "dpkg-deb: $!\n";
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
