import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Chains of disk files")
struct DiskChainTests {
    static let base = FilePath("ds", "vm", "vm.vmdk")
    static let first = FilePath("ds", "vm", "vm-000001.vmdk")
    static let second = FilePath("ds", "vm", "vm-000002.vmdk")
    static let third = FilePath("ds", "vm", "vm-000003.vmdk")

    static func store(capacity: ByteCount = .gibibytes(10), thick: Bool = false) throws -> FileStore {
        var store = FileStore()
        store.add(Datastore(id: Moref("datastore-1"), name: "ds", version: 6, capacity: capacity))
        let link = DiskLink(format: thick ? .thick : .thin, content: Disk(size: .mebibytes(64)))
        try store.create(base, StoredFile(.diskExtent, size: link.size(above: nil), disk: link))
        return store
    }

    /// base <- first <- second, with other contents at each.
    static func chain() throws -> FileStore {
        var store = try store()
        for (index, path) in [base, first, second].enumerated() {
            if index > 0 { try store.openChild(of: [base, first][index - 1], at: path, format: .seSparse) }
            try store.put(UInt64(index), at: index * 256, of: path)
        }
        return store
    }

    enum Event: String, CaseIterable { case openChild, write, fold, delete, grow }
    enum State: String, CaseIterable { case loneBase, coveredBase, middle, sharedMiddle, end }

    /// Which events a link allows; the others are mistakes of the program and stop it.
    static let allowed: [State: Set<Event>] = [
        .loneBase: [.openChild, .write, .delete, .grow],
        .coveredBase: [.openChild],
        .middle: [.openChild, .fold],
        .sharedMiddle: [.openChild],
        .end: [.openChild, .write, .fold, .delete],
    ]

    @Test("what each link of a chain allows, and what it leaves", arguments: State.allCases, Event.allCases)
    func event(state: State, event: Event) throws {
        guard Self.allowed[state]?.contains(event) == true else { return }
        var (store, path) = try Self.link(in: state)
        let before = store.content(of: path)
        switch event {
        case .openChild:
            let new = FilePath("ds", "vm", "vm-000009.vmdk")
            try store.openChild(of: path, at: new, format: .seSparse)
            #expect(store.content(of: new) == before)
            #expect(store[path]?.disk?.children.contains(new) == true)
        case .write:
            try store.put(77, at: 8, of: path)
            #expect(store.content(of: path)?[8] == .of(77))
        case .fold:
            let parent = try #require(store[path]?.disk?.parent)
            store.merge(path)
            #expect(store[path] == nil)
            #expect(store.content(of: parent) == before)
        case .delete:
            store.delete(path)
            #expect(store[path] == nil)
        case .grow:
            store.grow(path, to: .mebibytes(128))
            #expect(store.content(of: path)?.size == .mebibytes(128))
        }
        #expect(store.addsUp)
    }

    @Test("a link that others stand on cannot be written to")
    func readOnly() async {
        await #expect(processExitsWith: .failure) {
            var store = try DiskChainTests.chain()
            try store.put(1, at: 1, of: DiskChainTests.base)
        }
    }

    static func link(in state: State) throws -> (FileStore, FilePath) {
        switch state {
        case .loneBase: return (try store(), base)
        case .coveredBase: return (try chain(), base)
        case .middle: return (try chain(), first)
        case .sharedMiddle:
            var store = try chain()
            try store.openChild(of: first, at: third, format: .seSparse)
            return (store, first)
        case .end: return (try chain(), second)
        }
    }

    @Test("VMW-130: a delta grows by whole grains up to the capacity, and never shrinks")
    func growth() throws {
        var store = try Self.store()
        try store.openChild(of: Self.base, at: Self.first, format: .seSparse)
        try store.put(1, at: 0, of: Self.first)
        #expect(store[Self.first]?.size == .mebibytes(1))
        try store.put(nil, at: 0, of: Self.first)
        #expect(store[Self.first]?.size == .mebibytes(1))
        for block in stride(from: 0, to: 64 * 256, by: 256) { try store.put(2, at: block, of: Self.first) }
        #expect(store[Self.first]?.size == .mebibytes(64))
        try store.openChild(of: Self.first, at: Self.second, format: .vmfsSparse)
        try store.put(3, at: 0, of: Self.second)
        #expect(store[Self.second]?.size == .mebibytes(16))
    }

    @Test("VMW-102: merging into a thick base takes no room, into a thin one what the delta holds")
    func room() throws {
        for (thick, expected) in [(true, ByteCount.zero), (false, .mebibytes(2))] {
            var store = try Self.store(thick: thick)
            try store.openChild(of: Self.base, at: Self.first, format: .seSparse)
            try store.put(1, at: 0, of: Self.first)
            try store.put(1, at: 300, of: Self.first)
            #expect(store.roomToMerge(Self.first) == expected)
        }
    }
}

extension FileStore {
    mutating func put(_ value: UInt64?, at block: Int, of path: FilePath) throws {
        var disk = try #require(self.content(of: path))
        disk[block] = value.map { Block(token: $0) }
        write(disk, to: path)
    }

    /// Whether the room that datastores count as taken is what their files take.
    var addsUp: Bool {
        datastores.values.allSatisfy { datastore in
            let files = files.filter { $0.key.datastore == datastore.name }
            return files.reduce(ByteCount.zero) { $0 + $1.value.size } == datastore.used
        }
    }
}
