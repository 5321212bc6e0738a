import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

extension MachineSpec {
    /// An application with a small root and data disk.
    static let small = MachineSpec(
        name: "web", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .gibibytes(10)), DiskSpec(role: .data, size: .gibibytes(20))],
        memory: .gibibytes(4))
}

extension AzureCompute {
    /// A subscription with the group `g`.
    static func seeded(_ seed: UInt64 = 7) -> AzureCompute {
        var plane = AzureCompute(seed: seed)
        _ = try? plane.createGroup("g", location: "eastus")
        return plane
    }

    /// A subscription with the lab's small machine: a fork of one that was made once.
    static func withMachine() throws -> (plane: AzureCompute, machine: MachineID, id: ResourceID) {
        try usual.get()
    }

    private static let usual = Result {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeMachine(.small)
        _ = plane.takeEvents()
        return (plane: plane, machine: machine, id: try plane.machineID(machine))
    }

    // MARK: Ids

    func diskID(_ name: String, in group: String = "g") -> ResourceID { id(.disks, name, in: group) }
    func snapshotID(_ name: String, in group: String = "g") -> ResourceID { id(.snapshots, name, in: group) }
    func machineID(_ name: String, in group: String = "g") -> ResourceID { id(.virtualMachines, name, in: group) }
    func collectionID(_ name: String = "c", in group: String = "g") -> ResourceID {
        id(.restorePointCollections, name, in: group)
    }
    func pointID(_ name: String, of collection: String = "c") -> ResourceID {
        collectionID(collection).child(.restorePoints, name)
    }

    // MARK: Making things

    /// Lets an operation end, and says how.
    @discardableResult
    mutating func end(of operation: Operation) -> AzureFault? {
        advance(until: now + .days(2)) { $0.operations[operation.id]?.isOver ?? true }
        return operations[operation.id]?.error
    }

    /// A blank disk, or one that `change` makes of something.
    @discardableResult
    mutating func makeDisk(
        _ name: String, sizeGB: Int? = 4, in group: String = "g", location: String = "eastus",
        _ change: (inout CreateDisk) -> Void = { _ in }
    ) throws -> ManagedDisk {
        var request = CreateDisk(location: location, .init(.empty))
        request.sizeGB = sizeGB
        change(&request)
        end(of: try createDisk(diskID(name, in: group), request))
        return try disk(diskID(name, in: group))
    }

    /// A blank disk that a Linux machine could boot from.
    @discardableResult
    mutating func makeOSDisk(
        _ name: String, in group: String = "g", _ change: (inout CreateDisk) -> Void = { _ in }
    ) throws -> ManagedDisk {
        try makeDisk(name, in: group) { request in
            (request.osType, request.hyperVGeneration) = (.linux, .v2)
            change(&request)
        }
    }

    /// A snapshot of a disk.
    @discardableResult
    mutating func makeSnapshot(
        _ name: String, of disk: String, isIncremental: Bool = false,
        _ change: (inout CreateSnapshot) -> Void = { _ in }
    ) throws -> DiskSnapshot {
        var request = CreateSnapshot(
            location: "eastus", .init(.copy, source: diskID(disk)), isIncremental: isIncremental)
        change(&request)
        end(of: try createSnapshot(snapshotID(name), request))
        return try snapshot(snapshotID(name))
    }

    /// A machine on a blank OS disk: it runs, and nobody is in.
    @discardableResult
    mutating func makeBlank(
        _ name: String, data: [String] = [], _ change: (inout CreateMachine) -> Void = { _ in }
    ) throws -> VirtualMachine {
        if disks[diskID("\(name)-os")] == nil { try makeOSDisk("\(name)-os") }
        var request = CreateMachine(
            location: "eastus", size: "Standard_D2s_v5", osDisk: .init(.attach, disk: diskID("\(name)-os")))
        for (lun, disk) in data.enumerated() {
            if disks[diskID(disk)] == nil { try makeDisk(disk) }
            request.dataDisks.append(.init(lun: lun, .attach, disk: diskID(disk)))
        }
        change(&request)
        end(of: try createMachine(machineID(name), request))
        return try virtualMachine(machineID(name))
    }

    /// A collection for the restore points of a machine.
    mutating func makeCollection(_ name: String = "c", of machine: ResourceID) throws {
        end(of: try createRestorePointCollection(collectionID(name), location: "eastus", source: machine))
    }

    /// Changes the data disks of a machine.
    mutating func set(_ disks: [DataDisk], of machine: ResourceID) throws -> Operation {
        var update = MachineUpdate()
        update.dataDisks = disks
        return try updateMachine(machine, update)
    }

    /// Puts another disk in the place of the OS disk.
    mutating func swap(
        _ disk: ResourceID, into machine: ResourceID, _ change: (inout MachineUpdate.OSDiskUpdate) -> Void = { _ in }
    ) throws -> Operation {
        var update = MachineUpdate()
        var osDisk = MachineUpdate.OSDiskUpdate(disk: disk)
        change(&osDisk)
        update.osDisk = osDisk
        return try updateMachine(machine, update)
    }

    /// Writes a block on a free disk.
    mutating func write(_ byte: UInt8, at block: Int = 0, on disk: String) {
        disks[diskID(disk)]?.contents?[block] = Block(token: UInt64(byte))
    }

    /// What is on a block of a disk.
    func read(_ block: Int = 0, on disk: String) -> Block? {
        disks[diskID(disk)].map { contents(of: $0)[block] } ?? nil
    }

    /// What there is, without clock, journal and books of calls.
    var inventory: [String] {
        leftovers
            + disks.values.map { "\($0.id) \($0.provisioning) \($0.state) \($0.sizeGB) \($0.managedBy as Any)" }
            .sorted()
            + virtualMachines.values.map { "\($0.id) \($0.provisioning) \($0.power) \($0.dataDisks) \($0.osDisk)" }
            .sorted()
            + snapshots.values.map { "\($0.id) \($0.provisioning) \($0.tags)" }.sorted()
            + restorePoints.values.map { "\($0.id) \($0.state)" }.sorted() + operations.keys.map(\.rawValue).sorted()
    }

    /// Expects a verb to be refused with this code and for this rule, and nothing to be changed by it.
    mutating func refuses(
        _ code: AzureFault.Code, _ rule: RuleID?, status: Int? = nil, _ about: String = "",
        sourceLocation: SourceLocation = #_sourceLocation, _ verb: (inout AzureCompute) throws -> Void
    ) {
        let before = inventory
        do {
            try verb(&self)
            Issue.record("nothing was refused \(about)", sourceLocation: sourceLocation)
        } catch let fault as AzureFault {
            #expect(fault.code == code, "\(about)", sourceLocation: sourceLocation)
            #expect(fault.rule == rule, "\(about)", sourceLocation: sourceLocation)
            if let status { #expect(fault.status == status, "\(about)", sourceLocation: sourceLocation) }
        } catch {
            Issue.record("another error: \(error) \(about)", sourceLocation: sourceLocation)
        }
        let after = inventory
        #expect(after == before, "a refused verb changes nothing \(about)", sourceLocation: sourceLocation)
    }
}
