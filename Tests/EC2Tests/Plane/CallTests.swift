import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("The gate that every call passes")
struct CallTests {
    @Test("AWS-155: a new resource is unknown until the delay that is set has passed", arguments: [0, 5])
    func visibility(seconds: Int) throws {
        var bench = try Bench()
        bench.ec2.settings.visibilityDelay = .seconds(seconds)
        let volume = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1)).id
        if seconds > 0 { bench.refuses("InvalidVolume.NotFound") { _ = try $0.describeVolumes([volume]) } }
        bench.ec2.advance(by: .seconds(seconds))
        #expect(try bench.ec2.describeVolumes([volume]).count == 1)
    }

    @Test(
        "AWS-156: clients call again by themselves where the service was at fault, and nowhere else",
        arguments: [
            ("RequestLimitExceeded", 503, true), ("InternalError", 500, true), ("InvalidParameterValue", 400, false),
        ] as [(String, Int, Bool)])
    func callsAgain(code: String, status: Int, isAgain: Bool) {
        #expect(EC2Fault(EC2Fault.Code(rawValue: code), "", status: status).isRetriedByClients == isAgain)
        #expect(EC2Fault.tooManyRequests.isRetriedByClients)
    }

    @Test("AWS-156: calls are paid from a bucket for each verb, which fills up again")
    func throttling() throws {
        var bench = try Bench()
        bench.ec2.settings.isThrottling = true
        let data = bench.data
        for _ in 0..<50 { #expect(throws: EC2Fault.self) { try bench.ec2.deleteVolume(data) } }
        do {
            try bench.ec2.deleteVolume(data)
            Issue.record("the bucket should be empty")
        } catch {
            #expect(error.code == "RequestLimitExceeded" && error.status == 503)
            #expect(error.message == "Request limit exceeded." && error.verb == "DeleteVolume")
        }
        _ = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1))
        bench.ec2.advance(by: .seconds(1))
        for expected in [true, true, true, true, true, false] {
            do { try bench.ec2.deleteVolume(data) } catch { #expect((error.status == 400) == expected) }
        }
    }

    @Test(
        "AWS-156: resource tokens are taken for each instance of a call",
        arguments: [
            ("RunInstances", 1_000, 2), ("StartInstances", 1_000, 2), ("StopInstances", 1_000, 20),
            ("TerminateInstances", 1_000, 20), ("CreateSnapshot", 50, 5),
        ])
    func buckets(verb: String, capacity: Int, refill: Int) {
        var buckets = TokenBuckets()
        func take(_ tokens: Int, _ time: Instant) -> Bool { buckets.take(tokens, for: verb, at: time) }
        let (second, hour) = (Instant.start + .seconds(1), Instant.start + .hours(1))
        #expect(!take(capacity + 1, .start))
        #expect(take(capacity, .start))
        #expect(!take(1, .start))
        #expect(take(refill, second))
        #expect(!take(1, second))
        #expect(take(capacity, hour))
        #expect(!take(1, hour))
    }

    @Test("AWS-157: a rehearsal changes nothing; CreateVolume checks its parameters first, ModifyVolume nothing")
    func rehearsals() throws {
        var bench = try Bench()
        let (data, instance, image) = (bench.data, bench.instance, bench.image)
        let message = "Request would have succeeded, but DryRun flag is set."
        bench.refuses("DryRunOperation", message, "AWS-157") { _ = try $0.createSnapshot(of: data, dryRun: true) }
        bench.refuses("DryRunOperation") { _ = try $0.stopInstances([instance], dryRun: true) }
        bench.refuses("DryRunOperation") { _ = try $0.terminateInstances([instance], dryRun: true) }
        bench.refuses("DryRunOperation") { _ = try $0.runInstances(RunInstances(image: image), dryRun: true) }
        bench.refuses("DryRunOperation") { try $0.deleteVolume(data, dryRun: true) }
        bench.refuses("DryRunOperation") { _ = try $0.modifyVolume(Volume.ID(rawValue: "nonsense"), dryRun: true) }
        bench.refuses(.missingParameter) { _ = try $0.createVolume(CreateVolume(zone: nil, size: 1), dryRun: true) }
        #expect(EC2Fault.dryRun.status == 412)
    }

    @Test("AWS-161: malformed and unknown ids are different faults, each kind with its own words")
    func ids() throws {
        var bench = try Bench()
        let malformed = "x-1"
        bench.refuses("InvalidInstanceID.Malformed", "Invalid id: \"x-1\"", "AWS-161") {
            _ = try $0.stopInstances([Instance.ID(rawValue: malformed)])
        }
        bench.refuses("InvalidInstanceID.Malformed", nil, "AWS-161") {
            try $0.modifyInstanceAttribute(of: Instance.ID(rawValue: malformed), [.disableAPIStop(true)])
        }
        bench.refuses(
            .invalidParameterValue, "Value (x-1) for parameter volumeId is invalid. Expected: 'vol-...'.", "AWS-161"
        ) { try $0.deleteVolume(Volume.ID(rawValue: malformed)) }
        bench.refuses("InvalidAMIID.Malformed", "Invalid id: \"x-1\" (expecting \"ami-...\")", "AWS-161") {
            _ = try $0.deregisterImage(Image.ID(rawValue: malformed))
        }
        #expect(bench.instance.isWellFormed && bench.root.isWellFormed && bench.image.isWellFormed)
        for text in ["i-0123456", "i-0123456G", "vol-01234567", "i-0123456789ABCDEF0"] {
            #expect(!Instance.ID(rawValue: text).isWellFormed, "\(text)")
        }
    }

    @Test(
        "AWS-163: a call is signed, with a key that is active, and by who knows its secret",
        arguments: [
            (nil, true, "MissingAuthenticationToken", 403), ("AKIAUNKNOWN", true, "AuthFailure", 401),
            (EC2.Settings.exampleAccessKey, false, "AuthFailure", 401),
        ] as [(String?, Bool, String, Int)])
    func credentials(key: String?, knowsSecret: Bool, code: String, status: Int) throws {
        var bench = try Bench()
        let data = bench.data
        bench.ec2.caller.accessKey = key
        bench.ec2.caller.knowsSecret = knowsSecret
        bench.refuses(EC2Fault.Code(rawValue: code), nil, "AWS-163") { _ = try $0.createSnapshot(of: data) }
        do { _ = try bench.ec2.describeVolumes(Listing<Volume>()) } catch { #expect(error.status == status) }
        bench.ec2.caller = Caller()
        _ = try bench.ec2.createSnapshot(of: data)
    }

    @Test(
        "AWS-164: a caller's clock is a quarter of an hour off at most", arguments: [(900, true), (901, false)])
    func clock(seconds: Int, isAccepted: Bool) throws {
        for skew in [Duration.seconds(seconds), .seconds(-seconds)] {
            var bench = try Bench()
            let data = bench.data
            bench.ec2.caller.clockSkew = skew
            guard !isAccepted else {
                _ = try bench.ec2.createSnapshot(of: data)
                continue
            }
            bench.refuses("RequestExpired", "Request has expired.", "AWS-164") { _ = try $0.createSnapshot(of: data) }
        }
    }

    @Test(
        "AWS-166: server faults come with their status",
        arguments: [
            ("InternalError", 500), ("ServiceUnavailable", 503), ("Unavailable", 503),
            ("InsufficientInstanceCapacity", 500),
            ("InsufficientVolumeCapacity", 500), ("InsufficientAddressCapacity", 500), ("VolumeLimitExceeded", 400),
        ])
    func serverFaults(code: String, status: Int) throws {
        var bench = try Bench()
        let data = bench.data
        try bench.ec2.inject(.call(verb: "*", occurrence: 1, effect: .refuse(code: code)), into: bench.machine)
        do { _ = try bench.ec2.createSnapshot(of: data) } catch {
            #expect(error.code.rawValue == code && error.status == status)
        }
    }

    @Test("a fault strikes the call that it is addressed to, by verb and occurrence, once")
    func addressing() throws {
        var bench = try Bench()
        let data = bench.data
        try bench.ec2.inject(.call(verb: "CreateSnapshot", occurrence: 2, effect: .throttle), into: bench.machine)
        func attempt() -> EC2Fault.Code? {
            bench.ec2.advance(by: .seconds(15))
            do { _ = try bench.ec2.createSnapshot(of: data) } catch { return error.code }
            return nil
        }
        #expect(attempt() == nil)
        bench.ec2.advance(by: .minutes(1))
        _ = try bench.ec2.allocateAddress()
        #expect(attempt() == "RequestLimitExceeded")
        #expect(attempt() == nil)
    }

    @Test("a delayed call is done later, a call whose answer is lost is done all the same")
    func delayAndLoss() throws {
        var bench = try Bench()
        let (start, data) = (bench.ec2.now, bench.data)
        try bench.ec2.inject(.call(verb: "*", occurrence: 1, effect: .delay(.seconds(40))), into: bench.machine)
        #expect(try bench.ec2.createSnapshot(of: data).start == start + .seconds(40))
        try bench.ec2.inject(.call(verb: "AllocateAddress", occurrence: 1, effect: .loseReply), into: bench.machine)
        do {
            _ = try bench.ec2.allocateAddress()
            Issue.record("the answer should be lost")
        } catch {
            #expect(error.isAnswerLost && Refusal(error).kind == .unknown)
        }
        #expect(bench.ec2.addresses.count == 1)
    }

    @Test("calls and changes of state are in the journal, in the platform's words")
    func journal() throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.createSnapshot(of: bench.data)
        bench.ec2.advance(by: .minutes(2))
        let events = bench.ec2.takeEvents()
        #expect(events.map(\.text) == ["CreateSnapshot -> \(snapshot.id)", "pending -> completed"])
        #expect(events.map(\.subject) == [bench.data.rawValue, snapshot.id.rawValue])
        #expect(bench.ec2.takeEvents().isEmpty)
    }
}
