import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Files that are moved")
struct MoveTests {
    @Test("HV-126: a move of the storage takes every layer of every checkpoint along, and all of them still work")
    func wholeChain() throws {
        var lab = try Lab()
        try lab.write(10)
        let first = try lab.checkpoint("first", .standard)
        try lab.write(5)
        try lab.checkpoint("second", .standard)
        try lab.stop()
        let used = lab.host.volumes["D:"]?.used
        try lab.host.moveVMStorage(lab.id, to: "D:\\Moved")
        #expect(lab.host.files.keys.allSatisfy { $0.folder == "D:\\Moved" })
        #expect(lab.host.files.count == 6 && lab.host.files.allSatisfy { $0.key == $0.value.path })
        #expect(lab.host.volumes["D:"]?.used ?? .zero >= used ?? .zero)
        try lab.start()
        #expect(try lab.facts()[.records] == 15)
        try lab.restore(first)
        if try lab.vm.state != .running { try lab.start() }
        #expect(try lab.facts()[.records] == 10)
    }

    @Test("HV-126: a file that is moved by hand breaks the chain that stood on it", arguments: [true, false])
    func byHand(isLeaf: Bool) throws {
        var lab = try Lab()
        try lab.checkpoint("first", .standard)
        let leaf = try lab.leaf()
        #expect(refusal { try lab.host.moveItem(leaf, to: "D:\\Elsewhere") }?.rule == "HV-126", "it is open")
        try lab.stop()
        let path = isLeaf ? leaf : try #require(lab.host.files[leaf]?.parent)
        let contents = lab.host.content(of: path)
        try lab.host.moveItem(path, to: "D:\\Elsewhere")
        let (host, id) = (lab.host, lab.id)
        let fault = refusal {
            var copy = host
            _ = try copy.startVM(id)
        }
        #expect(fault?.hresult == HResult.fileNotFound)
        #expect(lab.host.files[FilePath("D:\\Elsewhere", path.name)]?.content == contents)
    }

    @Test("HV-126: a volume without room for the storage of a machine does not take it")
    func noRoom() throws {
        var lab = try Lab()
        try lab.checkpoint("first", .standard)
        lab.host.changeVolume("C:") { $0.capacity = $0.used + .mebibytes(4) }
        let before = lab.host.inventory
        #expect(refusal { try lab.host.moveVMStorage(lab.id, to: "C:\\Moved") }?.rule == "HV-126")
        #expect(lab.host.inventory == before)
    }

    @Test("HV-126: without its other layers a disk that was moved has no parent any more")
    func leafAlone() throws {
        var lab = try Lab()
        lab.host.settings.inferred.storageMovesTakeWholeChains = false
        let first = try lab.checkpoint("first", .standard)
        try lab.stop()
        try lab.host.moveVMStorage(lab.id, to: "D:\\Moved")
        let old = first.config.drives.files
        #expect(old.allSatisfy { lab.host.files[$0] != nil }, "the layers below stayed")
    }

    @Test(
        "HV-036: a checkpoint on a volume of one node alone is taken, and the next failover fails",
        arguments: [("D:\\Checkpoints", true), ("C:\\Checkpoints", false)])
    func failover(folder: String, works: Bool) throws {
        var lab = try Lab()
        try lab.host.addClusterSharedVolume("D:")
        try lab.host.moveVMStorage(lab.id, to: "D:\\Shared")
        var change = VMChange()
        change.snapshotFileLocation = folder
        try lab.host.setVM(lab.id, change)
        try lab.host.failOver(lab.id)
        #expect(try lab.vm.state == .running)
        try lab.checkpoint("before", .standard)
        let id = lab.id
        guard !works else {
            try lab.host.failOver(id)
            #expect(try lab.vm.state == .running)
            return
        }
        do {
            try lab.host.failOver(id)
            Issue.record("the failover should fail")
        } catch {
            #expect(error.rule == "HV-036")
        }
        #expect(try lab.vm.state == .off)
        lab.host.settings.inferred.failoverNeedsSharedFiles = false
        try lab.host.failOver(id)
    }
}
