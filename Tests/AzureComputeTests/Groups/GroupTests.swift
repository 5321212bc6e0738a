import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Resource groups and locks")
struct GroupTests {
    @Test("AZ-010 and AZ-011: a group stays where it is, and takes no writes while it is being deleted")
    func groups() throws {
        var plane = AzureCompute.seeded()
        plane.refuses("InvalidResourceGroupLocation", "AZ-010", status: 409) {
            _ = try $0.createGroup("G", location: "westus")
        }
        #expect(try plane.createGroup("G", location: "eastus", tags: ["a": "b"]).status == 200)
        let deletion = try plane.deleteGroup("g")
        plane.refuses("ResourceGroupBeingDeleted", "AZ-011", status: 409, "a resource") { try $0.makeDisk("d") }
        plane.refuses("ResourceGroupBeingDeleted", "AZ-011", status: 409, "the group") {
            _ = try $0.createGroup("g", location: "eastus")
        }
        #expect(plane.end(of: deletion) == nil)
        #expect(plane.leftovers == [])
    }

    @Test("AZ-124: a group goes with all that is in it, owners before what they own")
    func cascade() throws {
        var plane = AzureCompute.seeded()
        let interface = plane.id(.networkInterfaces, "nic", in: "g")
        plane.end(of: try plane.createNetworkInterface(interface, location: "eastus"))
        let machine = try plane.makeBlank("m", data: ["d"]) { $0.interfaces = [InterfaceReference(interface)] }.id
        try plane.makeCollection(of: machine)
        plane.end(of: try plane.createRestorePoint(plane.pointID("p"), CreateRestorePoint(.crash)))
        try plane.makeSnapshot("s", of: "d")
        #expect(plane.end(of: try plane.deleteGroup("g")) == nil)
        #expect(plane.leftovers == [])
        #expect(plane.disks.isEmpty && plane.virtualMachines.isEmpty && plane.restorePoints.isEmpty)
    }

    @Test("AZ-125: the deletion of a group can fail after it was accepted, with some of it gone")
    func blocked() throws {
        var plane = AzureCompute.seeded()
        _ = try plane.createGroup("other", location: "eastus")
        try plane.makeDisk("mine")
        try plane.makeDisk("lent")
        var request = CreateMachine(
            location: "eastus", size: "Standard_D2s_v5",
            osDisk: .init(.attach, disk: try plane.makeOSDisk("os", in: "other").id))
        request.dataDisks = [.init(lun: 0, .attach, disk: plane.diskID("lent"))]
        plane.end(of: try plane.createMachine(plane.machineID("m", in: "other"), request))
        let operation = try plane.deleteGroup("g")
        #expect(operation.status == 202)
        let fault = plane.end(of: operation)
        #expect(fault?.code == "ResourceGroupDeletionBlocked" && fault?.rule == "AZ-125")
        #expect(fault?.detail == .operationNotAllowed)
        #expect(plane.groups["g"]?.provisioning == .succeeded)
        #expect(plane.disks[plane.diskID("mine")] == nil)
        #expect(plane.disks[plane.diskID("lent")] != nil)
    }

    /// Something in a group that cannot be deleted with it.
    struct Obstacle: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// What the fault of the deletion says of it.
        var words: String
        /// Puts it in the way.
        var place: @Sendable (inout AzureCompute) throws -> ResourceID

        init(_ what: String, says words: String, _ place: @escaping @Sendable (inout AzureCompute) throws -> ResourceID)
        {
            testDescription = what
            self.words = words
            self.place = place
        }

        static let all = [
            Obstacle("AZ-046: a disk of a machine elsewhere", says: "Disk os is attached to VM") { plane in
                let disk = try plane.makeOSDisk("os").id
                try Self.machine(elsewhere: &plane, disk: disk)
                return disk
            },
            Obstacle("AZ-047: a disk that is read from outside", says: "revokeaccessapi") { plane in
                try plane.makeDisk("d")
                plane.end(of: try plane.beginGetAccess(to: plane.diskID("d")))
                return plane.diskID("d")
            },
            Obstacle("AZ-040: a snapshot that is read from outside", says: "deleting the snapshot") { plane in
                try plane.makeDisk("d")
                try plane.makeSnapshot("s", of: "d")
                plane.end(of: try plane.beginGetAccess(to: plane.snapshotID("s")))
                return plane.snapshotID("s")
            },
            Obstacle("AZ-127: an interface of a machine elsewhere", says: "Network Interface nic is used") { plane in
                let interface = plane.id(.networkInterfaces, "nic", in: "g")
                plane.end(of: try plane.createNetworkInterface(interface, location: "eastus"))
                try Self.machine(elsewhere: &plane, disk: nil, interface: interface)
                return interface
            },
        ]

        private static func machine(
            elsewhere plane: inout AzureCompute, disk: ResourceID?, interface: ResourceID? = nil
        ) throws {
            let disk = try disk ?? plane.makeOSDisk("os", in: "other").id
            var request = CreateMachine(
                location: "eastus", size: "Standard_D2s_v5", osDisk: .init(.attach, disk: disk))
            request.interfaces = interface.map { [InterfaceReference($0)] } ?? []
            plane.end(of: try plane.createMachine(plane.machineID("m", in: "other"), request))
        }
    }

    @Test(
        "AZ-040, AZ-046, AZ-047 and AZ-127: what cannot be deleted by itself is not deleted with its group",
        arguments: Obstacle.all)
    func obstacles(obstacle: Obstacle) throws {
        var plane = AzureCompute.seeded()
        _ = try plane.createGroup("other", location: "eastus")
        try plane.makeDisk("free")
        let id = try obstacle.place(&plane)
        let fault = plane.end(of: try plane.deleteGroup("g"))
        #expect(fault?.code == "ResourceGroupDeletionBlocked")
        #expect(fault?.message.contains("'\(id.type.rawValue)/\(id.name)'") == true, "\(fault?.message ?? "")")
        #expect(fault?.message.contains(obstacle.words) == true, "\(fault?.message ?? "")")
        #expect(plane.exists(id))
        #expect(!plane.exists(plane.diskID("free")))
    }

    @Test("AZ-120 and AZ-121: a lock holds for all that lies below it, and the stricter one wins")
    func locks() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        try plane.makeDisk("d")
        _ = try plane.createLock("keep", on: plane.id(ofGroup: "G"), .cannotDelete)
        plane.refuses("ScopeLocked", "AZ-120", status: 409) { _ = try $0.deleteDisk($0.diskID("d")) }
        #expect(plane.end(of: try plane.updateDisk(plane.diskID("d"), DiskChange(sizeGB: 8))) == nil)
        _ = try plane.createLock("still", on: machine, .readOnly)
        #expect(plane.locks(on: machine).map(\.name).sorted() == ["keep", "still"])
        for verb in [
            { (plane: inout AzureCompute) in _ = try plane.powerOff(machine) },
            { plane in _ = try plane.set([], of: machine) }, { plane in _ = try plane.deleteMachine(machine) },
            { plane in _ = try plane.createExtension("x", on: machine) },
        ] as [(inout AzureCompute) throws -> Void] {
            plane.refuses("ScopeLocked", "AZ-121", status: 409, "", verb)
        }
        _ = try plane.deleteLock("keep", on: plane.id(ofGroup: "g"))
        #expect(plane.end(of: try plane.deleteDisk(plane.diskID("d"))) == nil)
    }

    @Test("AZ-122: a lock that was removed may hold a little longer")
    func slowRemoval() throws {
        var plane = AzureCompute.seeded()
        plane.settings.inferred.lockRemovalDelay = .minutes(1)
        try plane.makeDisk("d")
        _ = try plane.createLock("keep", on: plane.diskID("d"), .cannotDelete)
        _ = try plane.deleteLock("keep", on: plane.diskID("d"))
        plane.refuses("ScopeLocked", "AZ-120") { _ = try $0.deleteDisk($0.diskID("d")) }
        plane.advance(by: .minutes(2))
        #expect(throws: Never.self) { _ = try plane.deleteDisk(plane.diskID("d")) }
    }

    @Test("AZ-123: a lock on anything in a group blocks its deletion before anything is deleted")
    func lockedChild() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        try plane.makeDisk("e")
        _ = try plane.createLock("keep", on: plane.diskID("e"), .cannotDelete)
        plane.refuses("ScopeLocked", "AZ-123", status: 409) { _ = try $0.deleteGroup("g") }
        #expect(plane.disks.count == 2)
    }
}
