import Hypervisor
import LabCore

/// What it costs to fork a whole control plane.
enum PlaneBenchmarks<Plane: ControlPlane> {
    static func rows() -> [Row] {
        do {
            let plane = try usedPlane()
            let fork = nanoseconds(each: 100_000) { _ in consume(copy(plane)) }
            let ofEmpty = nanoseconds(each: 100_000) { _ in consume(copy(Plane(seed: 1))) }
            return [
                Row(
                    subject: "fork of an \(Plane.platform) plane with a machine, its data and 5 snapshots",
                    found: "\(fork.brief) ns (making an empty one: \(ofEmpty.brief) ns)", wanted: "1000 ns at most")
            ]
        } catch {
            return [Row(subject: "fork of an \(Plane.platform) plane", found: "not measured: \(error)", wanted: "")]
        }
    }

    /// A plane with a machine that has been worked and snapshotted.
    private static func usedPlane() throws(Refusal) -> Plane {
        var plane = Plane(seed: 1)
        let spec = MachineSpec(
            name: "bench", appliance: .generic, version: "1.0",
            disks: [DiskSpec(role: .root, size: .gibibytes(8)), DiskSpec(role: .data, size: .gibibytes(16))],
            memory: .gibibytes(2))
        let machine = try plane.makeMachine(spec)
        for number in 1...5 {
            _ = try plane.perform(.write(records: 100), on: machine)
            _ = try plane.takeSnapshot(SnapshotRequest(name: "s\(number)"), of: machine)
            plane.advance(by: .hours(1))
        }
        return plane
    }

    @inline(never)
    private static func copy(_ plane: Plane) -> Plane { plane }
}
