import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

extension MachineSpec {
    /// An application with a small root and data disk.
    static let small = MachineSpec(
        name: "web", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .gibibytes(10)), DiskSpec(role: .data, size: .gibibytes(20))],
        memory: .gibibytes(4))
}

extension String {
    /// The zone in which tests make things.
    static let zoneA = "us-central1-a"
    static let zoneB = "us-central1-b"
    /// A request id.
    static let request = "11111111-2222-4333-8444-555555555555"
}

extension ComputeEngine {
    static func seeded(_ seed: UInt64 = 7) -> ComputeEngine { ComputeEngine(seed: seed) }

    /// A path in the test project.
    func disk(_ name: String, in zone: String = .zoneA) -> String { "zones/\(zone)/disks/\(name)" }
    func link(_ collection: Collection, _ name: String) -> String { "global/\(collection.rawValue)/\(name)" }

    /// Lets an operation end, and says how.
    @discardableResult
    mutating func end(of operation: Operation) -> OperationError? {
        for _ in 0..<2_000 where operations[operation.name]?.isDone == false { advance(by: .seconds(5)) }
        return operations[operation.name]?.error
    }

    /// A blank disk that is ready.
    @discardableResult
    mutating func makeDisk(_ name: String, sizeGB: Int = 10, zone: String = .zoneA) throws -> PersistentDisk {
        end(of: try insertDisk(InsertDisk(name: name, sizeGB: sizeGB), zone: zone))
        return try getDisk(name, zone: zone)
    }

    /// A disk of a snapshot, image or whatever `change` names.
    @discardableResult
    mutating func makeDisk(_ name: String, _ change: (inout InsertDisk) -> Void) throws -> PersistentDisk {
        var request = InsertDisk(name: name)
        change(&request)
        end(of: try insertDisk(request, zone: .zoneA))
        return try getDisk(name, zone: .zoneA)
    }

    /// A snapshot that is ready.
    @discardableResult
    mutating func makeSnapshot(_ name: String, of disk: String) throws -> DiskSnapshot {
        end(of: try insertSnapshot(InsertSnapshot(name: name, sourceDisk: self.disk(disk))))
        return try getSnapshot(name)
    }

    /// An instance that boots from a blank disk: it runs, and nobody is in.
    @discardableResult
    mutating func makeInstance(
        _ name: String, zone: String = .zoneA, _ change: (inout InsertInstance) -> Void = { _ in }
    ) throws -> Instance {
        var request = InsertInstance(name: name)
        request.disks = [
            .initialize(
                name: nil, InsertDisk(name: "", sizeGB: 10), AttachDisk(source: "", boot: true, autoDelete: true))
        ]
        change(&request)
        end(of: try insertInstance(request, zone: zone))
        return try getInstance(name, zone: zone)
    }

    /// Writes a block on a free disk.
    mutating func write(_ byte: UInt8, at block: Int, on disk: String) throws {
        let id = try getDisk(disk, zone: .zoneA).id
        disks[id]?.contents?[block] = Block(token: UInt64(byte))
    }

    /// The machine that the lab made.
    mutating func machine(_ spec: MachineSpec = .small) throws -> (lab: MachineID, instance: Instance) {
        let machine = try makeMachine(spec)
        let id = Instance.ID(rawValue: try #require(UInt64(machine.rawValue)))
        return (machine, try #require(instances[id]))
    }

    /// What there is, without clock, journal and books of calls.
    var inventory: [String] {
        names.keys.map(\.description).sorted()
            + disks.values.map { "\($0.path) \($0.state) \($0.sizeGB) \($0.users) \($0.labels.fingerprint)" }.sorted()
            + instances.values.map { "\($0.path) \($0.state) \($0.disks) \($0.properties) \($0.queue)" }.sorted()
            + snapshots.values.map { "\($0.path) \($0.state) \($0.labels.fingerprint)" }.sorted()
            + operations.keys.map(\.rawValue).sorted()
    }
}

/// Runs a call that must be refused, and gives the fault.
func refusal(_ call: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> ComputeFault? {
    do {
        try call()
        Issue.record("the call was accepted", sourceLocation: sourceLocation)
        return nil
    } catch let fault as ComputeFault {
        return fault
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
        return nil
    }
}
