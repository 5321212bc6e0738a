internal import Hypervisor

extension QcowImage {
    /// What comparing the present contents with a snapshot's found.
    enum Comparison: Hashable {
        /// Every cluster of both is the same one in the file, or holds the same bytes.
        case identical
        /// The first cluster that differs holds this byte of the disk.
        case different(at: Int)
        /// The books alone do not tell: the contents must be read.
        case unknown
    }

    /// Compares what a machine reads from the image now with what an internal snapshot in it holds.
    ///
    /// Right after a revert both share all of their clusters, so hardly anything has to be read. A machine that has the
    /// image open must stand still.
    ///
    /// - Complexity: the tables of clusters, and the contents of those clusters that are not shared.
    func compare(withTag name: String) throws(Refusal) -> Comparison {
        guard isPlain, let tag = snapshots.last(where: { $0.name == name }), tag.size ?? size == size else {
            return .unknown
        }
        let cluster = 1 << clusterBits
        let clustersOfTable = cluster / 8
        let count = (size + cluster * clustersOfTable - 1) / (cluster * clustersOfTable)
        // Behind the disk's own clusters both tables may have those of the saved memory.
        guard active.count >= count, tag.table.count >= count else { return .unknown }
        let now = try file.read(count * 8, at: active.place).entries
        let then = try file.read(count * 8, at: tag.table.place).entries
        for index in 0..<count where now[index] & Self.placeMask != then[index] & Self.placeMask {
            let (mine, other) = (try clusters(of: now[index]), try clusters(of: then[index]))
            for number in 0..<clustersOfTable where mine[number] != other[number] {
                let start = (index * clustersOfTable + number) * cluster
                guard start < size else { break }
                let length = min(cluster, size - start)
                guard let left = try contents(of: mine[number], length),
                    let right = try contents(of: other[number], length)
                else { return .unknown }
                if left != right { return .different(at: start) }
            }
        }
        return .identical
    }

    /// The places of clusters in an entry of either table; the other bits say how it is kept.
    private static var placeMask: UInt64 { 0x00ff_ffff_ffff_fe00 }
    private static var compressedBit: UInt64 { 1 << 62 }
    private static var zeroBit: UInt64 { 1 }

    /// The entries of a second table without the bit that says that nobody else uses the cluster.
    private func clusters(of entry: UInt64) throws(Refusal) -> [UInt64] {
        let place = Int(entry & Self.placeMask)
        guard place != 0 else { return [UInt64](repeating: 0, count: (1 << clusterBits) / 8) }
        return try file.read(1 << clusterBits, at: place).entries.map { $0 & ~(1 << 63) }
    }

    /// What a cluster holds; nothing when that is not in this file as it is.
    private func contents(of entry: UInt64, _ length: Int) throws(Refusal) -> [UInt8]? {
        if entry & Self.compressedBit != 0 { return nil }
        if entry & Self.zeroBit != 0 { return [UInt8](repeating: 0, count: length) }
        let place = Int(entry & Self.placeMask)
        if place == 0 { return backing == nil ? [UInt8](repeating: 0, count: length) : nil }
        return try file.read(length, at: place)
    }
}
