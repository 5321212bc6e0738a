#!/usr/bin/perl -w
package Labappd;

# labappd: the service of labapp. Keeps records and background jobs in a database, and answers one request per connection
# on /run/labapp/socket: a line of words, to which it says lines, the first `ok` or `no`.
# It refuses to come up on what it does not know: then it leaves a sentence in /run/labapp/trouble and exits 1.
# It alone has the database open while it runs (locking_mode=EXCLUSIVE), so that nothing is written when it is at rest.
use strict;

my $program = '/usr/lib/labapp';
my $run     = '/run/labapp';
my %conf    = settings('/etc/labapp/labapp.conf');
my $version = first_line("$program/VERSION");
my $wanted  = join '.', (split /\./, $version)[0, 1];    # A patch release shares the schema of its feature release.
my $store   = $conf{database};
my $pause   = 0.5;                                       # seconds from one commit of the jobs to the next
my $owner   = first_line('/proc/sys/kernel/random/boot_id') . ".$$";
my ($to, $from, @open, $held, $ledger);

unlink "$run/trouble", "$run/socket";
note_recovery();
open_database();
open_ledger() if $conf{ledger};
check_program();
check_schema();
check_address();
serve();

# MARK: Coming up

sub refuse {
    my ($sentence) = @_;
    spill("$run/trouble", "$sentence\n");
    exit 1;
}

# dpkg notes what it is at in its status file, and newer notes in files of their own.
sub check_program {
    refuse('the program is missing') if !$version;
    my ($state, $at) = ('', '');
    for my $path ('/var/lib/dpkg/status', sort glob '/var/lib/dpkg/updates/[0-9]*') {
        # Searched for and not split, which would take an emulated processor a tenth of a second.
        my $books = "\n" . contents_of($path);
        my $from = index $books, "\nPackage: labapp\n";
        next if $from < 0;
        my $end = index $books, "\n\n", $from;
        my $entry = substr $books, $from, $end < 0 ? length $books : $end - $from;
        ($state, $at) = ($entry =~ /^Status: (.*)/m, $entry =~ /^Version: (.*)/m);
    }
    refuse("package " . ($at // $version) . " is half-installed") if $state =~ /half-installed/;
    my $for = $conf{configured_for} // 'nothing';
    refuse("the settings are of version $for, want $version") if $for ne $version;
}

sub check_address {
    return if $conf{appliance} ne 'circleci-services';
    my $named   = { settings($conf{address_file}) }->{PRIVATE_ADDRESS} // 'nothing';
    my $present = first_line('/run/belay/address');
    return if $named eq $present;    # CCI-010
    refuse("the addresses in $conf{address_file} are those of another machine: $named, have $present");
}

# Says in /run/belay/database how the database comes up, once per boot: what SQLite will find in the write-ahead log.
sub note_recovery {
    return if -e '/run/belay/database';
    spill('/run/belay/database', log_has_frames("$store/app.db-wal") ? "replayed\n" : "clean\n");
}

# A frame counts when it bears the salts of the log's header: https://www.sqlite.org/fileformat2.html#walformat
sub log_has_frames {
    open my $log, '<:raw', $_[0] or return 0;
    my $head = '';
    return read($log, $head, 56) == 56 && substr($head, 16, 8) eq substr($head, 40, 8);
}

sub corrupt {
    my ($sentence) = @_;
    spill('/run/belay/database', "corrupt\n");
    refuse($sentence);
}

sub open_database {
    corrupt("the database does not start: there is none at $store") if !-s "$store/app.db";
    pipe my $in,  $to  or die "pipe: $!";
    pipe $from, my $out or die "pipe: $!";
    if (!(fork // die "fork: $!")) {
        close $to;
        close $from;
        open STDIN,  '<&', $in;
        open STDOUT, '>&', $out;
        open STDERR, '>&', $out;
        exec 'sqlite3', '-batch', "$store/app.db" or die "sqlite3: $!";
    }
    unbuffered($to);
    my ($trouble, @rows) = sql(
        'PRAGMA locking_mode=EXCLUSIVE;', 'PRAGMA journal_mode=WAL;', 'PRAGMA synchronous=FULL;', 'PRAGMA quick_check;',
        "SELECT name FROM sqlite_master WHERE name = 'records';"
    );
    return if !$trouble && "@rows" eq 'exclusive wal ok records';
    corrupt('the database does not start: ' . ($trouble // $rows[2] // 'no answer'));
}

# The ledger is the log of commits on another disk than the data: a line each, on the disk before the commit is.
# A commit that the data lacks is made up from it; data with a commit that the ledger lacks is of another time.
sub open_ledger {
    my ($known) = query('SELECT number FROM sequence;');
    my ($last, %commits) = (0);
    if (open my $old, '<', $conf{ledger}) {
        /^(\d+)\t(.*)\n/ and $commits{ $last = $1 } = $2 while <$old>;
    }
    corrupt("the database does not start: commit $known is in the data and the log ends with $last") if $known > $last;
    for my $number ($known + 1 .. $last) {
        my $change = $commits{$number} // corrupt("the database does not start: the log lacks commit $number");
        spill('/run/belay/database', "replayed\n");
        sql('BEGIN;', $change, "UPDATE sequence SET number = $number;", 'COMMIT;');
    }
    open $ledger, '>>', $conf{ledger} or refuse("the log cannot be written: $!");
    unbuffered($ledger);
}

# Commits each change in a transaction of its own; gives what went wrong, or nothing.
sub commit {
    my @changes = @_;
    if (!$ledger) {
        while (my @some = splice @changes, 0, 500) {
            my ($trouble) = sql(@some);
            return $trouble if $trouble;
        }
        return;
    }
    my ($number) = query('SELECT number FROM sequence;');
    for my $change (@changes) {
        $number++;
        print $ledger "$number\t$change\n" and $ledger->sync or return "the log cannot be written: $!";
        my ($trouble) = sql('BEGIN;', $change, "UPDATE sequence SET number = $number;", 'COMMIT;');
        return $trouble if $trouble;
    }
    return;
}

sub check_schema {
    my $found = schema();
    refuse("schema $found, want $wanted") if $found ne $wanted;    # GHES-021
}

# MARK: Serving

sub serve {
    socket my $door, 1, 1, 0 or refuse("no socket: $!");    # AF_UNIX, SOCK_STREAM; by hand, to load no module
    unlink "$run/socket.new";
    bind $door, pack('S a108', 1, "$run/socket.new") or refuse("no socket: $!");
    listen $door, 16;
    rename "$run/socket.new", "$run/socket";
    my $due = uptime() + $pause;
    while (1) {
        my $left = $due - uptime();
        vec(my $ready = '', fileno $door, 1) = 1;
        if (select($ready, undef, undef, $left > 0 ? $left : 0) > 0 && accept my $caller, $door) {
            my $line = <$caller> // '';
            print $caller map { "$_\n" } answer(split ' ', $line);
            close $caller;
            exit 0 if $line =~ /^stop/;
        }
        if (uptime() >= $due) {
            work_on_jobs() if !$held;
            $due = uptime() + $pause;
        }
    }
}

sub answer {
    my ($verb, @words) = @_;
    return write_records($words[0])       if $verb eq 'write';
    return open_transaction($words[0])    if $verb eq 'open';
    return start_jobs(@words)             if $verb eq 'jobs';
    return delete_stuck()                 if $verb eq 'delete-stuck';
    return count_up()                     if $verb eq 'status';
    return rows()                         if $verb eq 'rows';
    return rest($verb eq 'freeze')     if $verb eq 'freeze' || $verb eq 'rest';
    return thaw()                         if $verb eq 'thaw';
    return stop()                         if $verb eq 'stop';
    return ('no', "unknown request $verb");
}

sub write_records {
    my ($count) = @_;
    return ('ok', 'no record to commit') if !$count;
    my ($last) = query('SELECT coalesce(max(id), 0) FROM records;');
    my @rows = map { "($_, 'record $_', " . $_ * 7 % 1000 . ')' } $last + 1 .. $last + $count;
    my $trouble = commit('INSERT INTO records(id, body, cents) VALUES' . join(',', @rows) . ';');
    return $trouble ? ('no', $trouble) : ('ok', "$count records committed");
}

# The unit of work of a user who has not pressed "save": it lives in this process and nowhere else.
sub open_transaction {
    my ($count) = @_;
    push @open, map {"draft $_"} 1 .. $count;
    return ('ok', "a transaction with $count records is open");
}

# A job is a row that says it runs, and who runs it; its work is a commit at each turn, the last one removes the row.
sub start_jobs {
    my ($count, $seconds) = @_;
    my $turns = int $seconds / $pause;
    my $trouble = commit(map {"INSERT INTO jobs(owner, done, total) VALUES('$owner', 0, $turns);"} 1 .. $count);
    return $trouble ? ('no', $trouble) : ('ok', "$count jobs run");
}

sub work_on_jobs {
    return if !(query("SELECT count(*) FROM jobs WHERE owner = '$owner';"))[0];
    commit("UPDATE jobs SET done = done + 1 WHERE owner = '$owner'; DELETE FROM jobs WHERE done >= total;");
}

# Rows of jobs whose owner is gone show as running for ever. CCI-013
sub delete_stuck {
    my ($count) = query("SELECT count(*) FROM jobs WHERE owner <> '$owner';");
    my $trouble = commit("DELETE FROM jobs WHERE owner <> '$owner';");
    return $trouble ? ('no', $trouble) : ('ok', "$count jobs deleted");    # CCI-014
}

sub count_up {
    my @counts = query(
        "SELECT count(*) FROM jobs WHERE owner = '$owner';",
        "SELECT count(*) FROM jobs WHERE owner <> '$owner';",
        'SELECT count(*) FROM records;'
    );
    return ('ok', "jobs $counts[0]", "stuck $counts[1]", "records $counts[2]", 'open ' . @open, 'schema ' . schema());
}

# All records, read from the disk again: memory could hide what has become of it.
sub rows {
    my ($trouble, @rows) = sql('PRAGMA shrink_memory;', 'PRAGMA quick_check;', 'SELECT * FROM records ORDER BY id;');
    my $check = shift @rows // 'no answer';
    return $trouble || $check ne 'ok' ? ('no', $trouble // $check) : ('ok', @rows);
}

# Everything that was committed goes from the log to the database, and the log is emptied.
sub rest {
    my ($holding) = @_;
    $held = 1 if $holding;
    my ($trouble) = sql('PRAGMA wal_checkpoint(TRUNCATE);');
    return $trouble ? ('no', $trouble) : ('ok', 'the database is at rest');
}

sub thaw {
    $held = 0;
    return ('ok', 'going on');
}

sub stop {
    close $to;    # The last connection to leave checkpoints and removes the log.
    my @said = <$from>;
    unlink "$run/socket";
    return ('ok', 'stopped');
}

# MARK: Means

# Runs statements; gives what went wrong, or nothing, and the rows.
sub sql {
    print $to join("\n", @_, ".print \x01"), "\n";
    my ($trouble, @rows);
    while (defined(my $line = <$from>)) {
        chomp $line;
        return ($trouble, @rows) if $line eq "\x01";
        if   ($line =~ /^(?:\w+ )?[Ee]rror\b[^:]*: *(.*)/) { $trouble //= $1 }
        else                                              { push @rows, $line }
    }
    return ('the database engine is gone', @rows);
}

sub query {
    my ($trouble, @rows) = sql(@_);
    return $trouble ? map {0} @_ : @rows;
}

# The newest version of which migrations were made; `mixed` when not all three were.
sub schema {
    my @rows = query("SELECT version || ' ' || count(*) FROM schema_migrations GROUP BY version;");
    my ($newest) = sort { by_version((split ' ', $b)[0], (split ' ', $a)[0]) } @rows;
    my ($name, $steps) = split ' ', $newest // 'nothing 3';
    return $steps == 3 ? $name : 'mixed';
}

sub by_version {
    my @one = split /\./, $_[0];
    my @two = split /\./, $_[1];
    return $one[0] <=> $two[0] || ($one[1] // 0) <=> ($two[1] // 0);
}

sub unbuffered {
    my $before = select $_[0];
    $| = 1;
    select $before;
}

sub uptime { return (split ' ', first_line('/proc/uptime'))[0] }

sub settings {
    open my $file, '<', $_[0] or return ();
    return map { /^(\w+)=(.*)$/ ? ($1, $2) : () } <$file>;
}

sub first_line {
    open my $file, '<', $_[0] or return '';
    chomp(my $line = <$file> // '');
    return $line;
}

sub contents_of {
    open my $file, '<:raw', $_[0] or return '';
    local $/;
    return scalar(<$file>) // '';
}

sub spill {
    my ($path, $text) = @_;
    open my $file, '>', $path or return;
    print $file $text;
    close $file;
}
