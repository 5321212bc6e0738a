import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Power, and what goes with the host")
struct PowerTests {
    @Test("AZ-085: power-off and restart need a host, start and deallocate ask for what may be there already")
    func refusals() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        #expect(try plane.start(machine).isOver)
        plane.end(of: try plane.deallocate(machine))
        #expect(try plane.deallocate(machine).isOver)
        plane.refuses(.operationNotAllowed, "AZ-085", status: 409, "power off") { _ = try $0.powerOff(machine) }
        plane.refuses(.operationNotAllowed, "AZ-085", status: 409, "restart") { _ = try $0.restart(machine) }
    }

    @Test("AZ-086: a generalized machine does not start")
    func generalized() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        plane.refuses(.operationNotAllowed, "AZ-084", status: 409) { _ = try $0.generalize(machine) }
        plane.end(of: try plane.powerOff(machine))
        #expect(try plane.generalize(machine).isOver)
        plane.refuses(.operationNotAllowed, "AZ-086", status: 409) { _ = try $0.start(machine) }
    }

    @Test("AZ-091: a start needs room, which a deallocated machine has given away")
    func room() throws {
        var plane = AzureCompute.seeded()
        let (a, b) = (try plane.makeBlank("a").id, try plane.makeBlank("b").id)
        plane.settings.quotas.allocatableCores = 4
        plane.end(of: try plane.deallocate(a))
        plane.settings.quotas.allocatableCores = 2
        let fault = plane.end(of: try plane.start(a))
        #expect(fault?.code == .allocationFailed && fault?.rule == "AZ-091" && fault?.status == 200)
        #expect(try plane.virtualMachine(a).power == .deallocated)
        #expect(try plane.virtualMachine(a).provisioning == .failed)
        plane.end(of: try plane.powerOff(b))
        #expect(plane.end(of: try plane.start(b)) == nil, "a machine that is only off keeps its host")
    }

    @Test("AZ-091: deallocated machines go on counting against the quota of cores")
    func quota() throws {
        var plane = AzureCompute.seeded()
        plane.settings.quotas.cores = 4
        let machine = try plane.makeBlank("a").id
        try plane.makeBlank("b")
        plane.end(of: try plane.deallocate(machine))
        try plane.makeOSDisk("c-os")
        plane.refuses(.operationNotAllowed, "AZ-091", status: 409) { try $0.makeBlank("c") }
        plane.end(of: try plane.deleteMachine(machine))
        #expect(throws: Never.self) { try plane.makeBlank("c") }
    }

    @Test(
        "AZ-092: a deallocation loses the temporary disk and resets the virtual TPM, a power-off and a restart do not")
    func losses() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        let before = try plane.virtualMachine(id)
        try plane.setPower(.reboot, of: machine)
        try plane.setPower(.shutDown, of: machine)
        #expect(try plane.virtualMachine(id).temporaryDisk == before.temporaryDisk)
        #expect(try plane.virtualMachine(id).tpmSeed == before.tpmSeed)
        plane.end(of: try plane.deallocate(id))
        #expect(try plane.virtualMachine(id).temporaryDisk != before.temporaryDisk)
        #expect(try plane.virtualMachine(id).tpmSeed != before.tpmSeed)
    }

    @Test("AZ-126: a dynamic address is there while the machine has a host, and another each time; a static one stays")
    func addresses() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        let first = try plane.facts(of: machine)
        try plane.setPower(.shutDown, of: machine)
        #expect(try plane.facts(of: machine)[.publicAddress] == first[.publicAddress])
        plane.end(of: try plane.deallocate(id))
        #expect(try plane.facts(of: machine)[.publicAddress] == nil)
        try plane.setPower(.on, of: machine)
        let last = try plane.facts(of: machine)
        #expect(last[.publicAddress] != nil && last[.publicAddress] != first[.publicAddress])
        #expect(last[.privateAddress] == first[.privateAddress])
        let address = plane.id(.publicIPAddresses, "ip", in: "g")
        plane.refuses(.badRequest, "AZ-126", status: 400) {
            _ = try $0.createPublicAddress(address, location: "eastus", isStandard: true)
        }
        plane.end(of: try plane.createPublicAddress(address, location: "eastus", isStandard: true, isStatic: true))
        let interface = plane.id(.networkInterfaces, "nic", in: "g")
        plane.end(of: try plane.createNetworkInterface(interface, location: "eastus", publicAddress: address))
        let other = try plane.makeBlank("m") { $0.interfaces = [InterfaceReference(interface)] }.id
        let fixed = plane.publicIPAddresses[address]?.address
        #expect(fixed != nil)
        plane.end(of: try plane.deallocate(other))
        #expect(plane.publicIPAddresses[address]?.address == fixed)
    }

    @Test("AZ-127 and AZ-128: an interface has one machine, and takes one change at a time")
    func interfaces() throws {
        var plane = AzureCompute.seeded()
        let interface = plane.id(.networkInterfaces, "nic", in: "g")
        let operation = try plane.createNetworkInterface(interface, location: "eastus")
        plane.refuses("AnotherOperationInProgress", "AZ-128", status: 409) {
            _ = try $0.createNetworkInterface(interface, location: "eastus")
        }
        plane.end(of: operation)
        try plane.makeBlank("a") { $0.interfaces = [InterfaceReference(interface)] }
        try plane.makeOSDisk("b-os")
        plane.refuses("NicInUse", "AZ-127", status: 400, "another machine") { plane in
            try plane.makeBlank("b") { $0.interfaces = [InterfaceReference(interface)] }
        }
        plane.refuses("NicInUse", "AZ-127", status: 400, "deletion") { _ = try $0.deleteNetworkInterface(interface) }
    }

    @Test("AZ-093: an ephemeral OS disk is made anew, a managed one is not")
    func reimage() throws {
        var (plane, ephemeral) = try SnapshotTests.ephemeralMachine()
        #expect(plane.end(of: try plane.reimage(ephemeral.id)) == nil)
        let managed = try plane.makeBlank("m").id
        plane.refuses(.operationNotAllowed, "AZ-093", status: 409) { _ = try $0.reimage(managed) }
    }

    @Test("a machine that fails to be made stays as a resource without a host, and can be deleted")
    func failedCreation() throws {
        var plane = AzureCompute.seeded()
        plane.settings.quotas.allocatableCores = 0
        let machine = try plane.makeBlank("m")
        #expect(machine.provisioning == .failed && machine.power == .deallocated && !machine.hasHost)
        #expect(plane.usage["eastus"]?.allocatedCores == 0)
        #expect(plane.end(of: try plane.deleteMachine(machine.id)) == nil)
        #expect(plane.usage["eastus"]?.cores == 0)
    }

    @Test("a guest that loses its power leaves its machine stopped on its host")
    func powerLoss() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        try plane.setPower(.cut, of: machine)
        #expect(plane.virtualMachines[id]?.power == .stopped)
        try plane.setPower(.on, of: machine)
        let failure = UpgradeFailure(phase: .unpack, cause: .powerLoss)
        _ = try plane.perform(.upgrade(version: "1.1", failure: failure), on: machine)
        #expect(plane.virtualMachines[id]?.power == .stopped)
        #expect(plane.virtualMachines[id]?.hasHost == true)
    }
}
