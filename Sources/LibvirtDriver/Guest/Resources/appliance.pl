#!/usr/bin/perl -w
# appliance COMMAND [WORD...]: hands the command to the keeper, prints its answer, and exits as it says.
# `-` as the last word sends what stands on standard input along. No module is loaded, for on an emulated processor
# that would take longer than most commands.
use strict;

socket my $keeper, 1, 1, 0 or die "appliance: $!\n";    # AF_UNIX, SOCK_STREAM
if (!connect $keeper, pack 'S a108', 1, '/run/belay/socket') {
    print STDERR "appliance: the keeper does not answer: $!\n";
    exit 69;
}
my $more = @ARGV && $ARGV[-1] eq '-' ? do { local $/; <STDIN> } : '';
syswrite $keeper, "@ARGV\n$more";
shutdown $keeper, 1;
my $answer = do { local $/; <$keeper> } // '';
my $code = $answer =~ s/\n?exit (\d+)\n\z/\n/ ? $1 : 70;
print $answer if $answer =~ /\S/;
exit $code;
