import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Machine images and images")
struct MachineImageTests {
    private func image(_ plane: inout ComputeEngine, _ name: String, of instance: String) throws -> OperationError? {
        let source = "zones/us-central1-a/instances/\(instance)"
        return plane.end(of: try plane.insertMachineImage(InsertMachineImage(name: name, sourceInstance: source)))
    }

    private func launch(_ image: String, as name: String) -> InsertInstance {
        var request = InsertInstance(name: name)
        request.sourceMachineImage = "global/machineImages/\(image)"
        return request
    }

    @Test("GCE-088 and GCE-089: an image holds configuration and all disks at one instant, as far as they were written")
    func contents() throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        #expect(try plane.perform(.flush, on: machine).succeeded)
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        #expect(try image(&plane, "m", of: "web") == nil)
        let saved = try plane.getMachineImage("m")
        #expect(saved.state == .ready)
        #expect(saved.disks.map(\.deviceName) == ["boot", "data"])
        #expect(saved.properties == instance.properties)
        #expect(saved.cut != nil)
        #expect(plane.end(of: try plane.insertInstance(launch("m", as: "copy"), zone: .zoneB)) == nil)
        let copy = try plane.getInstance("copy", zone: .zoneB)
        plane.waitUntilReady(copy.id)
        let facts = try plane.facts(of: copy.machineID)
        #expect(facts[.records] == 10)
        #expect(facts[.looseFiles] == 0)
        #expect(copy.disks.map(\.autoDelete) == [true, false])
    }

    @Test("GCE-065: a machine image is stored in one known place", arguments: [["us", "eu"], ["moon"]])
    func location(locations: [String]) throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        var request = InsertMachineImage(name: "m", sourceInstance: "zones/us-central1-a/instances/vm")
        request.storageLocations = locations
        let final = request
        #expect(refusal { _ = try plane.insertMachineImage(final) }?.rule == "GCE-065")
    }

    @Test(
        "GCE-072: a guest that does not flush leaves no machine image at all",
        arguments: [GuestFaultPlan.quiesceRefused, .agentHangs])
    func failedFlush(plan: GuestFaultPlan) throws {
        var plane = ComputeEngine.seeded()
        let (_, instance) = try plane.machine()
        plane.instances[instance.id]?.machine?.inject(plan)
        var request = InsertMachineImage(name: "m", sourceInstance: "zones/us-central1-a/instances/web")
        request.guestFlush = true
        #expect(plane.end(of: try plane.insertMachineImage(request))?.rule == "GCE-072")
        #expect(plane.machineImages.isEmpty)
    }

    @Test("GCE-090: six machine images of an instance in an hour")
    func rate() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        for index in 0..<6 { #expect(try image(&plane, "m\(index)", of: "vm") == nil) }
        #expect(try image(&plane, "m6", of: "vm")?.rule == "GCE-090")
        #expect(refusal { _ = try plane.getMachineImage("m6") }?.status == 404)
    }

    @Test("GCE-091: an image does not change with its instance, and its properties can be overridden")
    func overrides() throws {
        var plane = ComputeEngine.seeded()
        let instance = try plane.makeInstance("vm")
        #expect(try image(&plane, "m", of: "vm") == nil)
        plane.end(
            of: try plane.setMetadata(
                ["a": "1"], fingerprint: instance.properties.metadataFingerprint, of: "vm", zone: .zoneA))
        #expect(try plane.getMachineImage("m").properties.metadata == [:])
        var request = launch("m", as: "copy")
        var properties = instance.properties
        properties.machineType = "e2-small"
        request.properties = properties
        plane.end(of: try plane.insertInstance(request, zone: .zoneA))
        #expect(try plane.getInstance("copy", zone: .zoneA).properties.machineType == "e2-small")
    }

    @Test("GCE-092: six instances of a machine image in an hour")
    func launchRate() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        #expect(try image(&plane, "m", of: "vm") == nil)
        for index in 0..<6 {
            #expect(plane.end(of: try plane.insertInstance(launch("m", as: "c\(index)"), zone: .zoneA)) == nil)
        }
        let error = plane.end(of: try plane.insertInstance(launch("m", as: "c6"), zone: .zoneA))
        #expect(error?.rule == "GCE-092")
        #expect(error?.message.contains("machineImages/m") == true)
    }

    @Test("GCE-093: memory is in no machine image: an instance of it boots")
    func memory() throws {
        var plane = ComputeEngine.seeded()
        let (machine, _) = try plane.machine()
        #expect(try plane.perform(.write(records: 7), on: machine).succeeded)
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        #expect(try image(&plane, "m", of: "web") == nil)
        plane.end(of: try plane.insertInstance(launch("m", as: "copy"), zone: .zoneA))
        let copy = try plane.getInstance("copy", zone: .zoneA)
        plane.waitUntilReady(copy.id)
        #expect(try plane.facts(of: copy.machineID)[.records] == 7, "what had reached the disks is in it")
        #expect(try plane.facts(of: copy.machineID)[.looseFiles] == 0)
        #expect(try plane.facts(of: machine)[.looseFiles] == 5)
        #expect(try plane.facts(of: copy.machineID)[.bootID] != plane.facts(of: machine)[.bootID])
    }

    @Test("GCE-095: beside the living source a named address collides, which the operation says")
    func collision() throws {
        var plane = ComputeEngine.seeded()
        plane.end(of: try plane.insertAddress("ip"))
        var named = InstanceProperties()
        named.fixedNetworkIP = "10.0.0.2"
        var reserved = InstanceProperties()
        reserved.accessConfig = .reserved("ip")
        for (name, properties) in [("a", named), ("b", reserved)] {
            try plane.makeInstance(name) { $0.properties = properties }
            #expect(try image(&plane, "m-\(name)", of: name) == nil)
            let error = plane.end(of: try plane.insertInstance(launch("m-\(name)", as: "c-\(name)"), zone: .zoneA))
            #expect(error?.code == .addressInUse)
            #expect(error?.rule == "GCE-095")
        }
        plane.end(of: try plane.deleteInstance("a", zone: .zoneA))
        #expect(plane.end(of: try plane.insertInstance(launch("m-a", as: "c-a"), zone: .zoneA)) == nil)
        #expect(try plane.getInstance("c-a", zone: .zoneA).networkIP == "10.0.0.2")
    }

    @Test("GCE-096: a request that also names the source's disks meets them in use")
    func sourceDisks() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        #expect(try image(&plane, "m", of: "vm") == nil)
        var request = launch("m", as: "copy")
        request.disks = [.existing(AttachDisk(source: plane.disk("vm"), boot: true))]
        let final = request
        #expect(refusal { _ = try plane.insertInstance(final, zone: .zoneA) }?.reason == .resourceInUse)
    }

    @Test("GCE-097: a deleted machine image is gone, and instances made from it stay")
    func deletion() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        #expect(try image(&plane, "m", of: "vm") == nil)
        plane.end(of: try plane.insertInstance(launch("m", as: "copy"), zone: .zoneA))
        #expect(plane.end(of: try plane.deleteMachineImage("m")) == nil)
        #expect(refusal { _ = try plane.getMachineImage("m") }?.status == 404)
        #expect(try plane.getInstance("copy", zone: .zoneA).state == .running)
        #expect(try plane.getDisk("copy", zone: .zoneA).state == .ready)
    }

    @Test("GCE-098: an image of a disk in use must be forced")
    func forcedImage() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        var request = InsertImage(name: "i", sourceDisk: plane.disk("vm"))
        let plain = request
        #expect(refusal { _ = try plane.insertImage(plain) }?.rule == "GCE-098")
        request.forceCreate = true
        #expect(plane.end(of: try plane.insertImage(request)) == nil)
        #expect(try plane.makeDisk("d") { $0.sourceImage = "global/images/i" }.state == .ready)
        plane.end(of: try plane.deleteImage("i"))
    }
}
