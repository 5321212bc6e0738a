import Hypervisor
import LabCore

extension FileSystem {
    /// Commits the running transaction to the journal.
    package mutating func commit(to drives: inout Drives) {
        commitDue = nil
        guard !running.isEmpty else { return drives.barrier() }
        let targets = running.keys.sorted()
        let needed = targets.count + 2
        precondition(needed <= superblock.journal.count, "a transaction is never larger than the journal")
        if journal.head + needed - journal.tail > superblock.journal.count { checkpoint(to: &drives) }

        let descriptor = JournalDescriptor(sequence: journal.sequence, targets: targets)
        log(Block(.journalDescriptor(descriptor)), to: &drives)
        var checksum = StableHasher()
        for target in targets {
            guard let copy = running[target] else { continue }
            log(copy, to: &drives)
            checksum.combine(copy.digest)
        }
        drives.barrier()  // Copies, and the data that was written before, come ahead of the commit record.
        log(
            Block(.journalCommit(JournalCommit(sequence: journal.sequence, checksum: checksum.finalize()))), to: &drives
        )
        drives.barrier()

        journal.sequence += 1
        committed.merge(running) { $1 }
        running = [:]
        freed = []
        if checkpointDue == nil { checkpointDue = clock + Self.writeBackAge }
    }

    private mutating func log(_ block: Block, to drives: inout Drives) {
        drives.write(block, to: Self.place(of: journal.head, in: superblock), of: role)
        journal.head += 1
    }

    static func place(of offset: Int, in superblock: Superblock) -> Int {
        superblock.journal.lowerBound + offset % superblock.journal.count
    }

    /// Brings committed metadata to its place, and lets the journal start behind it.
    mutating func checkpoint(to drives: inout Drives) {
        checkpointDue = nil
        guard !committed.isEmpty else { return }
        for number in committed.keys.sorted() { drives.write(committed[number], to: number, of: role) }
        drives.barrier()
        journal.tail = journal.head
        let header = JournalHeader(sequence: journal.sequence, tail: journal.tail)
        drives.write(Block(.journalHeader(header)), to: 1, of: role)
        drives.barrier()
        committed = [:]
    }

    /// Replays what the journal holds: every transaction in turn whose commit record is there and right.
    ///
    /// - Returns: the number of transactions, and the state of the journal behind them.
    static func replay(
        _ superblock: Superblock, of role: DiskRole, in drives: inout Drives
    ) throws(FileSystemFault) -> (count: Int, journal: JournalState) {
        guard case .journalHeader(let header) = drives.read(1, of: role)?.content else {
            throw .corrupt("the journal has no header")
        }
        var (sequence, offset) = (header.sequence, header.tail)
        func read(_ offset: Int) -> Block? { drives.read(place(of: offset, in: superblock), of: role) }
        while case .journalDescriptor(let descriptor) = read(offset)?.content, descriptor.sequence == sequence {
            var checksum = StableHasher()
            let copies = descriptor.targets.indices.map { read(offset + 1 + $0) }
            for copy in copies { checksum.combine(copy?.digest ?? 0) }
            let end = offset + 1 + copies.count
            guard case .journalCommit(let commit) = read(end)?.content, commit.sequence == sequence,
                commit.checksum == checksum.finalize()
            else { break }
            for (target, copy) in zip(descriptor.targets, copies) { drives.write(copy, to: target, of: role) }
            (sequence, offset) = (sequence + 1, end + 1)
        }
        let count = sequence - header.sequence
        drives.barrier()
        if count > 0 {
            drives.write(Block(.journalHeader(JournalHeader(sequence: sequence, tail: offset))), to: 1, of: role)
            drives.barrier()
        }
        return (count, JournalState(sequence: sequence, head: offset, tail: offset))
    }
}
