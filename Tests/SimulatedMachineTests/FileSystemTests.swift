import Hypervisor
import LabCore
import SimulatedMachine
import Testing

/// One file system on one disk, with what a test does to it in short words.
struct Volume {
    var storage = Storage()

    init(size: ByteCount = .mebibytes(64)) throws {
        storage.drives[.root] = Disk(size: size)
        FileSystem.format(.root, in: &storage.drives)
        _ = try mount()
    }

    /// Mounts what is on the disk; caches are lost.
    @discardableResult
    mutating func mount() throws -> Recovery {
        let (fileSystem, recovery) = try FileSystem.mount(.root, in: &storage.drives, at: .start)
        storage.fileSystems = [.root: fileSystem]
        return recovery
    }

    enum Step: Hashable {
        case create(String)
        /// Writes a version of some pages of a file.
        case write(String, pages: Range<Int>, version: Int)
        case fsync(String)
        case remove(String)
        case rename(String, String)
        case sync, freezeAndThaw, unmount
        case wait(seconds: Int)
    }

    static func page(_ owner: Int, _ page: Int, _ version: Int) -> Block {
        Block(token: UInt64(owner) << 32 | UInt64(page) << 16 | UInt64(version))
    }

    mutating func run(_ step: Step, owner: Int = 0) throws(FileSystemFault) {
        switch step {
        case .wait(let seconds):
            let end = (storage.fileSystems[.root]?.clock ?? .start) + .seconds(seconds)
            while let due = storage.nextDue, due <= end {
                storage.setClock(due)
                storage.runTimers()
            }
            storage.setClock(end)
        default:
            try storage.on(.root) { fileSystem, drives throws(FileSystemFault) in
                switch step {
                case .create(let path): try fileSystem.create(path, in: &drives)
                case .write(let path, let pages, let version):
                    try fileSystem.write(
                        pages.map { ($0, Self.page(owner, $0, version)) }, length: pages.upperBound * 4_096, to: path,
                        in: drives)
                case .fsync(let path): try fileSystem.fsync(path, to: &drives)
                case .remove(let path): try fileSystem.remove(path, in: &drives)
                case .rename(let path, let new): try fileSystem.rename(path, to: new, in: &drives)
                case .sync: try fileSystem.sync(to: &drives)
                case .freezeAndThaw:
                    try fileSystem.freeze(on: &drives)
                    fileSystem.thaw(on: &drives)
                case .unmount: try fileSystem.unmount(from: &drives)
                case .wait: break
                }
            }
        }
    }

    func names() throws -> [String] {
        try storage.reading(.root) { fileSystem, drives throws(FileSystemFault) in
            try fileSystem.names(in: "/", of: drives)
        }
    }

    func pages(_ path: String) throws -> [Block]? {
        try storage.reading(.root) { fileSystem, drives throws(FileSystemFault) in
            try fileSystem.pages(of: path, in: drives)
        }
    }
}

@Suite("The guest's file system")
struct FileSystemTests {
    typealias Row = (steps: [Volume.Step], recovery: Recovery, pages: Int?, why: String)
    static let write = [Volume.Step.create("/f"), .write("/f", pages: 0..<5, version: 1)]

    @Test(
        "what a crash leaves of a file",
        arguments: [
            ([], .clean, nil, "nothing was done"),
            (write, .clean, nil, "the transaction still runs"),
            (write + [.wait(seconds: 4)], .clean, nil, "the commit is due after 5 s"),
            (write + [.wait(seconds: 5)], .replayed, 0, "the name is committed, its pages are in the cache"),
            (write + [.wait(seconds: 29)], .replayed, 0, "write-back is due after 30 s"),
            (
                write + [.wait(seconds: 30)], .replayed, 0,
                "pages are on the disk, the transaction with their length runs"
            ),
            (write + [.wait(seconds: 35)], .clean, 5, "the length is committed; the checkpoint came with the clock"),
            (write + [.fsync("/f")], .replayed, 5, "fsync makes pages and name durable"),
            (write + [.sync], .replayed, 5, "sync makes everything durable"),
            (write + [.freezeAndThaw], .clean, 5, "a freeze leaves nothing to replay"),
            (write + [.unmount], .clean, 5, "so does unmounting"),
            (write + [.fsync("/f"), .remove("/f")], .replayed, 5, "the removal is not committed"),
            (write + [.fsync("/f"), .remove("/f"), .wait(seconds: 5)], .replayed, nil, "the removal is committed"),
            (
                write + [.fsync("/f"), .create("/g"), .write("/g", pages: 0..<2, version: 2), .rename("/g", "/f")],
                .replayed, 5, "a rename over a file that is not committed leaves the old file"
            ),
            (
                write + [
                    .fsync("/f"), .create("/g"), .write("/g", pages: 0..<2, version: 2), .rename("/g", "/f"),
                    .wait(seconds: 5),
                ], .replayed, 2, "a rename over a file allocates the pages of the new one"
            ),
        ] as [Row])
    func crash(row: Row) throws {
        var volume = try Volume()
        for step in row.steps { try volume.run(step) }
        #expect(try volume.mount() == row.recovery, "\(row.why)")
        #expect(try volume.pages("/f")?.count == row.pages, "\(row.why)")
        #expect(try volume.mount() == .clean, "a second mount finds nothing to do")
    }

    @Test("a full disk shows when a page is written, and nothing is changed then")
    func full() throws {
        var volume = try Volume()
        let free = Int(try #require(volume.storage.fileSystems[.root]).freeSpace.bytes / 4_096)
        try volume.storage.on(.root) { fileSystem, drives throws(FileSystemFault) in
            try fileSystem.preallocate(free - 3, for: "/filler", in: &drives)  // One block goes to the directory.
        }
        try volume.run(.create("/f"))
        try volume.run(.write("/f", pages: 0..<2, version: 1))
        #expect(throws: FileSystemFault.noSpace) { try volume.run(.write("/f", pages: 2..<3, version: 1)) }
        try volume.run(.sync)
        #expect(try volume.pages("/f")?.count == 2)
        try volume.run(.remove("/filler"))
        try volume.run(.write("/f", pages: 2..<3, version: 1))
        try volume.run(.sync)
        #expect(try volume.mount() == .replayed)
        #expect(try volume.pages("/f")?.count == 3)
    }

    @Test("pages that are overwritten in place can be torn by a crash: some are new, some old")
    func tornPages() throws {
        var volume = try Volume()
        for step in [Volume.Step.create("/f"), .write("/f", pages: 0..<8, version: 1), .sync] { try volume.run(step) }
        volume.storage.drives.lightFuse(after: 4, dice: Dice(seed: 3))
        for step in [Volume.Step.write("/f", pages: 0..<8, version: 2), .fsync("/f")] { try volume.run(step) }
        volume.storage.drives.removeFuse()
        try volume.mount()
        let pages = try #require(try volume.pages("/f"))
        #expect(pages.indices.count { pages[$0] == Volume.page(0, $0, 2) } == 4)
        #expect(pages.indices.count { pages[$0] == Volume.page(0, $0, 1) } == 4)
    }

    @Test("data is ordered: a length that reached the disk never shows a page that did not", arguments: 1...12)
    func ordered(seed: Int) throws {
        var start = try Volume()
        for step in [Volume.Step.create("/f"), .sync, .write("/f", pages: 0..<8, version: 1)] { try start.run(step) }
        var complete = start
        try complete.run(.fsync("/f"))
        for writes in 0...complete.storage.drives.issued - start.storage.drives.issued {
            var volume = start
            volume.storage.drives.lightFuse(after: writes, dice: Dice(seed: UInt64(seed)))
            try volume.run(.fsync("/f"))
            volume.storage.drives.removeFuse()
            try volume.mount()
            let pages = try #require(try volume.pages("/f"))
            #expect(pages.isEmpty || pages == (0..<8).map { Volume.page(0, $0, 1) }, "after \(writes) writes")
        }
    }

    @Test(
        "blocks that were freed are not used again before the transaction that freed them is committed",
        arguments: [false, true])
    func freedBlocks(isCommitted: Bool) throws {
        var volume = try Volume()
        for step in Self.write + [.fsync("/f"), .create("/g"), .fsync("/g"), .remove("/f")] { try volume.run(step) }
        if isCommitted { try volume.run(.sync) }
        try volume.run(.write("/g", pages: 0..<5, version: 2), owner: 1)
        try volume.storage.on(.root) { fileSystem, drives throws(FileSystemFault) in
            try fileSystem.writeBack("/g", to: &drives)
        }
        let written = Set((0..<5).map { Volume.page(1, $0, 2) })
        var places: [Int] = []
        volume.storage.drives[.root]?.forEachWrittenBlock { if written.contains($1) { places.append($0) } }
        #expect(places.count == 5, "the pages of the new file are on the disk")
        try volume.mount()
        #expect(try volume.pages("/f") == (isCommitted ? nil : (0..<5).map { Volume.page(0, $0, 1) }))
    }

    @Test("preallocated pages read as zeros until they are written")
    func preallocated() throws {
        var volume = try Volume()
        try volume.storage.on(.root) { fileSystem, drives throws(FileSystemFault) in
            try fileSystem.preallocate(10, for: "/f", in: &drives)
        }
        try volume.run(.write("/f", pages: 4..<5, version: 1))
        try volume.run(.sync)
        try volume.mount()
        let pages = try #require(try volume.pages("/f"))
        #expect(pages.enumerated().allSatisfy { $1 == ($0 == 4 ? Volume.page(0, 4, 1) : .zeros) })
    }

    @Test("a directory takes more names than fit in one block, and keeps them over a mount")
    func manyNames() throws {
        var volume = try Volume()
        for number in 0..<700 { try volume.run(.create("/file-\(number)")) }
        try volume.run(.sync)
        for number in stride(from: 0, to: 700, by: 3) { try volume.run(.remove("/file-\(number)")) }
        try volume.run(.sync)
        try volume.mount()
        #expect(try volume.names() == (0..<700).filter { $0 % 3 != 0 }.map { "file-\($0)" }.sorted())
    }

    @Test(
        "a disk that contradicts itself is not mounted",
        arguments: [
            ("no superblock", 0, nil), ("no journal header", 1, .zeros),
            ("an allocation group of user data", 1_026, Block(token: 1)), ("no root directory", 1_027 + 2, nil),
            ("an inode that a name leads to is missing", 1_027 + 3, .zeros),
        ] as [(String, Int, Block?)])
    func corrupt(what: String, number: Int, block: Block?) throws {
        var volume = try Volume()
        for step in Self.write + [.unmount] { try volume.run(step) }
        volume.storage.drives.write(block, to: number, of: .root)
        #expect(throws: FileSystemFault.self, "\(what)") { try volume.mount() }
    }
}
