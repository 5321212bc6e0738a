import LabCore

/// The first block of a file system: how it is laid out, and whether its journal may hold something.
package struct Superblock: Hashable, Sendable {
    package var blockCount: Int
    package var journal: Range<Int>
    package var groups: Range<Int>
    package var inodes: Range<Int>
    /// Set while the file system is mounted and not frozen: its journal may hold transactions.
    package var needsRecovery = false
    package var mounts = 0

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 2)
        for number in [
            blockCount, journal.lowerBound, journal.upperBound, groups.lowerBound, groups.upperBound,
            inodes.lowerBound, inodes.upperBound, needsRecovery ? 1 : 0, mounts,
        ] { hasher.combine(number) }
    }
}

/// Where in the journal replay starts, and with which transaction.
package struct JournalHeader: Hashable, Sendable {
    package var sequence: Int
    /// The offset in the journal; counts on without end and is wrapped when used.
    package var tail: Int

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 3)
        hasher.combine(sequence)
        hasher.combine(tail)
    }
}

/// The start of a transaction in the journal: where each of the copies that follow belongs.
package struct JournalDescriptor: Hashable, Sendable {
    package var sequence: Int
    package var targets: [Int]

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 4)
        hasher.combine(sequence)
        for target in targets { hasher.combine(target) }
        hasher.combine(targets.count)
    }
}

/// The end of a transaction in the journal; without it the transaction never was.
package struct JournalCommit: Hashable, Sendable {
    package var sequence: Int
    /// A checksum over the copies.
    package var checksum: UInt64

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 5)
        hasher.combine(sequence)
        hasher.combine(checksum)
    }
}

/// A file or directory.
package struct Inode: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable { case file, directory }

    package var number: Int
    package var kind: Kind
    /// The length in bytes that has reached the disk.
    package var length = 0
    package var extents: [Extent] = []

    /// A run of blocks.
    package struct Extent: Hashable, Sendable {
        package var page: Int
        package var start: Int
        package var count: Int
        /// Whether the blocks were written since they were allocated; until then they read as zeros.
        package var isWritten: Bool
    }

    /// The block that holds `page`, and whether it was ever written.
    package func block(of page: Int) -> (number: Int, isWritten: Bool)? {
        for extent in extents where page >= extent.page && page < extent.page + extent.count {
            return (extent.start + page - extent.page, extent.isWritten)
        }
        return nil
    }

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 6)
        for number in [number, Int(kind.rawValue), length] { hasher.combine(number) }
        for extent in extents {
            for number in [extent.page, extent.start, extent.count, extent.isWritten ? 1 : 0] { hasher.combine(number) }
        }
    }
}

/// Some entries of a directory, in the order of their names.
package struct DirectoryBlock: Hashable, Sendable {
    static let capacity = 64

    package struct Entry: Hashable, Sendable {
        package var name: String
        package var inode: Int
    }

    /// The names, ascending.
    package var entries: [Entry] = []

    /// The place of a name among the others: its own, or the one where it belongs.
    ///
    /// - Complexity: logarithmic in the number of names.
    func place(of name: String) -> Int {
        var (low, high) = (entries.startIndex, entries.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What a name stands for; nothing when it is not here.
    func entry(_ name: String) -> Entry? {
        let place = place(of: name)
        return place < entries.endIndex && entries[place].name == name ? entries[place] : nil
    }

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 7)
        for entry in entries {
            hasher.combine(entry.name)
            hasher.combine(entry.inode)
        }
    }
}
