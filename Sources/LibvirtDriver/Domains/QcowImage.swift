internal import Foundation
internal import Glibc
internal import Hypervisor

/// The books of a qcow2 image, read from its file: what it lies over, which snapshots it holds, and where clusters are.
///
/// Reading them takes a thousandth of the time of a `qemu-img` process, and changes nothing: also while a machine uses
/// the image. Rule: https://www.qemu.org/docs/master/interop/qcow2.html
struct QcowImage {
    /// The path of the file.
    let path: String
    /// The size of a cluster, as a power of two.
    let clusterBits: Int
    /// The size of the disk in bytes.
    let size: Int
    /// The path of the file that the image lies over, and its format where the image says so.
    let backing: (path: String, format: String?)?
    /// The internal snapshots, oldest first.
    let snapshots: [Tag]
    /// The first table of the present contents.
    let active: Table
    /// Whether clusters can be told by their places in the file: no encryption, no data elsewhere, no parts of clusters.
    let isPlain: Bool
    let file: ImageFile

    /// An internal snapshot.
    struct Tag {
        var name: String
        /// The size of the disk when it was taken; nothing where the image does not say.
        var size: Int?
        var table: Table
    }

    /// Where a first table is, and how many entries it has.
    struct Table {
        var place: Int
        var count: Int
    }

    /// Reads the books of a file; nothing when it is no qcow2 image.
    init?(reading path: String) throws(Refusal) {
        let file = try ImageFile(path)
        let head = try file.read(104, at: 0, orLess: true)
        guard head.count >= 72, head.number(at: 0, bytes: 4) == 0x5146_49fb else { return nil }
        let version = head.number(at: 4, bytes: 4)
        let features = version >= 3 && head.count >= 104 ? head.number(at: 72, bytes: 8) : 0
        self.path = path
        self.file = file
        clusterBits = head.number(at: 20, bytes: 4)
        size = head.number(at: 24, bytes: 8)
        active = Table(place: head.number(at: 40, bytes: 8), count: head.number(at: 36, bytes: 4))
        // The first bit says that the counts of references may be behind, which no reader minds.
        isPlain = head.number(at: 32, bytes: 4) == 0 && features & ~1 == 0
        let (place, length) = (head.number(at: 8, bytes: 8), head.number(at: 16, bytes: 4))
        if place == 0 {
            backing = nil
        } else {
            let name = String(decoding: try file.read(length, at: place), as: UTF8.self)
            let folder = (path as NSString).deletingLastPathComponent
            let headLength = version >= 3 && head.count >= 104 ? head.number(at: 100, bytes: 4) : 72
            backing = (
                name.hasPrefix("/") ? name : "\(folder)/\(name)",
                try Self.backingFormat(in: file, from: headLength, to: place)
            )
        }
        snapshots = try Self.snapshots(
            in: file, count: head.number(at: 60, bytes: 4), from: head.number(at: 64, bytes: 8))
    }

    private static func backingFormat(
        in file: ImageFile, from start: Int, to end: Int
    ) throws(Refusal) -> String? {
        var place = start
        while place + 8 <= end {
            let head = try file.read(8, at: place)
            let (kind, length) = (head.number(at: 0, bytes: 4), head.number(at: 4, bytes: 4))
            if kind == 0 { return nil }
            if kind == 0xe279_2aca { return String(decoding: try file.read(length, at: place + 8), as: UTF8.self) }
            place += 8 + (length + 7) / 8 * 8
        }
        return nil
    }

    private static func snapshots(
        in file: ImageFile, count: Int, from start: Int
    ) throws(Refusal) -> [Tag] {
        var place = start
        var tags: [Tag] = []
        for _ in 0..<count {
            let head = try file.read(40, at: place)
            let (identifier, name) = (head.number(at: 12, bytes: 2), head.number(at: 14, bytes: 2))
            let more = head.number(at: 36, bytes: 4)
            let rest = try file.read(more + identifier + name, at: place + 40)
            tags.append(
                Tag(
                    name: String(decoding: rest.suffix(name), as: UTF8.self),
                    size: more >= 16 ? rest.number(at: 8, bytes: 8) : nil,
                    table: Table(place: head.number(at: 0, bytes: 8), count: head.number(at: 8, bytes: 4))))
            place += (40 + more + identifier + name + 7) / 8 * 8
        }
        return tags
    }
}

/// A file that is read at places, and closed at the end.
final class ImageFile {
    private let path: String
    private let handle: FileHandle

    init(_ path: String) throws(Refusal) {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw Refusal(.lab, code: "BadImage", message: "\(path) cannot be read: error \(errno)")
        }
        self.path = path
        self.handle = handle
    }

    /// Reads `count` bytes at a place; fewer only where `orLess` says that the file may end before.
    func read(_ count: Int, at place: Int, orLess: Bool = false) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            try handle.seek(toOffset: UInt64(clamping: place))
            bytes = [UInt8](try handle.read(upToCount: count) ?? Data())
        } catch {
            throw Refusal(.lab, code: "BadImage", message: "\(path): \(error.localizedDescription)")
        }
        guard orLess || bytes.count == count else {
            throw Refusal(.lab, code: "BadImage", message: "\(path) ends before byte \(place + count)")
        }
        return bytes
    }
}

extension [UInt8] {
    /// The number that stands at a place, its most significant byte first.
    fileprivate func number(at place: Int, bytes: Int) -> Int {
        Int(truncatingIfNeeded: self[place..<place + bytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// The entries of a table of clusters.
    var entries: [UInt64] {
        stride(from: 0, to: count, by: 8).map { UInt64(truncatingIfNeeded: UInt(bitPattern: number(at: $0, bytes: 8))) }
    }
}
