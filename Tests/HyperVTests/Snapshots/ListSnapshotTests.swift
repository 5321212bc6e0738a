import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import HyperV

@Suite("Listing checkpoints")
struct ListSnapshotTests {
    @Test("HV-050 and HV-051: none at all is an empty list, and a name that is not there an error")
    func nothing() throws {
        let lab = try Lab()
        #expect(try lab.host.vmSnapshots(of: lab.id) == [])
        #expect(try lab.host.vmSnapshots(of: lab.id, named: "b*") == [])
        let fault = refusal { _ = try lab.host.vmSnapshots(of: lab.id, named: "before") }
        #expect(fault?.rule == "HV-051")
        #expect(fault?.id == .objectNotFound)
    }

    @Test("HV-052: parent and children are one generation")
    func generations() throws {
        var lab = try Lab()
        let (first, second, third) = (try lab.checkpoint("1"), try lab.checkpoint("2"), try lab.checkpoint("3"))
        #expect(try lab.host.vmSnapshots(childOf: first.id).map(\.id) == [second.id])
        #expect(try lab.host.vmSnapshot(parentOf: third.id)?.id == second.id)
        #expect(try lab.host.vmSnapshot(parentOf: first.id) == nil)
    }

    @Test(
        "HV-053: the last of a list is not the latest; only the time of creation tells which is",
        arguments: [true, false])
    func order(isByCreation: Bool) throws {
        var lab = try Lab()
        if isByCreation { lab.host.settings.inferred.listsCheckpointsByCreation = true }
        let made = try (1...6).map { try lab.checkpoint("\($0)") }
        let listed = try lab.host.vmSnapshots(of: lab.id)
        #expect((listed.map(\.id) == made.map(\.id)) == isByCreation)
        #expect(listed.max { $0.created < $1.created }?.name == "6")
        #expect(try lab.host.snapshots(of: lab.machine).map(\.name) == made.map(\.name), "the provider sorts")
    }

    @Test("HV-055: the id of a list is that of a checkpoint")
    func byID() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        #expect(try lab.host.checkpoint(checkpoint.id).name == "c")
        let (host, id) = (lab.host, try #require(Checkpoint.ID(rawValue: lab.id.rawValue)))
        #expect(refusal { _ = try host.checkpoint(id) }?.id == .objectNotFound)
    }

    @Test("HV-056: every kind is listed, unless one is asked for")
    func kinds() throws {
        var lab = try Lab()
        try lab.checkpoint("user")
        for type in [SnapshotType.recovery, .replica] {
            try lab.host.wait(for: try lab.host.checkpointVM(lab.id, CheckpointRequest(type: type)))
        }
        #expect(Set(try lab.host.vmSnapshots(of: lab.id).map(\.type)) == [.standard, .recovery, .replica])
        #expect(try lab.host.vmSnapshots(of: lab.id, type: .recovery).count == 1)
    }

    @Test("HV-057: what was removed is out of the list before its layers are merged")
    func beforeTheMerge() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.write(100)
        try lab.remove(checkpoint)
        #expect(try lab.host.vmSnapshots(of: lab.id) == [])
        #expect(try lab.leaf().isAVHDX)
    }

    @Test("HV-172: a checkpoint is renamed by its own settings")
    func rename() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.host.renameVMSnapshot(checkpoint.id, to: "after")
        #expect(try lab.host.vmSnapshots(of: lab.id, named: "after").map(\.id) == [checkpoint.id])
        #expect(refusal { try lab.host.renameVMSnapshot(checkpoint.id, to: " ") }?.rule == "HV-003")
    }

    @Test("HV-175: the machine's own settings have a parent too, and are told apart by their type")
    func settingData() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        let rows = try lab.host.settingData(of: lab.id)
        #expect(rows.count == 2)
        #expect(rows[0].virtualSystemType == "Microsoft:Hyper-V:System:Realized")
        #expect(rows[0].parent == checkpoint.id)
        #expect(rows[1].virtualSystemType == "Microsoft:Hyper-V:Snapshot:Realized")
        let types = Set(
            [SnapshotType.standard, .recovery, .planned, .missing, .replica, .appConsistentReplica, .syncedReplica]
                .map(\.virtualSystemType))
        #expect(types.count == 7)
    }

    @Test("HV-005: a name stands for every machine that has it", arguments: [true, false])
    func twins(actsOnAll: Bool) throws {
        var lab = try Lab()
        if !actsOnAll { lab.host.settings.inferred.namesActOnEveryMatch = false }
        _ = try lab.host.makeMachine(.small)
        let results = lab.host.forEach(named: ["web"]) { host, id throws(HyperVFault) in
            try host.wait(for: try host.checkpointVM(id))
        }
        #expect(lab.host.checkpoints.count == (actsOnAll ? 2 : 0))
        #expect(results.filter { $0.fault != nil }.count == (actsOnAll ? 0 : 1))
    }

    @Test("HV-038: a failure on one of several targets does not stop the others", arguments: [true, false])
    func severalTargets(goesOn: Bool) throws {
        var lab = try Lab()
        if !goesOn { lab.host.settings.inferred.failuresAreNonTerminating = false }
        let results = lab.host.forEach(named: ["absent", "w*", "x*"]) { host, id throws(HyperVFault) in
            try host.wait(for: try host.checkpointVM(id))
        }
        #expect(results.first?.fault?.message.contains("unable to find a virtual machine with name \"absent\"") == true)
        #expect(lab.host.checkpoints.count == (goesOn ? 1 : 0))
        #expect(results.count == (goesOn ? 2 : 1))
    }
}
