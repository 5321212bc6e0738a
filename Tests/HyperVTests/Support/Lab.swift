import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

extension MachineSpec {
    /// An application with a small root and data disk.
    static let small = MachineSpec(
        name: "web", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .gibibytes(10)), DiskSpec(role: .data, size: .gibibytes(20))],
        memory: .gibibytes(4))
}

/// A host with one machine that runs.
struct Lab {
    var host: HyperV
    let machine: MachineID
    let id: VirtualMachine.ID

    init(_ profile: HyperV.Settings.Profile = .ws2025, spec: MachineSpec = .small, seed: UInt64 = 7) throws {
        host = HyperV(seed: seed, settings: HyperV.Settings(profile: profile))
        machine = try host.makeMachine(spec)
        id = try #require(VirtualMachine.ID(rawValue: machine.rawValue))
        _ = host.takeEvents()
    }

    /// The machine as it is now.
    var vm: Boxed<VirtualMachine> {
        get throws { try host.machine(id) }
    }

    /// The file that the machine writes to for a role.
    func leaf(_ role: DiskRole = .root) throws -> FilePath {
        try #require(try vm.config.drives.first { $0.role == role }?.path)
    }

    /// Sets the machine to a type of checkpoint.
    mutating func setType(_ type: CheckpointType) throws {
        var change = VMChange()
        change.checkpointType = type
        try host.setVM(id, change)
    }

    /// Takes a checkpoint and waits for it.
    @discardableResult
    mutating func checkpoint(
        _ name: String? = "c", _ type: CheckpointType? = nil
    ) throws -> Boxed<Checkpoint> {
        if let type { try setType(type) }
        let job = try host.wait(for: try host.checkpointVM(id, CheckpointRequest(name: name)))
        guard case .checkpoint(let made) = job.affected else { throw NoCheckpoint() }
        return try host.checkpoint(made)
    }

    /// Applies a checkpoint and waits for it.
    mutating func restore(_ checkpoint: Boxed<Checkpoint>) throws {
        try host.wait(for: try host.restoreVMSnapshot(checkpoint.id, confirm: .given))
    }

    /// Removes a checkpoint and waits until its settings are gone.
    mutating func remove(_ checkpoint: Boxed<Checkpoint>, children: Bool = false) throws {
        try host.wait(for: try host.removeVMSnapshot(checkpoint.id, includeAllChildSnapshots: children))
    }

    /// Waits for what a verb of power has begun.
    mutating func power(_ verb: (inout HyperV, VirtualMachine.ID) throws -> CmdletAnswer) throws {
        if case .job(let job) = try verb(&host, id) { try host.wait(for: job) }
    }

    mutating func start() throws {
        try power { try $0.startVM($1) }
        host.awaitGuest(id)
    }
    mutating func stop() throws { try power { try $0.stopVM($1) } }
    mutating func turnOff() throws { try power { try $0.turnOffVM($1) } }
    mutating func save() throws { try power { try $0.saveVM($1) } }
    mutating func pause() throws { try power { try $0.suspendVM($1) } }

    mutating func write(_ count: Int) throws {
        #expect(try host.perform(.write(records: count), on: machine).succeeded)
    }

    func facts() throws -> Facts { try host.facts(of: machine) }

    /// Lets all merges end.
    mutating func mergeAll() {
        for _ in 0..<200 where !host.pendingMerges(of: id).isEmpty { host.advance(by: .seconds(5)) }
    }

    struct NoCheckpoint: Error {}
}

extension HyperV {
    /// What there is, without clock and journal.
    var inventory: [String] {
        machines.values.map { "\($0.id) \($0.state) \($0.config) \($0.tree.inOrder) \($0.run.readyAt == nil)" }.sorted()
            + checkpoints.values.map { "\($0.id) \($0.name) \($0.consistency) \($0.config.drives)" }.sorted()
            + files.values.map { "\($0.path) \($0.parent?.rawValue ?? "-") \($0.children) \($0.content.digest)" }
            .sorted()
            + stateFiles.keys.map(\.rawValue).sorted() + merges.map { "\($0.id)" }
            + volumes.names.map { "\($0) \(volumes[$0]?.used ?? .zero)" } + exports.keys.map(\.rawValue).sorted()
    }
}

/// Runs a call that must be refused, and gives the fault.
@discardableResult
func refusal(_ call: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> HyperVFault? {
    do {
        try call()
        Issue.record("the call was accepted", sourceLocation: sourceLocation)
        return nil
    } catch let fault as HyperVFault {
        return fault
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
        return nil
    }
}
