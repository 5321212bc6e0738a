// A machine on simulated EC2: a snapshot, an upgrade that fails, the way back, and what came back.
import EC2
import Hypervisor
import LabCore

var ec2 = EC2(seed: 1)
let machine = try ec2.makeMachine(
    MachineSpec(
        name: "shop", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .gibibytes(8)), DiskSpec(role: .data, size: .gibibytes(16))],
        memory: .gibibytes(2)))
_ = try ec2.perform(.write(records: 500), on: machine)

// Both disks at one instant, while the machine runs: what its caches hold is not in it.
let snapshot = try ec2.takeSnapshot(SnapshotRequest(name: "before"), of: machine)
let wanted = try ec2.facts(of: machine)

let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .powerLoss)
_ = try ec2.perform(.upgrade(version: "2.0", failure: failure), on: machine)

// A copy is a fork of the whole world: what happens to it does not happen to the original.
var fork = ec2
let report = try fork.revert(RevertRequest(snapshot: snapshot.id), of: machine)
let restored = try fork.facts(of: report.machine)

print("reverted by \(report.method) after \(fork.now - .start)")
if let grade = Grade(restored: restored, wanted: wanted) { print("grade: \(grade.rawValue)") }
for fact in restored.found where restored[fact] != wanted[fact] {
    print("\(fact): \(wanted[fact]?.description ?? "-") -> \(restored[fact]?.description ?? "-")")
}
