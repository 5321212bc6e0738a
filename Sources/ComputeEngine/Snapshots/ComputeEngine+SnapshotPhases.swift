import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// The guest runs its scripts before the point in time; when they fail there is no snapshot at all.
    ///
    /// Rule: GCE-072.
    mutating func freezeForSnapshot(_ id: DiskSnapshot.ID) {
        guard let snapshot = snapshots[id], snapshot.state == .creating else { return }
        guard let instance = disks[snapshot.sourceDiskID]?.users.first, instances[instance]?.state == .running else {
            return abandon(id, .flushNeedsGuest, after: .zero)
        }
        advanceMachine(instance)
        do throws(GuestFault) {
            guard let time = try instances[instance]?.machine?.freeze(at: world.now) else {
                return abandon(id, .flushNeedsAgent, after: .zero)
            }
            enter(.snapshotCut(id, frozen: instance), in: time)
        } catch {
            abandon(id, .flushFailed(error), after: error.elapsed)
        }
    }

    /// The snapshot never was.
    ///
    /// Rules: GCE-015 and GCE-072.
    private mutating func abandon(_ id: DiskSnapshot.ID, _ error: OperationError, after time: Duration) {
        guard let snapshot = snapshots[id] else { return }
        disks[snapshot.sourceDiskID]?.snapshotsBeingCut -= 1
        snapshots[id] = nil
        free(snapshot.path, id.rawValue)
        guard let creation = snapshot.creation else { return }
        operations[creation]?.failure = error
        enter(.operationEnds(creation), in: time)
    }

    /// The point in time: what has reached the disk is in the snapshot, nothing later.
    ///
    /// Rule: GCE-060.
    mutating func cut(_ id: DiskSnapshot.ID, frozen: Instance.ID?) {
        defer { frozen.map { thaw($0) } }
        guard var snapshot = snapshots[id], snapshot.state.cut() else { return }
        if snapshot.contents == nil, let disk = disks[snapshot.sourceDiskID] {
            snapshot.contents = contents(of: disk)
            snapshot.diskSizeGB = disk.sizeGB
            snapshot.guest = disk.guest
            snapshot.cut = now
        }
        disks[snapshot.sourceDiskID]?.snapshotsBeingCut -= 1
        let stored = bytes(of: snapshot, since: base(of: snapshot))
        let timings = settings.timings
        snapshots[id] = snapshot
        note(snapshot.path.name, "CREATING -> UPLOADING")
        report(snapshot.creation, progress: 50)
        enter(.snapshotUploaded(id), in: timings.snapshotUpload + stored.time(at: timings.uploadRate))
        if settings.inferred.snapshotOperationsEndAtCut, !snapshot.isToFail, let creation = snapshot.creation {
            end(creation, nil)
        }
    }

    private mutating func thaw(_ id: Instance.ID) {
        advanceMachine(id)
        instances[id]?.machine?.thaw(at: world.now)
    }

    /// The contents are stored, or it came to nothing.
    mutating func finishUpload(of id: DiskSnapshot.ID) {
        guard var snapshot = snapshots[id] else { return }
        if snapshot.isToFail {
            guard snapshot.state.failed() else { return }
            snapshots[id] = snapshot
            note(snapshot.path.name, "UPLOADING -> FAILED")
            if let creation = snapshot.creation { end(creation, .internalError) }
            return
        }
        guard snapshot.state.uploaded() else { return }
        snapshots[id] = snapshot
        enchain(id)
        note(snapshot.path.name, "UPLOADING -> READY")
        if let creation = snapshot.creation { end(creation, nil) }
    }
}
