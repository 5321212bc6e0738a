import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Another OS disk in the place of the old one")
struct SwapTests {
    /// A machine on a blank OS disk, and another such disk beside it.
    private func prepared(
        _ change: (inout CreateDisk) -> Void = { _ in }
    ) throws -> (plane: AzureCompute, machine: ResourceID, new: ResourceID) {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        try plane.makeOSDisk("new", change)
        return (plane, machine, plane.diskID("new"))
    }

    @Test("AZ-071: the generation of the new disk is that of the machine")
    func generation() throws {
        var (plane, machine, new) = try prepared { $0.hyperVGeneration = .v1 }
        plane.refuses(.propertyChangeNotAllowed, "AZ-071", status: 409) { _ = try $0.swap(new, into: machine) }
    }

    @Test("AZ-072 and AZ-073: the create option stays what it was, and the name is that of the new disk")
    func words() throws {
        var (plane, machine, new) = try prepared()
        plane.refuses(.propertyChangeNotAllowed, "AZ-072", status: 409) { plane in
            _ = try plane.swap(new, into: machine) { $0.createOption = .copy }
        }
        plane.refuses(.propertyChangeNotAllowed, "AZ-073", status: 409, "another name") { plane in
            _ = try plane.swap(new, into: machine) { $0.name = "m-os" }
        }
        plane.refuses(.propertyChangeNotAllowed, "AZ-073", status: 409, "a new name for the old disk") { plane in
            _ = try plane.swap(plane.diskID("m-os"), into: machine) { $0.name = "renamed" }
        }
        let operation = try plane.swap(new, into: machine) {
            $0.createOption = .attach
            $0.name = "new"
        }
        #expect(plane.end(of: operation) == nil)
        #expect(try plane.virtualMachine(machine).osDisk.name == "new")
    }

    @Test("AZ-074: a swap under a running machine restarts its guest, unless the old rule is set")
    func running() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        let old = try plane.virtualMachine(id).osDisk.disk
        var request = CreateDisk(location: "eastus", .init(.copy, source: old))
        request.sku = .premium
        let new = plane.diskID("new")
        plane.end(of: try plane.createDisk(new, request))
        plane.settings.eras.swapRequiresStopped = true
        plane.refuses(.operationNotAllowed, "AZ-074", status: 409) { _ = try $0.swap(new, into: id) }
        plane.settings.eras.swapRequiresStopped = false
        let before = try plane.facts(of: machine)
        #expect(plane.end(of: try plane.swap(new, into: id)) == nil)
        plane.advance(by: .minutes(5))
        let after = try plane.facts(of: machine)
        #expect(after[.bootID] != before[.bootID] && after[.bootID] != nil)
        #expect(after[.service] == "healthy")
        #expect(after[.publicAddress] == before[.publicAddress])
    }

    @Test("AZ-075: a request that was read and written back carries the old size, which shrinks or grows the new disk")
    func size() throws {
        var (plane, machine, new) = try prepared { $0.sizeGB = 8 }
        plane.refuses(.badRequest, "AZ-075", status: 400) { plane in
            _ = try plane.swap(new, into: machine) { $0.diskSizeGB = 4 }
        }
        #expect(plane.end(of: try plane.swap(new, into: machine) { $0.diskSizeGB = 16 }) == nil)
        #expect(try plane.disk(new).sizeGB == 16)
    }

    @Test("AZ-076: no swap where the guest encrypts a disk")
    func guestEncryption() throws {
        for disk in ["m-os", "new"] {
            var (plane, machine, new) = try prepared()
            plane.disks[plane.diskID(disk)]?.isGuestEncrypted = true
            plane.refuses("OSDiskSwapNotSupportedForVMsUsingDiskEncryption", "AZ-076", status: 409, disk) {
                _ = try $0.swap(new, into: machine)
            }
        }
    }

    @Test("AZ-077: both disks have the same encryption set, or none")
    func encryption() throws {
        var (plane, machine, _) = try prepared()
        let set = plane.id(.diskEncryptionSets, "keys", in: "g")
        plane.end(of: try plane.createEncryptionSet(set, location: "eastus"))
        try plane.makeOSDisk("sealed") { $0.encryption = Encryption(.customerKey, set: set) }
        plane.refuses(.propertyChangeNotAllowed, "AZ-077", status: 409) {
            _ = try $0.swap($0.diskID("sealed"), into: machine)
        }
    }

    @Test("AZ-078: no disk of another security type is swapped in")
    func security() throws {
        var (plane, machine, new) = try prepared { $0.securityType = .trustedLaunch }
        plane.refuses(.badRequest, "AZ-078", status: 400) { _ = try $0.swap(new, into: machine) }
    }

    @Test("AZ-079: the new disk is free, and has the system of the machine")
    func system() throws {
        var (plane, machine, _) = try prepared()
        try plane.makeDisk("blank") { $0.hyperVGeneration = .v2 }
        try plane.makeOSDisk("windows") { $0.osType = .windows }
        for disk in ["blank", "windows"] {
            plane.refuses(.invalidParameter, "AZ-079", status: 400, disk) {
                _ = try $0.swap($0.diskID(disk), into: machine)
            }
        }
        try plane.makeBlank("other")
        plane.refuses("ConflictingUserInput", "AZ-061", status: 409) {
            _ = try $0.swap($0.diskID("other-os"), into: machine)
        }
    }

    @Test("AZ-055: a disk's sku does not change through the machine")
    func sku() throws {
        var (plane, machine, new) = try prepared()
        plane.refuses(.operationNotAllowed, "AZ-055", status: 409) { plane in
            _ = try plane.swap(new, into: machine) { $0.sku = .premium }
        }
    }

    @Test(
        "AZ-080: a swap leaves the old disk, free and costing, unless set otherwise, and the machine all that it is",
        arguments: [true, false])
    func keeps(replaced: Bool) throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        if !replaced { plane.settings.inferred.swapKeepsReplacedDisk = false }
        let before = try plane.virtualMachine(id)
        let new = plane.diskID("new")
        let request = CreateDisk(location: "eastus", .init(.copy, source: before.osDisk.disk))
        plane.end(of: try plane.createDisk(new, request))
        plane.end(of: try plane.deallocate(id))
        plane.end(of: try plane.swap(new, into: id))
        let after = try plane.virtualMachine(id)
        #expect(plane.disks[before.osDisk.disk]?.state == (replaced ? .unattached : nil))
        #expect(try plane.disk(new).state == .reserved)
        #expect(after.vmID == before.vmID && after.interfaces == before.interfaces && after.tags == before.tags)
        #expect(after.osDisk.deleteOption == before.osDisk.deleteOption)
        #expect(after.osDisk.createOption == .fromImage)
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.disk(.root)] == "new")
    }

    @Test(
        "AZ-094: a swap that fails leaves the new model with the machine, and reapply or a corrected request mends it")
    func failure() throws {
        for mends in [true, false] {
            var (plane, machine, id) = try AzureCompute.withMachine()
            let old = try plane.virtualMachine(id).osDisk.disk
            let new = plane.diskID("new")
            let request = CreateDisk(location: "eastus", .init(.copy, source: old))
            plane.end(of: try plane.createDisk(new, request))
            plane.end(of: try plane.powerOff(id))
            plane.faults.plan(Verb.updateMachine.rawValue, occurrence: 1, .refuse(code: "InternalExecutionError"))
            #expect(plane.end(of: try plane.swap(new, into: id)) != nil)
            #expect(try plane.virtualMachine(id).provisioning == .failed)
            #expect(try plane.virtualMachine(id).osDisk.disk == new)
            #expect(plane.virtualMachines[id]?.inserted[.root] == old)
            if mends {
                #expect(plane.end(of: try plane.reapply(id)) == nil)
            } else {
                #expect(plane.end(of: try plane.swap(old, into: id)) == nil)
            }
            #expect(try plane.virtualMachine(id).provisioning == .succeeded)
            try plane.setPower(.on, of: machine)
            #expect(plane.virtualMachines[id]?.inserted[.root] == (mends ? new : old))
            #expect(try plane.facts(of: machine)[.service] == "healthy")
        }
    }
}
