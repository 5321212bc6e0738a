import Hypervisor
import LabCore
import Testing

@testable import EC2

@Suite("The reference provider, end to end")
struct ProviderFlowTests {
    static let spec = MachineSpec(
        name: "app", appliance: .generic, version: "3.13",
        disks: [DiskSpec(role: .root, size: .gibibytes(8)), DiskSpec(role: .data, size: .gibibytes(20))],
        memory: .gibibytes(8))

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
