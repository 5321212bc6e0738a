# facts: the keeper's eye. What is on the disks, in the guest or in copies of its disks, and in the guest how disks and
# database came up and what is in memory.
use strict;

our ($root, $data, $outside, $is_copy, $run, $scratch, $program, $files, %conf, $store);

# In the guest by a static program: the usual one would bring along a library that is read from the disk each time.
my @sha256sum = $is_copy ? 'sha256sum' : ('/usr/lib/belay/busybox', 'sha256sum');

sub facts {
    spill('/proc/sys/vm/drop_caches', "3\n") if !$is_copy;    # Else a cache could hide a wrong disk.
    my $found   = contents();
    return $found if $is_copy;
    my %now = counts();
    $found->{'file-system.root'} = came_up('root');
    $found->{'file-system.data'} = came_up('data') if -e "$run/journal.data";
    $found->{database}           = first_line("$run/database") || 'clean' if $found->{database} ne 'corrupt';
    $found->{service}            = %now ? 'healthy' : 'down: ' . trouble();
    $found->{jobs}               = ($now{jobs}  // 0) + 0;
    $found->{'stuck-jobs'}       = ($now{stuck} // $found->{'stuck-jobs'} // 0) + 0;
    $found->{'open-records'}     = ($now{open}  // 0) + 0;
    $found->{'boot-id'}          = first_line('/proc/sys/kernel/random/boot_id');
    return $found;
}

# How the file system of a disk came up at the last mount: what was noted before it, and the kernel's count of errors.
sub came_up {
    my ($disk) = @_;
    my ($device) = grep { ($_->[1] eq '/' ? 'root' : $_->[1]) =~ /^\/?$disk$/ } map { [split] } lines('/proc/mounts');
    return 'corrupt' if !$device;
    (my $name = $device->[0]) =~ s{.*/}{};
    return 'corrupt' if first_line("/sys/fs/ext4/$name/errors_count");
    return first_line("$run/journal.$disk");
}

# What is on the disks: of the program, its configuration, the database and the files beside it.
sub contents {
    mkdir $scratch;
    my %rows  = rows();
    my @lines = listing($program, "$root/etc/labapp", "$root/etc/default");
    my %of    = (
        program       => [(grep {m{ usr/lib/labapp/}} @lines), package_state()],
        configuration => [grep { !m{ usr/lib/labapp/} } @lines],
        data          => delete $rows{rows},
    );
    my %digests = digests(map { ref $of{$_} eq 'ARRAY' ? ($_ => $of{$_}) : () } sort keys %of);
    return {
        version       => first_line("$program/VERSION") || { unreadable => 'there is no program' },
        'loose-files' => scalar(grep { whole($_) } glob "$files/loose/*"),
        'configured-address' => { settings($root . ($conf{address_file} // '')) }->{PRIVATE_ADDRESS} // 'nothing',
        database => log_has_frames("$store/app.db-wal") ? 'replayed' : 'clean',
        maintenance => in_maintenance() ? \1 : \0,
        %digests,
        %rows,
    };
}

sub whole {
    my ($path) = @_;
    my ($name) = $path =~ m{([^/]+)$};
    return -s $path == 20_000 && contents_of($path) eq loose_content($name);
}

# What is in the database. The service has it for itself while it runs, and is asked; else a copy is read: opening a
# database replays and empties its log, and looking must not change what is looked at.
sub rows {
    my ($word, @lines) = $is_copy ? () : ask('rows');
    if ($word) {
        return broken($lines[0]) if $word ne 'ok';
        return (schema => { counts() }->{schema}, records => scalar @lines, rows => \@lines);
    }
    mkdir $scratch;
    -e "$store/$_" and spill("$scratch/$_", contents_of("$store/$_")) for 'app.db', 'app.db-wal';
    return query("$scratch/app.db");
}

sub broken {
    my $why = { unreadable => $_[0] };
    return (schema => 'unreadable', records => $why, data => $why, database => 'corrupt');
}

sub query {
    my ($path) = @_;
    return broken('there is no database') if !-s $path;
    my $ask = "PRAGMA quick_check;\n"
        . "SELECT 'schema', version, count(*) FROM schema_migrations GROUP BY version;\n"
        . "SELECT 'stuck', count(*) FROM jobs;\nSELECT 'sequence', number FROM sequence;\n"
        . "SELECT 'row', * FROM records ORDER BY id;\n";
    my ($ahead, %commits) = (0);
    for ($conf{ledger} ? lines($root . $conf{ledger}) : ()) { $commits{ $ahead = $1 } = $2 if /^(\d+)\t(.*)/ }
    spill("$scratch/query", $ask);
    my @lines = output_of("$scratch/query", 'sqlite3', '-batch', $path);
    my ($number) = map { /^sequence\|(\d+)/ ? $1 : () } @lines;
    my $is_replayed = $conf{ledger} && defined $number && $number < $ahead;
    if ($is_replayed) {    # What a start of the service would do first.
        my @missing = map {"BEGIN; $commits{$_} COMMIT;\n"} grep { $commits{$_} } $number + 1 .. $ahead;
        spill("$scratch/query", join '', @missing, $ask);
        @lines = output_of("$scratch/query", 'sqlite3', '-batch', $path);
    }
    my ($trouble) = map { /^(?:\w+ )?[Ee]rror\b[^:]*: *(.*)/ ? $1 : () } @lines;
    my $check = shift @lines // 'no answer';
    return broken($trouble // $check) if $trouble || $check ne 'ok';
    my %steps = map { /^schema\|(.*)\|(\d+)$/ ? ($1, $2) : () } @lines;
    my ($newest) = sort { by_version($b, $a) } keys %steps;
    my @rows = map { /^row\|(.*)/ ? $1 : () } @lines;
    return (
        schema => !defined $newest ? 'unreadable' : $steps{$newest} == 3 ? $newest : 'mixed',
        'stuck-jobs' => (map { /^stuck\|(\d+)/ ? $1 + 0 : () } @lines)[0],
        records => scalar @rows,
        rows    => \@rows,
        $is_replayed ? (database => 'replayed') : $conf{ledger} && $number > $ahead ? (database => 'corrupt') : (),
    );
}

# A frame counts when it bears the salts of the log's header: https://www.sqlite.org/fileformat2.html#walformat
sub log_has_frames {
    my $head = substr contents_of($_[0]), 0, 56;
    return length $head == 56 && substr($head, 16, 8) eq substr($head, 40, 8);
}

# dpkg's books: the state of the package and its version, which an interrupted upgrade leaves half-way. dpkg notes what
# it is at in its status file, and newer notes in files of their own.
sub package_state {
    my @state = ('', '');
    for my $path ("$root/var/lib/dpkg/status", sort glob "$root/var/lib/dpkg/updates/[0-9]*") {
        # Searched for and not split: splitting the whole file takes an emulated processor as long as all the rest.
        my $books = "\n" . contents_of($path);
        my $from = index $books, "\nPackage: labapp\n";
        next if $from < 0;
        my $end = index $books, "\n\n", $from;
        my $entry = substr $books, $from, $end < 0 ? length $books : $end - $from;
        @state = ($entry =~ /^Status: (.*)/m, $entry =~ /^Version: (.*)/m);
    }
    return @state;
}

# The digests and names of the files in folders, in the order of their names.
sub listing {
    my @paths = sort map { files_in($_) } @_;
    return map { s{  \Q$root\E/}{ }r } @paths ? output_of('/dev/null', @sha256sum, @paths) : ();
}

sub files_in {
    opendir my $folder, $_[0] or return ();
    my @names = map {"$_[0]/$_"} grep { !/^\.\.?$/ } readdir $folder;
    return map { -d $_ ? files_in($_) : $_ } grep { !-l $_ } @names;
}

# The digest of each list of lines, from one run of the program that makes them.
sub digests {
    my %lists = @_;
    my @names = sort keys %lists;
    spill("$scratch/list.$_", join '', map {"$_\n"} @{ $lists{$_} }) for @names;
    my @lines = output_of('/dev/null', @sha256sum, map {"$scratch/list.$_"} @names);
    return map { $names[$_] => substr $lines[$_], 0, 16 } 0 .. $#names;
}

# What a program writes, to standard output or standard error, when it reads the file `input`.
sub output_of {
    my ($input, @command) = @_;
    my $child = open(my $from, '-|') // die "fork: $!";
    if (!$child) {
        open STDIN,  '<',  $input;
        open STDERR, '>&', \*STDOUT;
        exec @command or die "$command[0]: $!";
    }
    chomp(my @lines = <$from>);
    close $from;
    return @lines;
}

1;
