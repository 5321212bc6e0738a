import LabCore

extension Block {
    /// What a block can hold: the user's bytes, a number that stands for them, or a structure of the guest.
    package enum Content: Hashable, Sendable {
        case bytes([UInt8])
        case token(UInt64)
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
        }
        return hasher.finalize()
    }
}
