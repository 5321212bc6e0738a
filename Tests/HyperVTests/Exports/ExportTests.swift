import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Exports and imports")
struct ExportTests {
    private let folder = FilePath(rawValue: "D:\\Exports\\web")

    @Test("HV-160: an exported checkpoint stands alone, and the tree is as it was")
    func checkpoint() throws {
        var lab = try Lab()
        try lab.checkpoint("one")
        try lab.write(10)
        let checkpoint = try lab.checkpoint("two")
        try lab.write(10)
        let tree = try lab.vm.tree
        try lab.host.wait(for: try lab.host.exportVMSnapshot(checkpoint.id, path: folder))
        #expect(try lab.vm.tree == tree)
        let export = try #require(lab.host.exports[folder])
        for path in export.config.drives.files {
            #expect(lab.host.files[path]?.parent == nil && lab.host.files[path]?.type == .dynamic)
            #expect(path.folder.hasPrefix(folder.rawValue))
        }
        let id = try lab.host.importVM(folder, generateNewID: true)
        _ = try lab.host.startVM(id)
        lab.host.awaitGuest(id)
        #expect(try lab.host.facts(of: MachineID(rawValue: id.rawValue))[.records] == 10)
        #expect(try lab.facts()[.records] == 20)
    }

    @Test("HV-160: an export needs room, and a folder of its own")
    func room() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("s", .standard)
        lab.host.changeVolume("D:") { $0.capacity = $0.used + .gibibytes(4) }
        #expect(refusal { _ = try lab.host.exportVMSnapshot(checkpoint.id, path: folder) }?.hresult == 0x8007_0070)
        lab.host.changeVolume("D:") { $0.capacity = .gibibytes(1_000) }
        try lab.host.wait(for: try lab.host.exportVMSnapshot(checkpoint.id, path: folder))
        #expect(refusal { _ = try lab.host.exportVMSnapshot(checkpoint.id, path: folder) }?.hresult == 0x8007_0050)
    }

    @Test(
        "HV-161: an export of a running machine holds what it was told to, and its memory when it was told nothing",
        arguments: [
            (nil, Checkpoint.State.saved), (.savedState, .saved), (.crashConsistentState, .off),
            (.dataConsistentState, .off),
        ] as [(CaptureLiveState?, Checkpoint.State)])
    func running(live: CaptureLiveState?, state: Checkpoint.State) throws {
        var lab = try Lab()
        #expect(try lab.host.perform(.writeLooseFiles(5), on: lab.machine).succeeded)
        try lab.host.wait(for: try lab.host.exportVM(lab.id, path: folder, captureLiveState: live))
        #expect(lab.host.exports[folder]?.state == state)
        #expect(try lab.vm.state == .running)
        let id = try lab.host.importVM(folder, generateNewID: true)
        #expect(lab.host.machines[id]?.state == (state == .saved ? .saved : .off))
        try lab.host.start(id)
        let facts = try lab.host.facts(of: MachineID(rawValue: id.rawValue))
        #expect(facts[.looseFiles] == (live == .crashConsistentState ? 0 : 5))
        var quiet = lab
        quiet.host.settings.inferred.exportsKeepMemory = false
        let other = FilePath(rawValue: "D:\\Exports\\other")
        try quiet.host.wait(for: try quiet.host.exportVM(lab.id, path: other))
        #expect(quiet.host.exports[other]?.state == .off)
    }

    @Test("HV-161: a machine that waits for its storage is not exported")
    func critical() throws {
        var lab = try Lab()
        lab.host.changeVolume("D:") { $0.capacity = $0.used }
        #expect(try lab.vm.state == .pausedCritical)
        #expect(refusal { _ = try lab.host.exportVM(lab.id, path: folder) }?.rule == "HV-161")
    }

    @Test("HV-163: a GUID that is taken is refused, and a new one makes a machine of its own")
    func identifiers() throws {
        var lab = try Lab()
        try lab.stop()
        try lab.host.wait(for: try lab.host.exportVM(lab.id, path: folder))
        #expect(refusal { _ = try lab.host.importVM(folder, generateNewID: false) }?.rule == "HV-163")
        let id = try lab.host.importVM(folder, generateNewID: true)
        let (old, new) = (try lab.vm, try lab.host.machine(id))
        #expect(new.id != old.id)
        #expect(new.privateAddress != old.privateAddress)
        #expect(new.config.adapters != old.config.adapters)
        #expect(Set(new.configBox.drives.files).isDisjoint(with: old.configBox.drives.files))
        try lab.host.removeVM(lab.id)
        #expect(try lab.host.importVM(folder, generateNewID: false) == lab.id)
    }
}
