import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Virtual machines")
struct MachineTests {
    @Test("AZ-057: a zonal machine takes disks of its zone or of all zones, a regional one no zonal disk")
    func zones() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("one") { $0.zone = "1" }
        try plane.makeDisk("two") { $0.zone = "2" }
        try plane.makeDisk("all") { $0.sku = .premiumZRS }
        try plane.makeDisk("regional")
        try plane.makeOSDisk("z-os") { $0.zone = "1" }
        let zonal = try plane.makeBlank("z") { $0.zone = "1" }.id
        let regional = try plane.makeBlank("r").id
        for (disk, machine) in [("two", zonal), ("regional", zonal), ("one", regional)] {
            plane.refuses(.badRequest, "AZ-057", status: 400, disk) {
                _ = try $0.attachDetachDataDisks(machine, attaching: [DataDisk(lun: 0, disk: $0.diskID(disk))])
            }
        }
        let fitting = [DataDisk(lun: 0, disk: plane.diskID("one")), DataDisk(lun: 1, disk: plane.diskID("all"))]
        #expect(plane.end(of: try plane.attachDetachDataDisks(zonal, attaching: fitting)) == nil)
        try plane.makeSnapshot("s", of: "one")
        let source = plane.snapshotID("s")
        let copy = try plane.makeDisk("copy", sizeGB: nil) { $0.creation = .init(.copy, source: source) }
        #expect(copy.zone == nil, "the zone does not come with the snapshot")
    }

    @Test("AZ-058: a zonal disk cannot join a machine of an availability set")
    func availabilitySet() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("one") { $0.zone = "1" }
        let machine = try plane.makeBlank("m") { $0.availabilitySet = "set" }.id
        plane.refuses(.badRequest, "AZ-058", status: 400) {
            _ = try $0.attachDetachDataDisks(machine, attaching: [DataDisk(lun: 0, disk: $0.diskID("one"))])
        }
    }

    @Test("AZ-059 and AZ-060: a disk and its machine share location and subscription, and not their group")
    func places() throws {
        var plane = AzureCompute.seeded()
        _ = try plane.createGroup("other", location: "westus")
        let machine = try plane.makeBlank("m").id
        try plane.makeDisk("far", location: "westus")
        let foreign = ResourceID(.disks, ["d"], in: "g", of: "99999999-0000-0000-0000-000000000000")
        plane.refuses(.invalidParameter, "AZ-059", status: 400) {
            _ = try $0.attachDetachDataDisks(machine, attaching: [DataDisk(lun: 0, disk: foreign)])
        }
        plane.refuses(.notFound, "AZ-059", status: 404) {
            _ = try $0.attachDetachDataDisks(machine, attaching: [DataDisk(lun: 0, disk: $0.diskID("far"))])
        }
        try plane.makeDisk("d", in: "other")
        let near = DataDisk(lun: 0, disk: plane.diskID("d", in: "other"))
        #expect(plane.end(of: try plane.attachDetachDataDisks(machine, attaching: [near])) == nil)
    }

    @Test("AZ-061: a disk has one owner, from the moment the attachment is accepted, unless it is shared")
    func ownership() throws {
        var plane = AzureCompute.seeded()
        let (a, b) = (try plane.makeBlank("a").id, try plane.makeBlank("b").id)
        try plane.makeDisk("d")
        let disk = DataDisk(lun: 0, disk: plane.diskID("d"))
        let attachment = try plane.attachDetachDataDisks(a, attaching: [disk])
        #expect(try plane.disk(disk.disk).state == .unattached, "there is no state for being attached")
        plane.refuses("ConflictingUserInput", "AZ-061", status: 409, "meanwhile") {
            _ = try $0.attachDetachDataDisks(b, attaching: [disk])
        }
        plane.end(of: attachment)
        plane.refuses("ConflictingUserInput", "AZ-061", status: 409, "afterwards") {
            _ = try $0.attachDetachDataDisks(b, attaching: [disk])
        }
        try plane.makeDisk("shared") { $0.maxShares = 2 }
        let shared = DataDisk(lun: 1, disk: plane.diskID("shared"))
        for machine in [a, b] {
            #expect(plane.end(of: try plane.attachDetachDataDisks(machine, attaching: [shared])) == nil)
        }
    }

    @Test("AZ-062 and AZ-063: LUNs and names are unique, and the size bounds the number of data disks")
    func luns() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m", data: ["a"]).id
        for name in ["b", "c", "d", "e"] { try plane.makeDisk(name) }
        let present = try plane.virtualMachine(machine).dataDisks
        plane.refuses(.invalidParameter, "AZ-062", "a taken LUN") {
            _ = try $0.attachDetachDataDisks(machine, attaching: [DataDisk(lun: 0, disk: $0.diskID("b"))])
        }
        plane.refuses(.invalidParameter, "AZ-062", "one LUN twice") {
            _ = try $0.set(
                present + [DataDisk(lun: 1, disk: $0.diskID("b")), DataDisk(lun: 1, disk: $0.diskID("c"))], of: machine)
        }
        plane.refuses(.invalidParameter, "AZ-062", "one disk twice") {
            _ = try $0.set(present + [DataDisk(lun: 2, disk: $0.diskID("a"))], of: machine)
        }
        plane.refuses(.operationNotAllowed, "AZ-063", status: 409) { plane in
            let more = ["b", "c", "d", "e"].enumerated().map { DataDisk(lun: $0 + 1, disk: plane.diskID($1)) }
            _ = try plane.set(present + more, of: machine)
        }
    }

    @Test("AZ-064: premium disks need a size with premium support")
    func premium() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m") { $0.size = "Standard_D2_v5" }.id
        try plane.makeDisk("p") { $0.sku = .premium }
        plane.refuses(.invalidParameter, "AZ-064", status: 400) {
            _ = try $0.attachDetachDataDisks(machine, attaching: [DataDisk(lun: 0, disk: $0.diskID("p"))])
        }
    }

    @Test("AZ-065: a disk whose detachment runs or failed is detached again before it is attached")
    func failedDetachment() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m", data: ["d"]).id
        let present = try plane.virtualMachine(machine).dataDisks
        plane.faults.plan(Verb.updateMachine.rawValue, occurrence: 1, .refuse(code: "InternalExecutionError"))
        #expect(plane.end(of: try plane.set([], of: machine)) != nil)
        #expect(try plane.virtualMachine(machine).dataDisks == present)
        plane.refuses("AttachDiskWhileBeingDetached", "AZ-065", status: 409) { _ = try $0.set(present, of: machine) }
        #expect(plane.end(of: try plane.set([], of: machine)) == nil)
        #expect(try plane.disk(plane.diskID("d")).state == .unattached)
        #expect(plane.end(of: try plane.set(present, of: machine)) == nil)
    }

    @Test("AZ-070: the size and the generation of the OS disk agree")
    func generations() throws {
        var plane = AzureCompute.seeded()
        try plane.makeOSDisk("m-os") { $0.hyperVGeneration = .v1 }
        plane.refuses(.badRequest, "AZ-070", status: 400) { plane in
            try plane.makeBlank("m") { $0.size = "Standard_DC2s_v2" }
        }
        #expect(throws: Never.self) { try plane.makeBlank("m") }
    }

    @Test("AZ-078: the security type of the machine is that of its OS disk, and a copy cannot set one")
    func security() throws {
        var plane = AzureCompute.seeded()
        try plane.makeOSDisk("m-os") { $0.securityType = .trustedLaunch }
        plane.refuses(.badRequest, "AZ-078", status: 400, "a machine") { try $0.makeBlank("m") }
        #expect(throws: Never.self) { try plane.makeBlank("m") { $0.securityType = .trustedLaunch } }
        let source = plane.diskID("m-os")
        plane.refuses(.badRequest, "AZ-078", status: 400, "a copy") { plane in
            try plane.makeDisk("c", sizeGB: nil) {
                $0.creation = .init(.copy, source: source)
                $0.securityType = .standard
            }
        }
        let copy = try plane.makeDisk("c", sizeGB: nil) { $0.creation = .init(.copy, source: source) }
        #expect(copy.securityType == .trustedLaunch)
    }

    @Test("AZ-081, AZ-082 and AZ-095: specialized disks take no profile, an image needs one and no disk")
    func profiles() throws {
        var (plane, _, _) = try AzureCompute.withMachine()
        let image = try #require(plane.images.keys.first)
        try plane.makeOSDisk("m-os")
        plane.refuses(.invalidParameter, "AZ-081", status: 400) { plane in
            try plane.makeBlank("m") { $0.osProfile = OSProfile(computerName: "m") }
        }
        plane.refuses(.invalidParameter, "AZ-082", status: 400, "disk and image") { plane in
            try plane.makeBlank("m") { $0.imageReference = image }
        }
        plane.refuses(.invalidParameter, "AZ-082", status: 400, "no credentials") { plane in
            try plane.makeBlank("m") {
                $0.osDisk = .init(.fromImage)
                $0.imageReference = image
                $0.osProfile = OSProfile(computerName: "m", adminUsername: nil)
            }
        }
        #expect(try plane.makeBlank("m").osProfile == nil)
    }

    @Test("AZ-083 and AZ-084: some properties never change, and some only while the machine is deallocated")
    func properties() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        let changes: [(inout MachineUpdate) -> Void] = [
            { $0.zone = "2" }, { $0.availabilitySet = "set" }, { $0.priority = "Spot" }, { $0.imageReference = "i" },
            { $0.osProfile = OSProfile(computerName: "x") },
        ]
        for change in changes {
            var update = MachineUpdate()
            change(&update)
            let final = update
            plane.refuses(.propertyChangeNotAllowed, "AZ-083", status: 409) { _ = try $0.updateMachine(machine, final) }
        }
        var update = MachineUpdate()
        update.ultraSSDEnabled = true
        let final = update
        plane.refuses(.operationNotAllowed, "AZ-084", status: 409) { _ = try $0.updateMachine(machine, final) }
        plane.end(of: try plane.deallocate(machine))
        #expect(plane.end(of: try plane.updateMachine(machine, final)) == nil)
        #expect(try plane.virtualMachine(machine).ultraSSDEnabled)
    }

    @Test("AZ-087: extensions change only while the machine runs")
    func extensions() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        #expect(plane.end(of: try plane.createExtension("x", on: machine)) == nil)
        #expect(try plane.virtualMachine(machine).extensions["x"] == .succeeded)
        plane.end(of: try plane.powerOff(machine))
        plane.refuses(.operationNotAllowed, "AZ-087", status: 409) { _ = try $0.createExtension("y", on: machine) }
    }

    @Test("AZ-088: a machine takes one change at a time")
    func concurrency() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        let operation = try plane.powerOff(machine)
        for verb in [
            { (plane: inout AzureCompute) in _ = try plane.start(machine) },
            { plane in _ = try plane.deallocate(machine) }, { plane in _ = try plane.set([], of: machine) },
        ] as [(inout AzureCompute) throws -> Void] {
            plane.refuses(.conflict, "AZ-088", status: 409, "", verb)
        }
        plane.end(of: operation)
        #expect(throws: Never.self) { _ = try plane.start(machine) }
    }

    @Test("AZ-086 and AZ-089: a deletion overtakes what is under way, and nothing overtakes a deletion")
    func preemption() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        let operation = try plane.powerOff(machine)
        let deletion = try plane.deleteMachine(machine)
        #expect(try plane.operation(operation.id).error?.code == "OperationPreempted")
        #expect(try plane.operation(operation.id).error?.rule == "AZ-089")
        plane.refuses(.operationNotAllowed, "AZ-086", status: 409) { _ = try $0.start(machine) }
        #expect(try plane.deleteMachine(machine).id == deletion.id)
        #expect(plane.end(of: deletion) == nil)
        #expect(plane.virtualMachines[machine] == nil)
        #expect(try plane.disk(plane.diskID("m-os")).state == .unattached)
    }

    @Test("AZ-090: a deletion leaves disks and interfaces, but for those whose reference says otherwise")
    func deletion() throws {
        var plane = AzureCompute.seeded()
        let (kept, gone) = (
            plane.id(.networkInterfaces, "kept", in: "g"), plane.id(.networkInterfaces, "gone", in: "g")
        )
        for interface in [kept, gone] {
            plane.end(of: try plane.createNetworkInterface(interface, location: "eastus"))
        }
        try plane.makeDisk("b")
        let machine = try plane.makeBlank("m", data: ["a"]) { request in
            request.dataDisks.append(.init(lun: 1, .attach, disk: AzureCompute.seeded().diskID("b")))
            request.dataDisks[1].deleteOption = .delete
            request.interfaces = [InterfaceReference(kept), InterfaceReference(gone, deleteOption: .delete)]
        }.id
        try plane.makeDisk("shared") { $0.maxShares = 2 }
        let shared = DataDisk(lun: 2, disk: plane.diskID("shared"), deleteOption: .delete)
        plane.refuses(.invalidParameter, "AZ-090") { _ = try $0.attachDetachDataDisks(machine, attaching: [shared]) }
        plane.end(of: try plane.deleteMachine(machine))
        #expect(["m-os", "a", "b"].map { plane.disks[plane.diskID($0)] != nil } == [true, true, false])
        #expect([kept, gone].map { plane.networkInterfaces[$0] != nil } == [true, false])
    }
}
