#!/usr/bin/perl -w
# keeper: the lab's hand on the appliance in a guest, and its eye on what is on the disks.
#
#   keeper                             in the guest, from its start: brings the appliance up, then serves `appliance`
#   keeper facts ROOT DATA EXTERNAL    anywhere: prints the facts of copies of the disks in these folders (JSON)
#
# It belongs to the lab and not to the package that is upgraded, so that it sees and says how a broken package is.
# It stays in memory and forks for each command, and loads no module but `strict`: on an emulated processor a program's
# start costs more than its work. What it sees is in facts.pl, what it is made with in means.pl, beside it.
use strict;

our ($root, $data, $outside) = ('', '/data', '/external');
our $is_copy = @ARGV > 1;
($root, $data, $outside) = @ARGV[1 .. 3] if $is_copy;

our $run     = '/run/belay';
our $scratch = $is_copy ? "$root/scratch" : "$run/scratch.$$";
our $program = "$root/usr/lib/labapp";
our $files   = "$data/labapp";
our (%conf, $store);
my (@words, $caller, $answer, $input);
my ($home) = $0 =~ m{^(.*)/};
require "$home/$_.pl" for 'means', 'facts';
my %verbs = (
    status         => sub { answer(1) },
    health         => sub { my %now = counts(); leave(%now ? 0 : 1) },
    write          => sub { as_user('write', @words) },
    'write-admin'  => \&write_as_administrator,
    open           => sub { as_user('open', @words) },
    jobs           => sub { as_user('jobs', @words) },
    'delete-stuck' => sub { ask_and_answer('delete-stuck') },
    loose          => \&write_loose_files,
    drain          => \&drain,
    maintenance    => \&set_maintenance,
    start          => sub { answer(start()) },
    stop           => sub { stop('stopped'); answer(1, 'stopped') },
    end            => sub { stop('stopped'); leave(0) },
    flush          => \&flush,
    fill           => \&fill_disk,
    address        => \&correct_address,
    apply          => \&apply_configuration,
    replication    => sub { refuse('no replica is configured') },
    upgrade        => \&upgrade,
    facts          => sub { say_all(json(facts())); leave(0) },
    freeze         => sub { ask('freeze'); leave(0) },
    thaw           => sub { ask('thaw'); leave(0) },
);

read_configuration();
if ($is_copy) {
    mkdir $scratch;
    print json(facts()), "\n";
    exit 0;
}
serve();

# MARK: Serving

sub read_configuration {
    %conf  = settings("$root/etc/labapp/labapp.conf");
    $store = place($conf{database} // '/data/labapp');
}

# Commands that come before the appliance is up, or has given up, wait at the door.
sub serve {
    open my $door, '+<', "$run/door" or die "keeper: $!";    # For writing too, so that it never ends.
    boot();
    while (defined(my $line = <$door>)) {
        1 while waitpid(-1, 1) > 0;
        next if fork;
        close $door;
        (my ($number, $verb), @words) = split ' ', $line;
        open $caller, '>', "$run/reply.$number"  or exit 1;
        open $answer, '>', "$run/answer.$number" or exit 1;
        $input   = "$run/input.$number";
        $scratch = "$run/scratch.$$";
        read_configuration();
        my $do = $verbs{ $verb // '' } or do { say_all("appliance: unknown command"); leave(64) };
        $do->();
        leave(0);
    }
}

sub say_all { print $answer map {"$_\n"} @_ }

# For a process that outlives the command.
sub let_caller_go { $_ and close $_ for $caller, $answer }

sub leave {
    my ($code) = @_;
    unlink glob "$scratch/*";
    rmdir $scratch;
    exit $code if !$caller;
    close $answer;
    print $caller "$code\n";
    close $caller;
    exit 0;
}

# MARK: Commands

sub boot {
    my ($address) = first_line('/proc/cmdline') =~ /\bbelay\.address=(\S+)/;
    $address //= 'unknown';
    spill("$run/address", "$address\n");
    my %named = settings($conf{address_file});
    spill($conf{address_file}, "PRIVATE_ADDRESS=$address\n") if ($named{PRIVATE_ADDRESS} // 'unset') eq 'unset';
    start();
}

# Starts the service and waits until it serves or has given up; gives whether it serves, and what it says.
# The service's program is read and run by a child of this process, which has the interpreter warm.
sub start {
    return (1, 'the service runs') if ask('status');
    unlink '/run/labapp/trouble', '/run/labapp/socket';
    my $child = fork // die "fork: $!";
    if (!$child) {
        let_caller_go();
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>>', '/var/log/labapp.log';
        open STDERR, '>&', \*STDOUT;
        ($0, @ARGV) = ('labappd');
        do "$program/labappd";
        print STDERR "labappd: $@ $!\n";
        exit 127;
    }
    until (-S '/run/labapp/socket') {
        return (0, 'the service did not start: ' . trouble()) if waitpid($child, 1) == $child;    # 1 is WNOHANG
        nap(0.02);
    }
    return (1, 'the service runs');
}

sub stop {
    my ($why) = @_;
    ask('stop');
    spill('/run/labapp/trouble', "$why\n") if !-s '/run/labapp/trouble';
}

# Refuses what only a running service outside of maintenance accepts.
sub as_user {
    my $what = $_[0] eq 'jobs' ? 'jobs' : 'writes';
    refuse('the service is down: ' . trouble()) if !counts();
    if (in_maintenance()) {
        refuse("503 Service Unavailable: maintenance mode is set, no $what", 'GHES-004') if is('github-enterprise-server');
        refuse("the intake is stopped, no $what", 'CCI-016') if is('circleci-services');
        refuse("maintenance mode is set, no $what");
    }
    return ask_and_answer(@_);
}

# An address on the exception list gets in whatever maintenance mode says. GHES-005
sub write_as_administrator {
    refuse('the service is down: ' . trouble()) if !counts();
    return ask_and_answer('write', @words);
}

sub is { return ($conf{appliance} // '') eq $_[0] }

# Says no: nothing was changed.
sub refuse {
    my ($sentence, $rule) = @_;
    say_all(json({ refused => $sentence, $rule ? (rule => $rule) : () }));
    leave(65);
}

sub ask_and_answer {
    my ($word, @lines) = ask(@_);
    refuse('the service is down: ' . trouble()) if !$word;
    return answer($word eq 'ok', @lines);
}

# The last line tells how long the content is, so that a file that lost its tail is seen.
sub loose_content {
    my ($name) = @_;
    my $line = "loose file $name\n";
    return substr($line x (1 + 20_000 / length $line), 0, 20_000);
}

sub write_loose_files {
    my ($count) = @words;
    mkdir "$files/loose";
    my $there = () = glob "$files/loose/*";
    for my $number ($there + 1 .. $there + $count) {
        my $name = sprintf '%05d', $number;
        spill("$files/loose/$name", loose_content($name)) or return answer(0, "no file $name: $!");
    }
    return answer(1, "$count loose files written, none of them flushed");
}

# Maintenance does not stop jobs: once they are done the disks come to rest. GHES-006
sub drain {
    my ($limit) = @words;
    my $end = uptime() + $limit;
    while (1) {
        my %now = counts() or refuse('the service is down: ' . trouble());
        last if !$now{jobs};
        return answer(0, "$now{jobs} jobs still run") if uptime() >= $end;
        nap(0.2);
    }
    come_to_rest() if in_maintenance();
    return answer(1, 'no job runs');
}

sub set_maintenance {
    my $is_on = $words[0] eq 'on';
    my ($state, $version) = package_state();
    if (!$is_on && is('github-enterprise-server') && $state !~ / installed$/) {
        refuse("the upgrade to $version has not ended, maintenance mode stays set", 'GHES-010');
    }
    if   ($is_on) { spill("$files/maintenance", "on\n") or return answer(0, "maintenance mode cannot be set: $!") }
    else          { unlink "$files/maintenance" }
    system 'sync', '-f', $files;
    my %now = counts();
    come_to_rest() if $is_on && !$now{jobs};
    return answer(1, 'maintenance mode is ' . ($is_on ? 'set' : 'lifted'));
}

# Leaves nothing to replay: a checkpoint of the database, then a freeze and a thaw of each file system, which empties its
# journal (FIFREEZE and FITHAW of linux/fs.h).
sub come_to_rest {
    ask('rest');
    for my $place ('/data', '/external', '/') {
        next if $place ne '/' && !grep {/ $place ext4 /} lines('/proc/mounts');
        sysopen my $folder, $place, 0 or next;
        ioctl $folder, 0xC0045877, 0 and ioctl $folder, 0xC0045878, 0;
    }
}

sub in_maintenance { return -e "$files/maintenance" }

sub flush {
    system 'sync';
    return answer(1, 'flushed');
}

sub fill_disk {
    my ($disk, $leaving) = @words;
    my $folder = $disk eq 'root' ? '/var/log' : $files;
    system '/usr/lib/belay/fill', $folder, $leaving;
    return answer($? == 0, $? == 0 ? "the $disk disk is filled" : "the $disk disk could not be filled");
}

sub correct_address {
    spill("$run/address", "$words[0]\n") if $words[0];
    spill($conf{address_file}, 'PRIVATE_ADDRESS=' . first_line("$run/address") . "\n");
    system 'sync', '-f', '/etc';
    stop('stopped');
    my ($runs, @said) = start();
    return answer($runs, $runs ? 'addresses corrected' : @said);
}

# Applies the settings of the installed version and what is left of its migrations, as its package does. GHES-017
sub apply_configuration {
    local $ENV{PATH} = '/usr/lib/belay/shim:/usr/sbin:/usr/bin:/sbin:/bin';
    my ($state) = package_state();
    return answer(0, 'the package is half-installed') if $state =~ /half-installed/;
    stop('stopped');
    my @command = $state =~ / installed$/ ? ('/var/lib/dpkg/info/labapp.postinst', 'configure') : qw(dpkg --configure -a);
    my @lines = output_of('/dev/null', @command);
    return answer($? == 0, @lines);
}

# Hands the package that follows the command to dpkg, in a process of its own; ends when that ends, or with 75 when the
# operation is reached at which the machine is to lose its power: everything then stands still, for the power to be cut.
sub upgrade {
    my ($version, @plan) = @words;
    unlink "$run/reached", "$run/upgrade.exit";
    spill("$run/plan", "@plan[0 .. 2]\n") if @plan > 2;
    rename $input, "$run/labapp_$version.deb";
    if (!fork) {
        let_caller_go();
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', "$run/upgrade.log";
        open STDERR, '>&', \*STDOUT;
        my $code = system '/usr/lib/belay/upgrade', $version;
        spill("$run/upgrade.new", ($code ? 1 : 0) . "\n");
        rename "$run/upgrade.new", "$run/upgrade.exit";
        exit 0;
    }
    nap(0.02) until -e "$run/upgrade.exit" || -e "$run/reached";
    my @lines = grep {/\S/} lines("$run/upgrade.log");
    if (-e "$run/reached") {
        say_all(json({ succeeded => \0, output => [@lines, 'the power fails at ' . first_line("$run/reached")] }));
        leave(75);
    }
    unlink "$run/plan", "$run/labapp_$version.deb";
    return answer(first_line("$run/upgrade.exit") eq '0', @lines);
}

# MARK: Answers

# Prints whether the command did what it was asked to, what it said, and how the appliance is now.
sub answer {
    my ($succeeded, @lines) = @_;
    my %now    = counts();
    my $facts  = %now ? {} : { rows() };
    my %status = (
        isHealthy     => %now ? \1 : \0,
        version       => first_line("$program/VERSION") || 'unreadable',
        schema        => $now{schema} // $facts->{schema},
        inMaintenance => in_maintenance() ? \1 : \0,
        jobs          => ($now{jobs}    // 0) + 0,
        stuckJobs     => ($now{stuck}   // $facts->{'stuck-jobs'} // 0) + 0,
        records       => ($now{records} // number($facts->{records})) + 0,
    );
    $status{trouble} = trouble() if !%now;
    say_all(json({ succeeded => $succeeded ? \1 : \0, output => \@lines, status => \%status }));
    leave($succeeded ? 0 : 1);
}

sub number { return ref $_[0] ? 0 : $_[0] }

# What the running service counts; nothing when it is down.
sub counts {
    my ($word, @lines) = ask('status');
    return $word ? map { split / /, $_, 2 } @lines : ();
}

sub trouble { return first_line('/run/labapp/trouble') || 'not started' }

# Asks the service; gives its lines, none when it is down.
sub ask {
    socket my $door, 1, 1, 0 or return ();
    connect $door, address('/run/labapp/socket') or return ();
    syswrite $door, "@_\n";
    chomp(my @lines = <$door>);
    return @lines;
}

sub address { return pack 'S a108', 1, $_[0] }    # AF_UNIX; by hand, to load no module
