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
    func roles(hasData: Bool) {
        let present: [DiskRole] = hasData ? [.root, .data] : [.root]
        #expect(SnapshotRequest.Scope.machine.roles(among: present) == present)
        #expect(SnapshotRequest.Scope.disks([.data]).roles(among: present) == (hasData ? [.data] : nil))
        #expect(SnapshotRequest.Scope.disks([]).roles(among: present) == nil)
    }
}
