import LabCore

/// The contents of one block of a disk; two blocks are equal when what they hold is.
public struct Block: Hashable, Sendable {
    /// A hash of the contents that is the same in every run; first, so that comparing starts with it.
    package let digest: UInt64
    /// What the block holds.
    package let content: Content

    package init(_ content: Content) {
        self.content = content
        digest = content.digest
    }

    /// Makes a block of real bytes.
    ///
    /// - Parameter bytes: at most ``Disk/blockSize``; what is missing at the end counts as zeros.
    public init(bytes: [UInt8]) {
        precondition(bytes.count <= Disk.blockSize.bytes, "a block holds \(Disk.blockSize), found \(bytes.count) B")
        let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        self.init(.bytes(Array(bytes[..<end])))
    }

    /// Makes a block whose contents are stood for by a number: the same number, the same contents.
    public init(token: UInt64) { self.init(.token(token)) }

    /// A block of zeros.
    public static let zeros = Block(bytes: [])

    /// All bytes of the block, for interfaces that hand out raw blocks; whatever is no real bytes is drawn from its digest.
    public var bytes: [UInt8] { bytes(upTo: Int(Disk.blockSize.bytes)) }

    /// The first bytes of the block: `count` of them, or all.
    func bytes(upTo count: Int) -> [UInt8] {
        let count = min(count, Int(Disk.blockSize.bytes))
        if case .bytes(let bytes) = content {
            return bytes.prefix(count) + Array(repeating: 0, count: max(0, count - bytes.count))
        }
        var dice = Dice(seed: digest)
        var result: [UInt8] = []
        result.reserveCapacity(count)
        while result.count < count {
            let word = dice.next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                result.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return Array(result.prefix(count))
    }

    /// Whether two blocks hold the same.
    public static func == (a: Block, b: Block) -> Bool { a.digest == b.digest && a.content == b.content }

    /// Takes the block into a hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
