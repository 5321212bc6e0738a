import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Disks_GrantAccess, Snapshots_GrantAccess and DiskRestorePoint_GrantAccess.
    ///
    /// - Parameters:
    ///   - id: the disk, snapshot or disk restore point.
    ///   - access: what is permitted.
    ///   - duration: for how long, up to 60 days.
    /// - Throws: what the resource does not allow.
    /// - Returns: an operation whose result is the address.
    package mutating func beginGetAccess(
        to id: ResourceID, _ access: AccessGrant.Access = .read, for duration: Duration = .hours(1)
    ) throws(AzureFault) -> Operation {
        let verb: Verb =
            switch id.type {
            case .snapshots: .grantSnapshotAccess
            case .diskRestorePoints: .grantPointAccess
            default: .grantDiskAccess
            }
        return try call(verb, on: id) { plane throws(AzureFault) in
            guard duration > .zero, duration <= plane.settings.quotas.accessDuration else {
                throw AzureFault(
                    .invalidParameter, "The duration of the access is not between 1 and 5184000 seconds.",
                    target: "durationInSeconds", rule: "AZ-050")
            }
            let current: AccessGrant? =
                switch id.type {
                case .snapshots: try plane.exportable(snapshot: id)
                case .diskRestorePoints: try plane.exportable(point: id)
                default: try plane.exportable(disk: id, access)
                }
            let secret = plane.world.names.hexadecimal(digits: 12)
            var grant =
                current
                ?? AccessGrant(
                    id: secret, access: access, expires: plane.now,
                    uri: "https://md-\(secret).blob.storage.azure.net/\(secret)/abcd?sig=\(secret)")
            // A second grant of a disk restore point lengthens the first. Rule: AZ-051.
            grant.expires = max(grant.expires, plane.now + duration)
            var operation = plane.accept(
                verb, on: id, .grant(id, grant), lasting: plane.settings.timings.access)
            operation.accessSAS = grant.uri
            plane.operations[operation.id] = operation
            return operation
        }
    }

    private func exportable(disk id: ResourceID, _ access: AccessGrant.Access) throws(AzureFault) -> AccessGrant? {
        let disk = try disk(id)
        var state = disk.state
        do throws(NotInState<DiskState>) {
            switch access {
            case .read: try state.grantRead()
            case .write: try state.grantWrite()
            }
        } catch {
            guard access == .read, let owner = disk.managedBy else {
                throw AzureFault(
                    .invalidParameter, "Access '\(access.rawValue)' is not possible for disk \(id.name).",
                    target: "access", rule: "AZ-050")
            }
            throw AzureFault(
                .conflict,
                "Access not permitted because disk \(id.name) is currently attached to running VM \(owner.name).",
                status: 409, rule: "AZ-049")
        }
        return disk.grant
    }

    private func exportable(snapshot id: ResourceID) throws(AzureFault) -> AccessGrant? {
        let snapshot = try snapshot(id)
        guard snapshot.access.isExportable else {
            throw AzureFault(
                settings.inferred.unfinishedSnapshot, "The snapshot '\(id.name)' is still being copied.", status: 409,
                rule: snapshot.instantAccessEnds == nil ? "AZ-035" : "AZ-037")
        }
        guard snapshot.grant == nil, let source = snapshot.creation.sourceUniqueID else { return snapshot.grant }
        let exports = (families[source]?.snapshots ?? []).filter { snapshots[$0]?.grant != nil }.count
        guard exports < settings.quotas.exportsPerFamily else {
            throw AzureFault(
                settings.inferred.tooManyExports,
                "The number of snapshots of one family that are being read is \(exports).", status: 409,
                rule: "AZ-026")
        }
        return nil
    }

    private func exportable(point id: ResourceID) throws(AzureFault) -> AccessGrant? {
        try diskRestorePoint(id).grant
    }

    mutating func completeGrant(_ grant: AccessGrant, to id: ResourceID) {
        switch id.type {
        case .snapshots: snapshots[id]?.grant = grant
        case .diskRestorePoints:
            guard let parent = id.parent, let place = restorePoints[parent]?.disks.firstIndex(where: { $0.id == id })
            else { return }
            restorePoints[parent]?.disks[place].grant = grant
        default:
            guard var disk = disks[id] else { return }
            do throws(NotInState<DiskState>) {
                switch grant.access {
                case .read: try disk.state.grantRead()
                case .write: try disk.state.grantWrite()
                }
            } catch {
                // The disk was attached in the meantime, and stays so.
                return note(id.name, "stays \(error.found.rawValue)")
            }
            disk.grant = grant
            disks[id] = disk
        }
        agenda.enter(.accessExpires(id, grant: grant.id), at: grant.expires)
    }
}
