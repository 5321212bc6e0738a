import LabCore

extension Block {
    /// What a block can hold: the user's bytes, a number that stands for them, or a structure of the guest.
    ///
    /// Structures are boxed, so that a block stays small in the map.
    package enum Content: Hashable, Sendable {
        case bytes([UInt8])
        case token(UInt64)
        // The file system's.
        indirect case superblock(Superblock)
        indirect case journalHeader(JournalHeader)
        indirect case journalDescriptor(JournalDescriptor)
        indirect case journalCommit(JournalCommit)
        indirect case allocation(AllocationGroup)
        indirect case inode(Inode)
        indirect case directory(DirectoryBlock)
        // The database's.
        indirect case log(LogPage)
        indirect case table(TablePage)
        indirect case control(ControlPage)
    }
}

extension Block.Content {
    /// A hash of the contents that is the same in every run.
    package var digest: UInt64 {
        var hasher = StableHasher()
        switch self {
        case .bytes(let bytes):
            hasher.combine(byte: 0)
            for byte in bytes { hasher.combine(byte: byte) }
        case .token(let token):
            hasher.combine(byte: 1)
            hasher.combine(token)
        case .superblock(let structure): structure.combine(into: &hasher)
        case .journalHeader(let structure): structure.combine(into: &hasher)
        case .journalDescriptor(let structure): structure.combine(into: &hasher)
        case .journalCommit(let structure): structure.combine(into: &hasher)
        case .allocation(let structure): structure.combine(into: &hasher)
        case .inode(let structure): structure.combine(into: &hasher)
        case .directory(let structure): structure.combine(into: &hasher)
        case .log(let structure): structure.combine(into: &hasher)
        case .table(let structure): structure.combine(into: &hasher)
        case .control(let structure): structure.combine(into: &hasher)
        }
        return hasher.finalize()
    }
}
