import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// disks.delete.
    package mutating func deleteDisk(
        _ name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.deleteDisk(name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            var disk = try plane.disk(name, zone: zone)
            try plane.checkDeletion(of: disk)
            do {
                try disk.state.delete()
            } catch {
                throw .notReady(disk.path, rule: "GCE-046")
            }
            plane.disks[disk.id] = disk
            return plane.accept(
                call, in: .zone(zone), on: disk.path, id: disk.id.rawValue, .deleteDisk(disk.id),
                lasting: plane.settings.timings.diskDelete)
        }
    }

    private func checkDeletion(of disk: PersistentDisk) throws(ComputeFault) {
        // Rule: GCE-041
        if let user = disk.users.first, let instance = instances[user] {
            throw .inUse(disk.path, by: instance.path, rule: "GCE-041")
        }
        if disk.isReplicationSecondary { throw .replicates(disk.path) }
        // Rule: GCE-079
        if disk.snapshotsBeingCut > 0, settings.inferred.protectsDisksBeingCut {
            throw .notReady(disk.path, rule: "GCE-079")
        }
    }

    /// The disk is gone: its snapshots stay, its instant snapshots go with it.
    ///
    /// Rules: GCE-047, GCE-061 and GCE-085.
    mutating func remove(_ id: PersistentDisk.ID) {
        guard let disk = disks[id] else { return }
        for instant in disk.instantSnapshots { remove(instant) }
        for policy in disk.policies { leave(policy, disk) }
        disks[id] = nil
        free(disk.path, disk.id.rawValue)
        note(disk.path.name, "DELETING -> gone")
    }

    /// Gives a name free, unless somebody else has it by now.
    mutating func free(_ path: ResourcePath, _ number: UInt64) {
        if names[path] == number { names[path] = nil }
    }
}
