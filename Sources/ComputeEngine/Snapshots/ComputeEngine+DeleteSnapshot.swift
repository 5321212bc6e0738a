import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// snapshots.delete, whatever was made from it and whatever it was made of.
    ///
    /// Rules: GCE-054 and GCE-061.
    package mutating func deleteSnapshot(_ name: String, requestID: String? = nil) throws(ComputeFault) -> Operation {
        let call = Request.deleteSnapshot(name)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            var snapshot = try plane.snapshot(name)
            do {
                try snapshot.state.delete(protectsUnready: plane.settings.inferred.protectsUnreadySnapshots)
            } catch {
                throw .notReady(snapshot.path, rule: "GCE-078")
            }
            if snapshot.cut == nil { plane.disks[snapshot.sourceDiskID]?.snapshotsBeingCut -= 1 }
            plane.snapshots[snapshot.id] = snapshot
            return plane.accept(
                call, in: .global, on: snapshot.path, id: snapshot.id.rawValue, .deleteSnapshot(snapshot.id),
                lasting: plane.settings.timings.snapshotDelete)
        }
    }

    /// The snapshot is gone for good.
    ///
    /// Rule: GCE-056.
    mutating func remove(_ id: DiskSnapshot.ID) {
        guard let snapshot = snapshots[id] else { return }
        unchain(id)
        snapshots[id] = nil
        free(snapshot.path, id.rawValue)
        // Disks made from it stay whole and lose the link to it. Rule: GCE-048
        for offspring in snapshot.offspring { disks[offspring]?.origin = .snapshot(link: nil, id) }
        if let creation = snapshot.creation, operations[creation]?.isDone == false { end(creation, .internalError) }
        note(snapshot.path.name, "DELETING -> gone")
    }

    /// snapshots.setLabels, which knows no request id and is done in its first answer.
    ///
    /// Rule: GCE-028.
    package mutating func setSnapshotLabels(
        _ name: String, _ labels: [String: String], fingerprint: String
    ) throws(ComputeFault) -> Operation {
        let call = Request.setSnapshotLabels(name, labels, fingerprint: fingerprint)
        return try self.call(call, requestID: nil) { plane throws(ComputeFault) in
            let snapshot = try plane.snapshot(name)
            guard snapshot.labels.fingerprint == fingerprint else { throw .labelsChanged }
            plane.snapshots[snapshot.id]?.labels = Labels(labels)
            return plane.acceptDone(call, in: .global, on: snapshot.path, id: snapshot.id.rawValue)
        }
    }
}
