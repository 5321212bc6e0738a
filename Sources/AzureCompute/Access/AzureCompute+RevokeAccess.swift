import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Disks_RevokeAccess, Snapshots_RevokeAccess and DiskRestorePoint_RevokeAccess.
    package mutating func endGetAccess(to id: ResourceID) throws(AzureFault) -> Operation {
        let verb: Verb =
            switch id.type {
            case .snapshots: .revokeSnapshotAccess
            case .diskRestorePoints: .revokePointAccess
            default: .revokeDiskAccess
            }
        return try call(verb, on: id) { plane throws(AzureFault) in
            switch id.type {
            case .snapshots: _ = try plane.snapshot(id)
            case .diskRestorePoints: _ = try plane.diskRestorePoint(id)
            default: _ = try plane.disk(id)
            }
            return plane.accept(verb, on: id, .revoke(id), lasting: plane.settings.timings.access)
        }
    }

    mutating func completeRevocation(of id: ResourceID) {
        switch id.type {
        case .snapshots: snapshots[id]?.grant = nil
        case .diskRestorePoints:
            guard let parent = id.parent, let place = restorePoints[parent]?.disks.firstIndex(where: { $0.id == id })
            else { return }
            restorePoints[parent]?.disks[place].grant = nil
        default:
            guard var disk = disks[id] else { return }
            disk.grant = nil
            _ = disk.state.endAccess(isOwned: disk.managedBy != nil)
            disks[id] = disk
        }
    }

    /// A grant ends by itself when its time is over.
    ///
    /// Rule: AZ-050.
    mutating func expireAccess(to id: ResourceID, _ grant: String) {
        let current: AccessGrant? =
            switch id.type {
            case .snapshots: snapshots[id]?.grant
            case .diskRestorePoints: id.parent.flatMap { restorePoints[$0] }?.disks.first { $0.id == id }?.grant
            default: disks[id]?.grant
            }
        guard let current, current.id == grant, current.expires <= now else { return }
        completeRevocation(of: id)
        note(id.name, "the shared access signature has expired")
    }
}
