import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import EC2

@Suite("The reference provider, end to end")
struct ProviderFlowTests {
    /// Ways of taking a snapshot, and whether what the guest had only in its cache comes back.
    struct Taking: Sendable {
        var name: String
        var request: SnapshotRequest
        var keepsCache: Bool
    }

    @Test(
        "a machine is made, snapshotted, reverted to in each way, and removed without a trace",
        arguments: ["swap-volumes", "new-instance"])
    func wholeFlow(method: String) throws {
        var plane = EC2(seed: 1)
        let machine = try plane.makeMachine(Self.spec)
        _ = try plane.perform(.write(records: 10), on: machine)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "before"), of: machine)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id, method: method), of: machine)
        #expect(report.method == method)
        try plane.removeEverything()
        #expect(plane.leftovers.isEmpty)
    }
}
