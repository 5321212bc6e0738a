import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// projects.moveDisk: a free disk goes to another zone under its name, unless it has instant snapshots.
    ///
    /// Rule: GCE-052.
    package mutating func moveDisk(
        _ name: String, zone: String, to destination: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.moveDisk(name, zone: zone, to: destination)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let disk = try plane.disk(name, zone: zone)
            let path = try plane.newPath(.disks, try plane.zoneScope(destination), disk.path.name)
            guard disk.state == .ready else { throw .notReady(disk.path, rule: "GCE-046") }
            if let user = disk.users.first.flatMap({ plane.instances[$0] }) {
                throw .inUse(disk.path, by: user.path, rule: "GCE-042")
            }
            guard disk.instantSnapshots.isEmpty else {
                throw ComputeFault(
                    .invalidResourceUsage,
                    "Disks with instant snapshots can't be moved. To move this disk, delete the instant snapshots of "
                        + "the disk.", rule: "GCE-052")
            }
            plane.names[path] = disk.id.rawValue
            return plane.accept(
                call, in: .global, on: disk.path, id: disk.id.rawValue, .moveDisk(disk.id, path),
                lasting: plane.settings.timings.diskResize)
        }
    }

    mutating func completeMove(of id: PersistentDisk.ID, to path: ResourcePath) {
        guard let old = disks[id]?.path else { return }
        free(old, id.rawValue)
        disks[id]?.path = path
    }
}
