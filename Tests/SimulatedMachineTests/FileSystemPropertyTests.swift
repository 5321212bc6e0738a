import Hypervisor
import LabCore
import SimulatedMachine
import Testing

/// What a file system may show after a crash, kept beside it in the simplest way.
struct FileModel {
    struct File {
        /// Tells the pages of one file from those of any other.
        let owner: Int
        /// Every version of each page that was ever written, the last one last.
        var pages: [Int: [Int]] = [:]
        var length = 0
        /// The length and versions that are durable for as long as the file is not written again.
        var durable: (length: Int, versions: [Int: Int])?
        var isTouched = true
    }

    var files: [String: File] = [:]
    /// Names whose presence a crash may undo or leave.
    var uncertain: Set<String> = []
    /// Files that were removed; a crash may bring them back, with their own pages.
    var removed: [String: File] = [:]
    var owners = 0

    mutating func settle(_ path: String) {
        guard var file = files[path] else { return }
        file.durable = (file.length, file.pages.compactMapValues(\.last))
        file.isTouched = false
        files[path] = file
    }
}

@Suite("The guest's file system, under random work and crashes")
struct FileSystemPropertyTests {
    /// Runs random steps, and crashes in the middle of one of them.
    @Test("what was synced is there, and no file ever shows the pages of another", arguments: 1...150)
    func crash(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        var volume = try Volume()
        var model = FileModel()
        var version = 0
        for _ in 0..<dice.roll(below: 60) {
            version += 1
            let (step, owner) = Self.step(in: &model, version: version, dice: &dice)
            try volume.run(step, owner: owner)
            Self.note(step, in: &model)
        }
        // The crash: the next step loses its power after some of its writes.
        version += 1
        let (last, owner) = Self.step(in: &model, version: version, dice: &dice)
        var trial = volume
        try trial.run(last, owner: owner)
        let writes = trial.storage.drives.issued - volume.storage.drives.issued
        volume.storage.drives.lightFuse(after: dice.roll(below: writes + 1), dice: dice.split())
        try volume.run(last, owner: owner)
        volume.storage.drives.removeFuse()
        Self.blur(last, in: &model)
        try volume.mount()
        try Self.check(volume, against: model)
        // Life goes on: what was found can be worked with, and is clean after a shutdown.
        try volume.run(.create("/after"))
        try volume.run(.write("/after", pages: 0..<3, version: 1), owner: 999)
        try volume.run(.unmount)
        #expect(try volume.mount() == .clean)
        #expect(try volume.pages("/after") == (0..<3).map { Volume.page(999, $0, 1) })
    }

    static func step(in model: inout FileModel, version: Int, dice: inout Dice) -> (Volume.Step, owner: Int) {
        let names = model.files.keys.sorted()
        let fresh = "/f\(model.owners)"
        guard !names.isEmpty, !dice.chance(1, in: 5) else {
            model.owners += 1
            model.files[fresh] = FileModel.File(owner: model.owners)
            model.uncertain.insert(fresh)
            return (.create(fresh), model.owners)
        }
        let name = names[dice.roll(below: names.count)]
        let owner = model.files[name]?.owner ?? 0
        switch dice.roll(below: 14) {
        case 0...5:
            let start = dice.roll(below: 6)
            let pages = start..<start + 1 + dice.roll(below: 4)
            for page in pages { model.files[name]?.pages[page, default: []].append(version) }
            let length = model.files[name]?.length ?? 0
            model.files[name]?.length = max(length, pages.upperBound)
            model.files[name]?.isTouched = true
            return (.write(name, pages: pages, version: version), owner)
        case 6, 7: return (.fsync(name), owner)
        case 8: return (.remove(name), owner)
        case 9: return (.sync, owner)
        case 10: return (.freezeAndThaw, owner)
        default: return (.wait(seconds: dice.roll(below: 40)), owner)
        }
    }

    /// Takes a step that was done to its end into the model.
    static func note(_ step: Volume.Step, in model: inout FileModel) {
        switch step {
        case .fsync(let path):
            model.settle(path)
            model.uncertain = []
        case .sync, .freezeAndThaw, .unmount:
            for path in model.files.keys { model.settle(path) }
            model.uncertain = []
        case .remove(let path):
            model.removed[path] = model.files[path]
            model.uncertain.insert(path)
            model.files[path] = nil
        case .wait(let seconds):
            if seconds >= 5 { model.uncertain = [] }
        case .create, .write, .rename: break
        }
    }

    /// Takes a step that was cut off into the model: nothing of it is certain.
    static func blur(_ step: Volume.Step, in model: inout FileModel) {
        if case .remove(let path) = step { model.uncertain.insert(path) }
    }

    static func check(_ volume: Volume, against model: FileModel) throws {
        let found = Set(try volume.names().map { "/\($0)" })
        for path in found { #expect(model.files[path] != nil || model.uncertain.contains(path), "\(path) is back") }
        for (path, file) in model.removed where found.contains(path) {
            for (number, page) in (try volume.pages(path) ?? []).enumerated() {
                let own = (file.pages[number] ?? []).map { Volume.page(file.owner, number, $0) } + [.zeros]
                #expect(own.contains(page), "page \(number) of \(path), which came back, holds \(page)")
            }
        }
        for (path, file) in model.files {
            guard found.contains(path) else {
                #expect(model.uncertain.contains(path), "\(path) is gone")
                continue
            }
            let pages = try #require(try volume.pages(path))
            #expect(pages.count <= file.length)
            if let durable = file.durable { #expect(pages.count >= durable.length) }
            for (number, page) in pages.enumerated() {
                let versions = file.pages[number] ?? []
                var allowed = Set(versions.map { Volume.page(file.owner, number, $0) })
                if let durable = file.durable?.versions[number] {
                    allowed = Set(versions.filter { $0 >= durable }.map { Volume.page(file.owner, number, $0) })
                    if !file.isTouched { allowed = [Volume.page(file.owner, number, durable)] }
                } else {
                    allowed.insert(.zeros)  // A hole, or a page that was never allocated.
                }
                #expect(allowed.contains(page), "page \(number) of \(path) holds \(page)")
            }
        }
    }
}
