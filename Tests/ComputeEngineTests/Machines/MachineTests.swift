import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Instances: disks, life and addresses")
struct MachineTests {
    @Test("GCE-100: the boot disk is detached from a stopped instance alone", arguments: [false, true])
    func bootDisk(oldWording: Bool) throws {
        var plane = ComputeEngine.seeded()
        if oldWording { plane.settings.eras.hotRemoveWording = true }
        try plane.makeInstance("vm")
        let fault = refusal { _ = try plane.detachDisk(deviceName: "persistent-disk-0", from: "vm", zone: .zoneA) }
        #expect(fault?.reason == .invalidResourceUsage)
        #expect(fault?.rule == "GCE-100")
        #expect(
            fault?.message
                == (oldWording
                    ? "Invalid resource usage: 'Hot-remove of the root disk is not supported.'."
                    : "Invalid resource usage: 'To detach the boot disk, the instance must be in TERMINATED state.'."))
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        #expect(plane.end(of: try plane.detachDisk(deviceName: "persistent-disk-0", from: "vm", zone: .zoneA)) == nil)
    }

    @Test("GCE-101: a data disk leaves a running instance, and what was not written is lost")
    func hotDetach() throws {
        var plane = ComputeEngine.seeded()
        let (machine, _) = try plane.machine()
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        #expect(plane.end(of: try plane.detachDisk(deviceName: "data", from: "web", zone: .zoneA)) == nil)
        #expect(try plane.facts(of: machine)[.service] != "healthy")
        plane.end(of: try plane.stopInstance("web", zone: .zoneA))
        let attach = AttachDisk(source: plane.disk("web-data"), deviceName: "data")
        plane.end(of: try plane.attachDisk(attach, to: "web", zone: .zoneA))
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
        #expect(try plane.facts(of: machine)[.looseFiles] == 0)
    }

    @Test("GCE-102: a disk is detached by the name of its device, not by its own")
    func deviceName() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        let byDisk = refusal { _ = try plane.detachDisk(deviceName: "vm", from: "vm", zone: .zoneA) }
        #expect(byDisk?.rule == "GCE-102")
        #expect(byDisk?.message.contains(plane.settings.inferred.unknownDevice) == true)
        let flag = refusal { _ = try plane.setDiskAutoDelete(true, deviceName: "vm", of: "vm", zone: .zoneA) }
        #expect(flag?.rule == "GCE-102")
    }

    @Test("GCE-103: a device name is unique and counted up, and the guest looks for its disk under it")
    func deviceNames() throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        try plane.makeDisk("d")
        let taken = AttachDisk(source: plane.disk("d"), deviceName: "data")
        #expect(refusal { _ = try plane.attachDisk(taken, to: "web", zone: .zoneA) }?.rule == "GCE-103")
        plane.end(of: try plane.attachDisk(AttachDisk(source: plane.disk("d")), to: "web", zone: .zoneA))
        #expect(plane.instances[instance.id]?.disks.map(\.deviceName) == ["boot", "data", "persistent-disk-2"])
        plane.end(of: try plane.stopInstance("web", zone: .zoneA))
        plane.end(of: try plane.detachDisk(deviceName: "data", from: "web", zone: .zoneA))
        let wrong = AttachDisk(source: plane.disk("web-data"), deviceName: "other")
        plane.end(of: try plane.attachDisk(wrong, to: "web", zone: .zoneA))
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.service] != "healthy", "the guest does not find its data")
    }

    @Test("GCE-103 and GCE-104: a new instance has one boot disk, and no two disks under one name")
    func newInstanceDisks() throws {
        var plane = ComputeEngine.seeded()
        let disks: [(name: String, boot: Bool)] = [("one", true), ("two", true), ("one", false)]
        let parts = disks.enumerated().map { index, disk in
            InsertInstance.NewDisk.initialize(
                name: "d\(index)", InsertDisk(name: "", sizeGB: 10),
                AttachDisk(source: "", deviceName: disk.name, boot: disk.boot))
        }
        var (booting, naming) = (InsertInstance(name: "vm"), InsertInstance(name: "vm"))
        (booting.disks, naming.disks) = ([parts[0], parts[1]], [parts[0], parts[2]])
        let (two, same) = (booting, naming)
        #expect(refusal { _ = try plane.insertInstance(two, zone: .zoneA) }?.rule == "GCE-104")
        #expect(refusal { _ = try plane.insertInstance(same, zone: .zoneA) }?.rule == "GCE-103")
    }

    @Test("GCE-104: the boot disk is the first, and there is one", arguments: [true, false])
    func oneBootDisk(refuses: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !refuses { plane.settings.inferred.refusesSecondBootDisk = false }
        try plane.makeInstance("vm")
        try plane.makeDisk("d")
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        let attach = AttachDisk(source: plane.disk("d"), deviceName: "new", boot: true)
        if refuses {
            #expect(refusal { _ = try plane.attachDisk(attach, to: "vm", zone: .zoneA) }?.rule == "GCE-104")
            plane.end(of: try plane.detachDisk(deviceName: "persistent-disk-0", from: "vm", zone: .zoneA))
        }
        try plane.makeDisk("e")
        plane.end(of: try plane.attachDisk(AttachDisk(source: plane.disk("e")), to: "vm", zone: .zoneA))
        plane.end(of: try plane.attachDisk(attach, to: "vm", zone: .zoneA))
        #expect(try plane.getInstance("vm", zone: .zoneA).disks.first?.deviceName == "new")
        #expect(try plane.getInstance("vm", zone: .zoneA).disks.count { $0.isBoot } == 1)
    }

    @Test(
        "GCE-105 and GCE-106: a stopped instance may be without disks, and does not start so", arguments: [true, false])
    func noDisks(refusesAtOnce: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !refusesAtOnce { plane.settings.inferred.refusesStartWithoutBootDisk = false }
        try plane.makeInstance("vm")
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        plane.end(of: try plane.detachDisk(deviceName: "persistent-disk-0", from: "vm", zone: .zoneA))
        #expect(try plane.getInstance("vm", zone: .zoneA).disks == [])
        if refusesAtOnce {
            #expect(refusal { _ = try plane.startInstance("vm", zone: .zoneA) }?.rule == "GCE-106")
        } else {
            #expect(plane.end(of: try plane.startInstance("vm", zone: .zoneA))?.rule == "GCE-106")
        }
        #expect(try plane.getInstance("vm", zone: .zoneA).state == .terminated)
    }

    @Test("GCE-107 and GCE-108: detaching forgets the flag, and the flag acts when the instance is deleted")
    func autoDelete() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        #expect(try plane.getInstance("vm", zone: .zoneA).bootDisk?.autoDelete == true)
        plane.end(of: try plane.detachDisk(deviceName: "persistent-disk-0", from: "vm", zone: .zoneA))
        #expect(try plane.getDisk("vm", zone: .zoneA).state == .ready, "a detached disk is not deleted")
        plane.end(of: try plane.attachDisk(AttachDisk(source: plane.disk("vm"), boot: true), to: "vm", zone: .zoneA))
        #expect(try plane.getInstance("vm", zone: .zoneA).bootDisk?.autoDelete == false)
        try plane.makeDisk("d")
        let marked = AttachDisk(source: plane.disk("d"), deviceName: "d", autoDelete: true)
        plane.end(of: try plane.attachDisk(marked, to: "vm", zone: .zoneA))
        plane.end(of: try plane.deleteInstance("vm", zone: .zoneA))
        #expect(try plane.getDisk("vm", zone: .zoneA).state == .ready)
        #expect(refusal { _ = try plane.getDisk("d", zone: .zoneA) }?.status == 404)
    }

    @Test("GCE-109: a marked disk that somebody else uses is left, with a warning")
    func sharedAutoDelete() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("a")
        try plane.makeInstance("b")
        try plane.makeDisk("d")
        let reading = AttachDisk(source: plane.disk("d"), mode: .readOnly, autoDelete: true)
        for name in ["a", "b"] { plane.end(of: try plane.attachDisk(reading, to: name, zone: .zoneA)) }
        let operation = try plane.deleteInstance("a", zone: .zoneA)
        #expect(plane.end(of: operation) == nil)
        #expect(plane.operations[operation.name]?.warnings.map(\.code) == ["RESOURCE_NOT_DELETED"])
        #expect(try plane.getDisk("d", zone: .zoneA).users.count == 1)
    }

    @Test("GCE-110: a new disk under the name of an existing one is that disk, with its old data")
    func existingName() throws {
        var plane = ComputeEngine.seeded()
        let old = try plane.makeDisk("vm")
        try plane.write(7, at: 0, on: "vm")
        let instance = try plane.makeInstance("vm")
        #expect(instance.bootDisk?.disk == old.id)
        #expect(plane.disks.count == 1)
        #expect(plane.contents(of: try plane.getDisk("vm", zone: .zoneA))[0] == Block(token: 7))
    }

    @Test("GCE-111: a stop is clean, and cuts the power of a guest that takes too long", arguments: [false, true])
    func stop(isSlow: Bool) throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        #expect(plane.settings.timings.shutdownLimit == .seconds(120))
        if isSlow { plane.settings.timings.shutdownLimit = .seconds(1) }
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        plane.end(of: try plane.stopInstance("web", zone: .zoneA))
        #expect(plane.instances[instance.id]?.state == .terminated)
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.looseFiles] == (isSlow ? 0 : 5))
    }

    @Test("GCE-111: a Spot instance has a limit of its own")
    func spot() throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        plane.instances[instance.id]?.properties.isSpot = true
        #expect(plane.settings.timings.spotShutdownLimit == .seconds(30))
        plane.settings.timings.spotShutdownLimit = .seconds(1)
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        plane.end(of: try plane.stopInstance("web", zone: .zoneA))
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.looseFiles] == 0)
    }

    @Test("a graceful shutdown shows PENDING_STOP first, unless it is passed over", arguments: [false, true])
    func graceful(skips: Bool) throws {
        var plane = ComputeEngine.seeded()
        let (_, instance) = try plane.machine()
        plane.instances[instance.id]?.properties.gracefulShutdown = .minutes(5)
        let operation = try plane.stopInstance("web", zone: .zoneA, noGracefulShutdown: skips)
        #expect(plane.instances[instance.id]?.state == (skips ? .stopping : .pendingStop))
        plane.advance(by: .minutes(4))
        #expect((plane.instances[instance.id]?.state == .terminated) == skips)
        #expect(plane.end(of: operation) == nil)
        #expect(plane.instances[instance.id]?.state == .terminated)
    }

    @Test("GCE-112: a reset gives the guest no warning and shows no other state")
    func reset() throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        let before = try plane.facts(of: machine)
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        let operation = try plane.resetInstance("web", zone: .zoneA)
        #expect(plane.instances[instance.id]?.state == .running)
        #expect(plane.end(of: operation) == nil)
        plane.waitUntilReady(instance.id)
        let after = try plane.facts(of: machine)
        #expect(after[.looseFiles] == 0)
        #expect(after[.bootID] != before[.bootID])
        #expect(after[.publicAddress] == before[.publicAddress])
        plane.end(of: try plane.stopInstance("web", zone: .zoneA))
        #expect(refusal { _ = try plane.resetInstance("web", zone: .zoneA) }?.reason == .resourceNotReady)
    }

    @Test("GCE-113: a stop of what is stopped and a start of what runs change nothing", arguments: [true, false])
    func repeats(succeeds: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !succeeds { plane.settings.inferred.repeatedPowerSucceeds = false }
        let instance = try plane.makeInstance("vm")
        let address = instance.natIP
        if succeeds {
            #expect(plane.end(of: try plane.startInstance("vm", zone: .zoneA)) == nil)
            #expect(try plane.getInstance("vm", zone: .zoneA).natIP == address)
        } else {
            #expect(refusal { _ = try plane.startInstance("vm", zone: .zoneA) }?.rule == "GCE-113")
        }
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        if succeeds {
            #expect(plane.end(of: try plane.stopInstance("vm", zone: .zoneA)) == nil)
        } else {
            #expect(refusal { _ = try plane.stopInstance("vm", zone: .zoneA) }?.rule == "GCE-113")
        }
        #expect(try plane.getInstance("vm", zone: .zoneA).state == .terminated)
    }

    @Test("GCE-114: what does not run cannot be suspended, and the operation says why")
    func suspendStopped() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        plane.end(of: try plane.suspendInstance("vm", zone: .zoneA))
        let again = plane.end(of: try plane.suspendInstance("vm", zone: .zoneA))
        #expect(again?.message == "You cannot suspend an already suspended instance.")
        plane.end(of: try plane.resumeInstance("vm", zone: .zoneA))
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        let stopped = plane.end(of: try plane.suspendInstance("vm", zone: .zoneA))
        #expect(stopped?.message == "You cannot suspend an instance that is stopped or terminated.")
        #expect(stopped?.rule == "GCE-114")
        plane.end(of: try plane.startInstance("vm", zone: .zoneA))
        try plane.failHost(of: "vm", zone: .zoneA)
        let repaired = plane.end(of: try plane.suspendInstance("vm", zone: .zoneA))
        #expect(repaired?.message == "You cannot suspend an instance that is being repaired.")
    }

    @Test("GCE-115: a suspension takes the longer the more memory there is, and the guest goes on afterwards")
    func suspension() throws {
        var took: [Duration] = []
        for memory in [2, 16] {
            var plane = ComputeEngine.seeded()
            var spec = MachineSpec.small
            spec.memory = .gibibytes(memory)
            let (machine, _) = try plane.machine(spec)
            let before = try plane.facts(of: machine)
            let operation = try plane.suspendInstance("web", zone: .zoneA)
            plane.end(of: operation)
            #expect(try plane.facts(of: machine)[.power] == "suspended")
            let end = try #require(plane.operations[operation.name]?.endTime)
            took.append(end - operation.insertTime)
            try plane.setPower(.on, of: machine)
            #expect(try plane.facts(of: machine)[.bootID] == before[.bootID])
        }
        #expect(took[1] > took[0])
    }

    @Test("GCE-116: after 60 days a suspended instance is terminated and its memory lost")
    func expiry() throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        plane.end(of: try plane.suspendInstance("web", zone: .zoneA))
        plane.advance(by: .days(60) - .minutes(1))
        #expect(plane.instances[instance.id]?.state == .suspended)
        plane.advance(by: .minutes(1))
        #expect(plane.instances[instance.id]?.state == .terminated)
        #expect(plane.instances[instance.id]?.machine?.power == .off)
        #expect(try plane.facts(of: machine)[.power] == "off")
    }

    @Test("GCE-117 and GCE-118: a local SSD is given up knowingly, and comes back empty")
    func localSSD() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm") {
            var properties = InstanceProperties()
            properties.localSSDs = 1
            $0.properties = properties
        }
        #expect(refusal { _ = try plane.stopInstance("vm", zone: .zoneA) }?.rule == "GCE-117")
        #expect(refusal { _ = try plane.suspendInstance("vm", zone: .zoneA) }?.rule == "GCE-117")
        let before = try plane.getInstance("vm", zone: .zoneA).localSSDEpoch
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA, discardLocalSSD: true))
        #expect(try plane.getInstance("vm", zone: .zoneA).localSSDEpoch == before + 1)
    }

    @Test("GCE-119: a lent address goes at a stop and another comes at the start; a reserved one stays")
    func externalAddress() throws {
        var plane = ComputeEngine.seeded()
        plane.end(of: try plane.insertAddress("ip"))
        let lent = try plane.makeInstance("lent")
        let reserved = try plane.makeInstance("reserved") {
            var properties = InstanceProperties()
            properties.accessConfig = .reserved("ip")
            $0.properties = properties
        }
        for name in ["lent", "reserved"] { plane.end(of: try plane.stopInstance(name, zone: .zoneA)) }
        #expect(try plane.getInstance("lent", zone: .zoneA).natIP == nil)
        for name in ["lent", "reserved"] { plane.end(of: try plane.startInstance(name, zone: .zoneA)) }
        #expect(lent.natIP != nil)
        #expect(try plane.getInstance("lent", zone: .zoneA).natIP != lent.natIP)
        #expect(reserved.natIP != nil)
        #expect(try plane.getInstance("reserved", zone: .zoneA).natIP == reserved.natIP)
        plane.end(of: try plane.suspendInstance("lent", zone: .zoneA))
        #expect(try plane.getInstance("lent", zone: .zoneA).natIP == nil)
        plane.end(of: try plane.resumeInstance("lent", zone: .zoneA))
        #expect(try plane.getInstance("lent", zone: .zoneA).natIP != nil)
    }

    @Test(
        "GCE-120 and GCE-125: addresses inside, number and hardware address stay over a stop; a new instance has others"
    )
    func identity() throws {
        var plane = ComputeEngine.seeded()
        let before = try plane.makeInstance("vm")
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        plane.end(of: try plane.startInstance("vm", zone: .zoneA))
        let after = try plane.getInstance("vm", zone: .zoneA)
        #expect(after.id == before.id)
        #expect(after.networkIP == before.networkIP)
        #expect(after.hardwareAddress == before.hardwareAddress)
        var ahead = plane
        let next = try ahead.makeInstance("next").networkIP
        try plane.makeInstance("named") {
            var properties = InstanceProperties()
            properties.fixedNetworkIP = next
            $0.properties = properties
        }
        let other = try plane.makeInstance("other")
        #expect(other.networkIP != before.networkIP && other.networkIP != next)
        #expect(other.hardwareAddress != before.hardwareAddress)
        plane.settings.inferred.keepsHardwareAddresses = false
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        plane.end(of: try plane.startInstance("vm", zone: .zoneA))
        #expect(try plane.getInstance("vm", zone: .zoneA).hardwareAddress != before.hardwareAddress)
    }

    @Test("GCE-121: protection blocks the deletion of an instance, and neither stop nor swap")
    func protection() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm") { $0.deletionProtection = true }
        #expect(refusal { _ = try plane.deleteInstance("vm", zone: .zoneA) }?.rule == "GCE-121")
        plane.end(of: try plane.resetInstance("vm", zone: .zoneA))
        #expect(plane.end(of: try plane.stopInstance("vm", zone: .zoneA)) == nil)
        #expect(plane.end(of: try plane.detachDisk(deviceName: "persistent-disk-0", from: "vm", zone: .zoneA)) == nil)
        plane.end(of: try plane.setDeletionProtection(false, of: "vm", zone: .zoneA))
        #expect(plane.end(of: try plane.deleteInstance("vm", zone: .zoneA)) == nil)
    }

    @Test("GCE-122: the type changes while it is stopped, and otherwise fails in the operation")
    func machineType() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        let error = plane.end(of: try plane.setMachineType("e2-small", of: "vm", zone: .zoneA))
        #expect(error?.code == .resourceNotReady)
        #expect(error?.rule == "GCE-122")
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        #expect(plane.end(of: try plane.setMachineType("e2-small", of: "vm", zone: .zoneA)) == nil)
        #expect(try plane.getInstance("vm", zone: .zoneA).properties.machineType == "e2-small")
    }

    @Test("GCE-123: a stopped instance holds no room, and may not find any when it starts")
    func stockOut() throws {
        var plane = ComputeEngine.seeded()
        plane.setCapacity(1, zone: .zoneA)
        try plane.makeInstance("a")
        var request = InsertInstance(name: "b")
        request.disks = [.initialize(name: nil, InsertDisk(name: "", sizeGB: 10), AttachDisk(source: "", boot: true))]
        #expect(plane.end(of: try plane.insertInstance(request, zone: .zoneA))?.rule == "GCE-123")
        #expect(refusal { _ = try plane.getInstance("b", zone: .zoneA) }?.status == 404)
        plane.end(of: try plane.stopInstance("a", zone: .zoneA))
        #expect(plane.end(of: try plane.insertInstance(request, zone: .zoneA)) == nil)
        let error = plane.end(of: try plane.startInstance("a", zone: .zoneA))
        #expect(error?.code == .stockOut)
        #expect(error?.httpErrorStatusCode == 503)
        #expect(try plane.getInstance("a", zone: .zoneA).state == .terminated)
        plane.end(of: try plane.deleteInstance("b", zone: .zoneA))
        #expect(plane.end(of: try plane.startInstance("a", zone: .zoneA)) == nil)
    }

    @Test("GCE-124: changes of one instance come one after the other, or are refused", arguments: [true, false])
    func queue(waits: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !waits { plane.settings.inferred.queuesChanges = false }
        try plane.makeInstance("vm")
        let first = try plane.stopInstance("vm", zone: .zoneA)
        guard waits else {
            #expect(refusal { _ = try plane.startInstance("vm", zone: .zoneA) }?.rule == "GCE-124")
            return
        }
        let second = try plane.startInstance("vm", zone: .zoneA)
        #expect(second.state.word == "PENDING")
        #expect(plane.end(of: first) == nil)
        #expect(plane.end(of: second) == nil)
        #expect(try plane.getInstance("vm", zone: .zoneA).state == .running)
        let start = try #require(plane.operations[second.name]?.startTime)
        #expect(start == plane.operations[first.name]?.endTime)
    }

    @Test(
        "GCE-030 and GCE-031: metadata are changed by whoever names their present fingerprint, when the turn comes too")
    func metadata() throws {
        var plane = ComputeEngine.seeded()
        let instance = try plane.makeInstance("vm")
        let fingerprint = instance.properties.metadataFingerprint
        let stale = refusal { _ = try plane.setMetadata(["a": "1"], fingerprint: "no", of: "vm", zone: .zoneA) }
        #expect(stale?.rule == "GCE-030")
        #expect(stale?.status == 412)
        let first = try plane.setMetadata(["a": "1"], fingerprint: fingerprint, of: "vm", zone: .zoneA)
        let second = try plane.setMetadata(["a": "2"], fingerprint: fingerprint, of: "vm", zone: .zoneA)
        #expect(plane.end(of: first) == nil)
        let late = plane.end(of: second)
        #expect(late?.code == .conditionNotMet)
        #expect(late?.rule == "GCE-031")
        #expect(try plane.getInstance("vm", zone: .zoneA).properties.metadata == ["a": "1"])
        let now = try plane.getInstance("vm", zone: .zoneA).labels.fingerprint
        let racers = try ["1", "2"].map { value in
            try plane.setLabels(["x": value], fingerprint: now, of: "vm", zone: .zoneA)
        }
        #expect(racers.map { plane.end(of: $0)?.rule } == [nil, "GCE-031"])
        plane.end(of: try plane.setLabels([:], fingerprint: Labels(["x": "1"]).fingerprint, of: "vm", zone: .zoneA))
        let labels = try plane.setLabels(["x": "y"], fingerprint: instance.labels.fingerprint, of: "vm", zone: .zoneA)
        #expect(plane.end(of: labels) == nil)
        #expect(try plane.getInstance("vm", zone: .zoneA).labels.values == ["x": "y"])
    }

    @Test("a failed host brings the instance back, or leaves it stopped", arguments: [true, false])
    func hostFailure(restarts: Bool) throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        plane.instances[instance.id]?.properties.automaticRestart = restarts
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        try plane.failHost(of: "web", zone: .zoneA)
        #expect(plane.instances[instance.id]?.state == .repairing)
        plane.advance(by: .minutes(10))
        #expect(plane.instances[instance.id]?.state == (restarts ? .running : .terminated))
        if restarts { #expect(try plane.facts(of: machine)[.looseFiles] == 0) }
    }

    @Test("GCE-099: many instances at a time are made of images, and none of them boots from a snapshot")
    func bulk() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        try plane.makeSnapshot("s", of: "d")
        var parameters = InsertDisk(name: "", sizeGB: 10)
        var template = InsertInstance(name: "")
        let attach = AttachDisk(source: "", boot: true, autoDelete: true)
        template.disks = [.initialize(name: nil, parameters, attach)]
        let blank = BulkInsert(namePattern: "web-##", count: 3, template: template)
        #expect(plane.end(of: try plane.bulkInsertInstances(blank, zone: .zoneA)) == nil)
        #expect(try plane.listInstances(zone: .zoneA).items.map(\.path.name) == ["web-01", "web-02", "web-03"])
        parameters.sourceSnapshot = plane.link(.snapshots, "s")
        template.disks = [.initialize(name: nil, parameters, attach)]
        let restored = BulkInsert(namePattern: "new-#", count: 2, template: template)
        #expect(refusal { _ = try plane.bulkInsertInstances(restored, zone: .zoneA) }?.rule == "GCE-099")
        let before = plane.inventory
        #expect(refusal { _ = try plane.bulkInsertInstances(blank, zone: .zoneA) }?.rule == "GCE-007")
        #expect(plane.inventory == before, "all of them or none")
    }
}
