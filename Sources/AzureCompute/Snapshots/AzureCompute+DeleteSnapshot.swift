import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Snapshots_Delete; disks that were made of it stay whole, even while they are being hydrated.
    ///
    /// Rules: AZ-008, AZ-022 and AZ-041.
    package mutating func deleteSnapshot(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deleteSnapshot, on: id) { plane throws(AzureFault) in
            guard let snapshot = plane.snapshots[id] else {
                return plane.acceptDone(.deleteSnapshot, on: id, status: 204)
            }
            guard snapshot.grant == nil else { throw .snapshotExported(id) }
            do throws(NotInState<ProvisioningState>) { try plane.snapshots[id]?.provisioning.delete() } catch {
                return plane.acceptDone(.deleteSnapshot, on: id, status: 204)
            }
            return plane.accept(
                .deleteSnapshot, on: id, .deleteSnapshot(id), lasting: plane.settings.timings.snapshotDeletion)
        }
    }

    mutating func completeDeletion(ofSnapshot id: ResourceID) { remove(snapshot: id) }

    mutating func remove(snapshot id: ResourceID) {
        guard let snapshot = snapshots.remove(id) else { return }
        breakCopies(of: snapshot)
        backgroundCopies.end(into: snapshot.uniqueID)
        if let disk = snapshot.creation.sourceUniqueID {
            families[disk]?.snapshots.removeAll { $0 == id }
            families[disk]?.incrementals.removeAll { $0 == id }
        }
        strikeOff(id)
    }
}
