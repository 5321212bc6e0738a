import HashTreeCollections
import SimulatedMachine
import Hypervisor
import LabCore
import Testing

@testable import EC2

@Suite("Starting, stopping, rebooting and terminating instances")
struct PowerTests {
    @Test(
        "AWS-097: a running instance is started without a change; one on its way down is refused",
        arguments: [
            PowerState.stopping, .shuttingDown, .terminated,
        ])
    func start(state: PowerState) throws {
        var bench = try Bench()
        let instance = bench.instance
        #expect(try bench.ec2.startInstances([instance])[0].current == .running)
        bench.ec2.instances[instance]?.state = state
        bench.refuses(
            .incorrectInstanceState, "The instance '\(instance)' is not in a state from which it can be started.",
            "AWS-097"
        ) { _ = try $0.startInstances([instance]) }
    }

    @Test(
        "AWS-098: a stopped instance is stopped without a change; one on its way is refused",
        arguments: [
            PowerState.pending, .shuttingDown, .terminated,
        ])
    func stop(state: PowerState) throws {
        var bench = try Bench.stopped()
        let instance = bench.instance
        #expect(try bench.ec2.stopInstances([instance])[0].current == .stopped)
        bench.ec2.instances[instance]?.state = state
        bench.refuses(
            .incorrectInstanceState, "This instance '\(instance)' is not in a state from which it can be stopped.",
            "AWS-098"
        ) { _ = try $0.stopInstances([instance]) }
    }

    @Test("AWS-096: an instance whose root is on its host is not stopped or started, and ends when its guest goes off")
    func instanceStore() throws {
        var ec2 = EC2(seed: 1)
        let image = ec2.makeVendorImage(for: .small)
        let root = try #require(ec2.images[image]?.mappings.first { $0.device == "/dev/sda1" }?.snapshot)
        ec2.images[image]?.instanceStoreRoot = ec2.snapshots[root]?.contents
        ec2.images[image]?.mappings.removeAll { $0.snapshot == root }
        let instance = try ec2.runInstances(RunInstances(image: image))[0].id
        ec2.advance(by: .minutes(5))
        #expect(ec2.instances[instance]?.machine.facts()[.service] == "healthy")
        var bench = try Bench()
        bench.ec2 = ec2
        let why = "The instance '\(instance)' does not have an 'ebs' root device type and cannot be"
        bench.refuses("UnsupportedOperation", "\(why) stopped.", "AWS-096") { _ = try $0.stopInstances([instance]) }
        bench.refuses("UnsupportedOperation", "\(why) started.", "AWS-096") { _ = try $0.startInstances([instance]) }
        bench.refuses("UnsupportedOperation", nil, "AWS-096") {
            _ = try $0.createImage(CreateImage(instance: instance, name: "golden"))
        }
        try bench.ec2.rebootInstances([instance])
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.instances[instance]?.machine.facts()[.service] == "healthy")
        bench.ec2.cutGuestPower(of: instance)
        bench.ec2.noticeGuestPower(of: instance)
        #expect(bench.ec2.instances[instance]?.state == .shuttingDown)
    }

    @Test("AWS-099: an instance without a volume at its root device does not start")
    func noRoot() throws {
        var bench = try Bench.stopped()
        let (root, instance) = (bench.root, bench.instance)
        _ = try bench.ec2.detachVolume(root)
        bench.ec2.advance(by: .seconds(3))
        _ = try bench.ec2.attachVolume(root, to: instance, device: "/dev/xvda")
        bench.ec2.advance(by: .seconds(3))
        bench.refuses(
            .invalidParameterValue,
            "Invalid value '\(instance)' for instanceId. Instance does not have a volume attached at root (/dev/sda1)",
            "AWS-099"
        ) { _ = try $0.startInstances([instance]) }
    }

    @Test(
        "AWS-100: a clean stop flushes the guest's caches; a stop that skips the shutdown loses them",
        arguments: [
            (StopManner.clean, true), (.force, true), (.skipOSShutdown, false),
        ])
    func caches(manner: StopManner, isKept: Bool) throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.writeLooseFiles(4), on: bench.machine)
        _ = try bench.ec2.stopInstances([bench.instance], manner)
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.record?.state == .stopped)
        try bench.ec2.setPower(.on, of: bench.machine)
        #expect(try bench.ec2.facts(of: bench.machine)[.looseFiles] == .number(isKept ? 4 : 0))
    }

    @Test(
        "AWS-100: a guest that does not shut down has its power cut after four minutes, or at once by force",
        arguments: [(StopManner.clean, 240), (.force, 0)])
    func hungShutdown(manner: StopManner, seconds: Int) throws {
        var bench = try Bench()
        let now = bench.ec2.now
        _ = try bench.ec2.instances[bench.instance]?.machine.freeze(at: now)
        _ = try bench.ec2.stopInstances([bench.instance], manner)
        bench.ec2.advance(by: .seconds(seconds) + bench.ec2.settings.timings.forcedStop - .nanoseconds(1))
        #expect(bench.record?.state == .stopping)
        bench.ec2.advance(by: .nanoseconds(1))
        #expect(bench.record?.state == .stopped)
        #expect(bench.record?.machine.power == .off)
    }

    @Test("AWS-101: a stop keeps id, disks, private and hardware address, and gives up the public one")
    func addresses() throws {
        var bench = try Bench()
        let before = try #require(bench.record)
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        let stopped = try #require(bench.record)
        #expect(stopped.publicAddress == nil && stopped.devices == before.devices)
        try bench.ec2.setPower(.on, of: bench.machine)
        let after = try #require(bench.record)
        #expect(after.publicAddress != nil && after.publicAddress != before.publicAddress)
        #expect(after.privateAddress == before.privateAddress && after.hardwareAddress == before.hardwareAddress)
    }

    @Test("AWS-101: an elastic address stays over a stop")
    func elasticAddress() throws {
        var bench = try Bench()
        let address = try bench.ec2.allocateAddress()
        try bench.ec2.associateAddress(address.id, with: bench.instance)
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        #expect(bench.record?.publicAddress == address.publicAddress)
        try bench.ec2.setPower(.on, of: bench.machine)
        #expect(bench.record?.publicAddress == address.publicAddress)
    }

    @Test("AWS-102: a reboot keeps every address and the state, and loses memory")
    func reboot() throws {
        var bench = try Bench()
        let before = try bench.ec2.facts(of: bench.machine)
        let public0 = bench.record?.publicAddress
        try bench.ec2.rebootInstances([bench.instance])
        #expect(bench.record?.state == .running)
        bench.ec2.advance(by: .minutes(2))
        let after = try bench.ec2.facts(of: bench.machine)
        #expect(bench.record?.publicAddress == public0)
        #expect(after[.privateAddress] == before[.privateAddress])
        #expect(after[.bootID] != nil && after[.bootID] != before[.bootID])
        let instance = bench.instance
        _ = try bench.ec2.stopInstances([instance])
        bench.refuses(.incorrectInstanceState, nil, "AWS-102") { try $0.rebootInstances([instance]) }
        _ = try bench.ec2.terminateInstances([instance])
        bench.ec2.advance(by: .minutes(2))
        #expect(bench.record?.state == .terminated)
        #expect(throws: Never.self) { try bench.ec2.rebootInstances([instance]) }
        #expect(bench.record?.state == .terminated)
    }

    @Test("AWS-103: the launch time is that of the last start, not of a reboot")
    func launchTime() throws {
        var bench = try Bench()
        let first = bench.record?.launchTime
        try bench.ec2.setPower(.reboot, of: bench.machine)
        #expect(bench.record?.launchTime == first)
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        let start = bench.ec2.now
        try bench.ec2.setPower(.on, of: bench.machine)
        #expect(bench.record?.launchTime == start)
    }

    @Test("AWS-104: a user's stop leaves a reason with its time, which a start clears")
    func reason() throws {
        var bench = try Bench()
        let time = bench.ec2.now.description.prefix(19).replacing("T", with: " ")
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        #expect(bench.record?.reason == "User initiated (\(time) GMT)")
        #expect(bench.record?.stateReason?.message == "Client.UserInitiatedShutdown: User initiated shutdown")
        try bench.ec2.setPower(.on, of: bench.machine)
        #expect(bench.record?.reason == "" && bench.record?.stateReason == nil)
    }

    @Test("AWS-110: termination deletes the flagged volumes, frees the others, and can be repeated")
    func termination() throws {
        var bench = try Bench()
        let (root, data, instance) = (bench.root, bench.data, bench.instance)
        let address = try bench.ec2.allocateAddress()
        try bench.ec2.associateAddress(address.id, with: instance)
        _ = try bench.ec2.terminateInstances([instance])
        #expect(try bench.ec2.terminateInstances([instance])[0].previous == .shuttingDown)
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.volumes[root] == nil)
        #expect(bench.ec2.volumes[data]?.state == .available)
        #expect(bench.ec2.addresses[address.id]?.instance == nil)
        #expect(bench.record?.state == .terminated && bench.record?.devices.isEmpty == true)
        #expect(try bench.ec2.terminateInstances([instance])[0].current == .terminated)
        bench.ec2.advance(by: .minutes(61))
        #expect(bench.record == nil)
    }

    @Test("AWS-111: an unknown id stops everything; a protected member saves its zone and no other")
    func lists() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        var request = RunInstances(image: image)
        request.zone = "us-east-1b"
        let other = try bench.ec2.runInstances(request)[0].id
        bench.ec2.advance(by: .minutes(1))
        let (instance, unknown) = (bench.instance, Instance.ID(rawValue: "i-00000000"))
        let message = "The instance ID 'i-00000000' does not exist"
        bench.refuses("InvalidInstanceID.NotFound", message, "AWS-111") {
            _ = try $0.terminateInstances([instance, unknown])
        }
        try bench.ec2.modifyInstanceAttribute(of: instance, [.disableAPITermination(true)])
        #expect(throws: EC2Fault.self) { try bench.ec2.terminateInstances([instance, other]) }
        #expect(bench.ec2.instances[instance]?.state == .running)
        #expect(bench.ec2.instances[other]?.state == .shuttingDown)
    }

    @Test("AWS-112: a protected instance is not terminated")
    func terminationProtection() throws {
        var bench = try Bench()
        let instance = bench.instance
        try bench.ec2.modifyInstanceAttribute(of: instance, [.disableAPITermination(true)])
        bench.refuses(
            .operationNotPermitted,
            "The instance '\(instance)' may not be terminated. Modify its 'disableApiTermination' instance attribute "
                + "and try again.", "AWS-112"
        ) { _ = try $0.terminateInstances([instance]) }
    }

    @Test("AWS-113: stop protection stands in the way of stop and termination")
    func stopProtection() throws {
        var bench = try Bench()
        let instance = bench.instance
        try bench.ec2.modifyInstanceAttribute(of: instance, [.disableAPIStop(true)])
        for (word, verb) in [("stopped", "stop"), ("terminated", "terminate")] {
            bench.refuses(
                .operationNotPermitted,
                "The instance '\(instance)' may not be \(word). Modify its 'disableApiStop' instance attribute and try again.",
                "AWS-113"
            ) { ec2 in
                _ = verb == "stop" ? try ec2.stopInstances([instance]) : try ec2.terminateInstances([instance])
            }
        }
    }
}
