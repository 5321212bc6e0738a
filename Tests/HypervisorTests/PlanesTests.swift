import Hypervisor
import LabCore
import Testing

@Suite("What all planes share")
struct PlanesTests {
    @Test("a planned fault strikes the call that was meant, and no other")
    func strike() {
        var faults = CallFaults()
        faults.plan("Stop", occurrence: 2, .throttle)
        let calls = ["Stop", "Start", "Stop", "Stop"].map { faults.strike($0) }
        #expect(calls == [nil, nil, .throttle, nil])
    }

    @Test("of two faults for one call the second waits for the next call of its verb")
    func twoFaults() {
        var faults = CallFaults()
        faults.plan("Stop", occurrence: 1, .throttle)
        faults.plan("Stop", occurrence: 1, .loseReply)
        let calls = ["Stop", "Start", "Stop", "Stop"].map { faults.strike($0) }
        #expect(calls == [.throttle, nil, .loseReply, nil])
    }

    @Test("a fault for any verb strikes whichever comes")
    func anyVerb() {
        var faults = CallFaults()
        faults.plan("*", occurrence: 2, .throttle)
        let calls = ["Stop", "Start", "Stop"].map { faults.strike($0) }
        #expect(calls == [nil, .throttle, nil])
    }

    @Test("a doomed snapshot is that of a machine that was meant, once")
    func doom() {
        var doomed = DoomedSnapshots<String>()
        doomed.plan("a")
        let struck = [["b"], ["b", "a"], ["a"]].map { doomed.strike($0) }
        #expect(struck == [false, true, false])
    }

    @Test("the disks that are meant are disks that are there", arguments: [true, false])
    func roles(hasData: Bool) throws {
        let present: [DiskRole] = hasData ? [.root, .data] : [.root]
        func roles(_ scope: SnapshotRequest.Scope) throws(Refusal) -> [DiskRole] {
            try scope.roles(among: present, code: "NoSuchDisk", rule: "AWS-023")
        }
        let names = hasData ? "root, data" : "root"
        let refusal = Refusal(
            .refused, code: "NoSuchDisk", message: "The machine has the disks \(names) only.", rule: "AWS-023")
        #expect(try roles(.machine) == present)
        if hasData { #expect(try roles(.disks([.data])) == [.data]) }
        if !hasData { #expect(throws: refusal) { try roles(.disksInSuccession([.data])) } }
        #expect(throws: refusal) { try roles(.disks([])) }
    }

    @Test("a snapshot is as little usable as the worst of its members")
    func worst() {
        #expect(Snapshot.State.worst(of: [.ready, .pending, .failed]) == .failed)
        #expect(Snapshot.State.worst(of: [.pending, .ready]) == .pending)
        #expect(Snapshot.State.worst(of: [.ready, .ready]) == .ready)
    }

    @Test(
        "a bucket gives what is in it, says how long to wait for more, and never holds more than its size",
        arguments: [(12, 4, 60), (3_000, 1_000, 60), (50, 5, 1), (1, 1_024, 65_536 * 3_600)])
    func bucket(capacity: Int, refill: Int, seconds: Int) {
        let size = TokenBucket.Size(capacity: capacity, refill: refill, each: .seconds(seconds))
        var bucket = TokenBucket(full: size, at: .start)
        let tooMany = bucket.take(capacity + 1, at: .start)
        let all = bucket.take(capacity, at: .start)
        let wait = bucket.take(at: .start)
        #expect(tooMany != nil && all == nil)
        let one = Duration.nanoseconds((Int64(seconds) * 1_000_000_000 + Int64(refill) - 1) / Int64(refill))
        #expect(wait == one)
        let tooEarly = bucket.take(at: .start + one - .nanoseconds(1))
        let inTime = bucket.take(at: .start + one)
        #expect(tooEarly == .nanoseconds(1) && inTime == nil)
        let later = Instant.start + .days(3_650)
        #expect(bucket.tokens(at: later) == capacity)
        #expect(TokenBucket(empty: size, at: .start).tokens(at: .start) == 0)
    }

    @Test("of what is done too often in a window of time, the next has to wait until the oldest leaves it")
    func window() {
        var window = RateWindow()
        func admit(_ seconds: Int, countsRefused: Bool = false) -> Bool {
            window.admit(at: .start + .seconds(seconds), limit: 2, in: .minutes(1), countsRefused: countsRefused)
        }
        let admitted = [0, 10, 20, 60, 61, 70].map { admit($0) }
        #expect(admitted == [true, true, false, true, false, true])
        #expect(window.last == .start + .seconds(70))
        #expect(window.wait(at: .start + .seconds(75), limit: 2, in: .minutes(1)) == .seconds(45))
        #expect(window.wait(at: .start + .seconds(75), limit: 3, in: .minutes(1)) == nil)
        let refused = [admit(75, countsRefused: true), admit(129), admit(131)]
        #expect(refused == [false, false, true], "what was refused counts where the platform says so")
    }
}
