import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// ResourceGroups_Delete: all that is in the group, and then the group.
    ///
    /// A lock on anything in it blocks the whole before anything is deleted. Rule: AZ-123.
    package mutating func deleteGroup(_ name: String) throws(AzureFault) -> Operation {
        let id = id(ofGroup: name)
        return try call(.deleteGroup, on: id) { plane throws(AzureFault) in
            guard let group = plane.groups[name.lowercased()] else { throw .missingGroup(name) }
            if let lock = plane.activeLocks.first(where: { $0.scope?.isInside(id) ?? false }) {
                throw .locked(id, by: lock, "delete", rule: "AZ-123")
            }
            guard group.provisioning != .deleting else { return plane.acceptDone(.deleteGroup, on: id, status: 202) }
            plane.groups[name.lowercased()]?.provisioning = .deleting
            return plane.accept(
                .deleteGroup, on: id, .deleteGroup(name), lasting: plane.settings.timings.groupDeletion)
        }
    }

    /// Those that have others come before those others; what has nobody comes last.
    ///
    /// Rule: AZ-124.
    mutating func completeDeletion(ofGroup name: String) throws(AzureFault) {
        let order: [ResourceType] = [
            .restorePoints, .restorePointCollections, .virtualMachines, .snapshots, .disks, .diskEncryptionSets,
            .networkInterfaces, .publicIPAddresses,
        ]
        var blocked: [(ResourceID, AzureFault)] = []
        for type in order {
            for id in (members[name.lowercased()] ?? []).filter({ $0.type == type }).sorted() where exists(id) {
                do throws(AzureFault) { try removeWithGroup(id) } catch { blocked.append((id, error)) }
            }
        }
        guard let first = blocked.first else {
            groups[name.lowercased()] = nil
            members[name.lowercased()] = nil
            return
        }
        var fault = AzureFault(
            "ResourceGroupDeletionBlocked",
            "Deletion of resource group '\(name)' failed as resources with identifiers "
                + "'\(blocked.map { "\($0.0.type.rawValue)/\($0.0.name)" }.joined(separator: ","))' could not be deleted. "
                + "The provisioning state of the resource group will be rolled back. \(first.1.message)", status: 409,
            rule: "AZ-125")
        fault.detail = first.1.code
        throw fault
    }

    /// The group lives on, with what could not be deleted.
    ///
    /// Rule: AZ-125.
    mutating func rollBack(group name: String) { groups[name.lowercased()]?.provisioning = .succeeded }

    private mutating func removeWithGroup(_ id: ResourceID) throws(AzureFault) {
        switch id.type {
        case .virtualMachines:
            preempt(virtualMachines[id]?.operation)
            _ = cutGuestPower(of: id)
            remove(machine: id)
        case .disks:
            guard let disk = disks[id] else { return }
            if let owner = disk.managedBy { throw .attached(id, to: owner) }
            guard !disk.state.isExported else { throw .sharedAccess(id) }
            remove(disk: id)
        case .snapshots:
            guard snapshots[id]?.grant == nil else { throw .snapshotExported(id) }
            remove(snapshot: id)
        case .restorePoints:
            try checkExports(ofPoint: id)
            remove(point: id)
        case .restorePointCollections:
            guard restorePointCollections[id]?.points.isEmpty ?? true else {
                throw .notAllowed("The collection '\(id.name)' still has restore points.")
            }
            remove(collection: id)
        case .diskEncryptionSets:
            diskEncryptionSets[id] = nil
            strikeOff(id)
        case .networkInterfaces:
            if let machine = networkInterfaces[id]?.machine {
                throw AzureFault(
                    "NicInUse", "Network Interface \(id.name) is used by existing resource \(machine).", rule: "AZ-127")
            }
            removeNetwork(id)
        case .publicIPAddresses: removeNetwork(id)
        case .extensions, .diskRestorePoints, .resourceGroups: break
        }
    }
}
