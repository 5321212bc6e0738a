import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Removing and consolidating")
struct DeleteSnapshotTests {
    @Test("VMW-093: what lies beyond the current point is dropped, not merged: the running data stay")
    func beyond() throws {
        var lab = try Lab()
        try lab.write(1)
        let first = try lab.snapshot("first")
        try lab.write(2)
        let second = try lab.snapshot("second")
        try lab.write(3)
        #expect(lab.revert(first) == .success)
        try lab.write(4)
        let taken = lab.plane.now
        #expect(lab.remove(second) == .success)
        #expect(lab.plane.now - taken < .seconds(2), "nothing was merged")
        #expect(lab.read() == .of(4))
        #expect(try lab.plane.consolidationNeeded(of: lab.vm) == false)
        #expect(lab.revert(first) == .success)
        #expect(lab.read() == .of(1))
    }

    @Test(
        "VMW-094: removal works in every power state, and takes longer while the guest writes",
        arguments: PowerState.allCases)
    func powerStates(state: PowerState) throws {
        var lab = try Lab()
        try lab.bring(to: state)
        let id = try lab.snapshot()
        for block in stride(from: 0, to: 40 * 256, by: 256) { try lab.write(9, to: block) }
        let mergeTime = lab.plane.store.roomToMerge(try lab.machine.config.disks[2].path)
            .time(at: lab.plane.settings.timings.mergeRate)
        let begin = lab.plane.now
        #expect(lab.remove(id) == .success)
        let took = lab.plane.now - begin
        #expect(mergeTime > .milliseconds(200))
        #expect(took >= .seconds(1) + mergeTime)
        if state == .poweredOn { #expect(took > .seconds(1) + mergeTime + lab.plane.settings.timings.mergeStun) }
        #expect(try lab.power == state)
        #expect(lab.read() == .of(9))
        #expect(try lab.machine.config.disks.map(\.path.name) == ["web.vmdk", "web_1.vmdk", "web_2.vmdk"])
    }

    @Test(
        "VMW-095: a removal without consolidation leaves the deltas chained, and that shows", arguments: [true, false])
    func unconsolidated(shows: Bool) throws {
        var settings = VSphere.Settings()
        if !shows { settings.inferred.unconsolidatedRemovalShows = false }
        var lab = try Lab(settings)
        let id = try lab.snapshot()
        try lab.write(1)
        let chain = try lab.plane.chains(of: lab.vm)
        #expect(lab.remove(id, consolidate: false) == .success)
        #expect(try lab.machine.tree.isEmpty)
        #expect(try lab.plane.chains(of: lab.vm) == chain)
        #expect(try lab.plane.consolidationNeeded(of: lab.vm) == shows)
    }

    @Test("VMW-096: a merge that fails half way still removes the node; deltas stay until a consolidation")
    func halfWay() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        try lab.write(1)
        let vm = lab.vm
        let locked = try lab.machine.config.disks[1].path
        lab.plane.lockFile(locked, by: "backup-proxy")
        #expect(lab.remove(id) == .task("FileLocked", "VMW-097"))
        #expect(try lab.machine.tree.isEmpty)
        #expect(try lab.plane.consolidationNeeded(of: vm))
        #expect(lab.read() == .of(1))
        lab.plane.lockFile(locked, by: nil)
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.consolidateDisks(of: vm) }
        #expect(try lab.plane.consolidationNeeded(of: vm) == false)
        #expect(lab.read() == .of(1))
        #expect(lab.plane.store.addsUp)
    }

    @Test("VMW-097: a file that a backup proxy holds blocks the merge")
    func locked() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        lab.plane.lockFile(try lab.snapshotValue(id).config.disks[0].path, by: "backup-proxy")
        let task = try lab.plane.removeSnapshot(id, removeChildren: false)
        let fault = try #require(try lab.plane.wait(for: task).error)
        #expect(fault.rule == "VMW-097")
        #expect(fault.message == "Unable to access file [datastore1] web/web.vmdk since it is locked")
    }

    @Test("VMW-091: a removal takes the children along only when it is told to", arguments: [true, false])
    func children(goAlong: Bool) throws {
        var lab = try Lab()
        let (root, middle, leaf) = (try lab.snapshot("a"), try lab.snapshot("b"), try lab.snapshot("c"))
        #expect(lab.remove(middle, children: goAlong) == .success)
        #expect(try lab.machine.tree.inOrder == (goAlong ? [root] : [root, leaf]))
        #expect(try lab.machine.snapshots.count == (goAlong ? 1 : 2))
    }

    @Test("VMW-098: consolidating with nothing to do succeeds and changes nothing")
    func nothingToDo() throws {
        var lab = try Lab()
        try lab.snapshot()
        let (vm, before) = (lab.vm, lab.plane.store)
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.consolidateDisks(of: vm) }
        let isSame = lab.plane.store == before
        #expect(isSame)
        let id = try lab.snapshot()
        #expect(lab.remove(id, consolidate: false) == .success)
        #expect(try lab.plane.consolidationNeeded(of: vm))
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.consolidateDisks(of: vm) }
        #expect(try lab.plane.consolidationNeeded(of: vm) == false)
    }

    @Test("VMW-099: removing all snapshots merges the current path, drops the others, and succeeds with none")
    func all() throws {
        var lab = try Lab()
        let vm = lab.vm
        try lab.write(1)
        let first = try lab.snapshot()
        try lab.write(2)
        try lab.snapshot()
        #expect(lab.revert(first) == .success)
        try lab.write(3)
        try lab.snapshot()
        try lab.write(4)
        for _ in 0..<2 {
            try lab.expectSuccess { (plane) throws(MethodFault) in try plane.removeAllSnapshots(of: vm) }
            #expect(try lab.machine.tree.isEmpty)
            #expect(lab.read() == .of(4))
            #expect(try lab.plane.chains(of: vm).values.allSatisfy { $0.count == 1 })
        }
        #expect(lab.plane.store.paths(in: "web", on: "datastore1").filter { $0.name.contains("-0000") }.isEmpty)
    }

    @Test("VMW-100: with retentionDays only older snapshots go, and younger ones move up")
    func retention() throws {
        var lab = try Lab()
        let vm = lab.vm
        let old = try lab.snapshot("old")
        lab.plane.advance(by: .days(3))
        lab.plane.openSession()
        let young = try lab.snapshot("young")
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.removeAllSnapshots(of: vm, retentionDays: 2) }
        #expect(try lab.machine.tree.inOrder == [young])
        #expect(try lab.machine.tree.roots == [young])
        #expect(try lab.machine.snapshots[old] == nil)
    }

    @Test("VMW-101: the first removal after a revert may fail once, and succeed when it is tried again")
    func onceOnVSAN() throws {
        var settings = VSphere.Settings()
        settings.firstRemovalAfterRevertFails = true
        var lab = try Lab(settings)
        let id = try lab.snapshot()
        #expect(lab.revert(id) == .success)
        #expect(lab.remove(id) == .task("SystemError", "VMW-101"))
        #expect(try lab.machine.tree.nodes.count == 1)
        #expect(lab.remove(id) == .success)
    }

    @Test("VMW-102: a merge into a thin disk needs the delta's room, and stops when it is not there")
    func mergeRoom() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        for block in stride(from: 0, to: 20 * 256, by: 256) { try lab.write(9, to: block) }
        let used = try #require(lab.plane.store.datastores["datastore1"]?.used)
        lab.plane.setCapacity(of: "datastore1", to: used + .mebibytes(5))
        #expect(try lab.plane.roomToConsolidate(lab.vm) >= .mebibytes(20))
        #expect(lab.remove(id) == .task("NoDiskSpace", "VMW-102"))
        #expect(lab.read(256) == .of(9))
        #expect(try lab.plane.consolidationNeeded(of: lab.vm))
    }

    @Test("VMW-104: a rename that names nothing is refused, unless the setting says so")
    func emptyRename() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        #expect(throws: MethodFault(.invalidArgument(property: "name"), rule: "VMW-104")) {
            try lab.plane.renameSnapshot(id, name: nil, text: nil)
        }
        lab.plane.settings.inferred.emptyRenameIsRefused = false
        try lab.plane.renameSnapshot(id, name: nil, text: nil)
        try lab.plane.renameSnapshot(id, name: "after", text: "words")
        #expect(try lab.snapshotValue(id).name == "after")
        #expect(try lab.snapshotValue(id).text == "words")
        #expect(throws: MethodFault(.invalidName(name: ""), rule: "VMW-022")) {
            try lab.plane.renameSnapshot(id, name: "", text: nil)
        }
    }

    /// What a disk held at each snapshot and holds now: the simplest model of what a server must keep.
    struct Model {
        var now: [Int: UInt64] = [:]
        var held: [Moref<VirtualMachineSnapshot>: [Int: UInt64]] = [:]
    }

    @Test(
        "VMW-090: removing changes neither the running state nor another snapshot, in any order of operations",
        arguments: 0..<12)
    func randomOrder(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        var lab = try Lab(seed: UInt64(seed))
        var model = Model()
        if dice.chance(1, in: 2) { try lab.powerOn() }
        for step in 0..<40 {
            let ids = try lab.machine.tree.inOrder
            switch dice.roll(below: 8) {
            case 0...2:
                let (block, value) = (dice.roll(below: 12) * 300, dice.next())
                try lab.write(value, to: block)
                model.now[block] = value
            case 3...4:
                model.held[try lab.snapshot("s\(step)", memory: dice.chance(1, in: 3))] = model.now
            case 5:
                guard !ids.isEmpty else { continue }
                let id = ids[dice.roll(below: ids.count)]
                #expect(lab.revert(id) == .success)
                model.now = model.held[id] ?? [:]
            case 6:
                guard !ids.isEmpty else { continue }
                let id = ids[dice.roll(below: ids.count)]
                let (children, power) = (dice.chance(1, in: 3), try lab.machine.hardware.power)
                for gone in children ? try lab.machine.tree.subtree(of: id) : [id] { model.held[gone] = nil }
                #expect(lab.remove(id, children: children, consolidate: !dice.chance(1, in: 4)) == .success)
                #expect(try lab.machine.hardware.power == power)
            default:
                let vm = lab.vm
                try lab.expectSuccess { (plane) throws(MethodFault) in try plane.consolidateDisks(of: vm) }
                #expect(try lab.plane.consolidationNeeded(of: vm) == false)
            }
            try Self.compare(lab, model, "seed \(seed), step \(step)")
        }
        let vm = lab.vm
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.removeAllSnapshots(of: vm) }
        model.held = [:]
        try Self.compare(lab, model, "seed \(seed), at the end")
        #expect(try lab.plane.chains(of: vm).values.allSatisfy { $0.count == 1 })
    }

    static func compare(_ lab: Lab, _ model: Model, _ place: String) throws {
        #expect(Self.contents(lab.plane.content(of: Lab.scratch, in: lab.vm)) == model.now, "\(place)")
        #expect(Set(try lab.machine.tree.inOrder) == Set(model.held.keys), "\(place)")
        for (id, held) in model.held {
            let path = try lab.snapshotValue(id).config.disks[2].path
            #expect(Self.contents(lab.plane.store.content(of: path)) == held, "\(place), \(id)")
        }
        #expect(lab.plane.store.addsUp, "\(place)")
    }

    static func contents(_ disk: Disk?) -> [Int: UInt64] {
        var found: [Int: UInt64] = [:]
        disk?.forEachWrittenBlock { number, block in
            if case .token(let value) = block.content { found[number] = value }
        }
        return found
    }
}
