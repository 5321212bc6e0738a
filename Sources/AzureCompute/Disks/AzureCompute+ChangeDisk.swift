import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The body of Disks_Update.
package struct DiskChange: Hashable, Sendable {
    package var sizeGB: Int?
    package var sku: DiskSKU?
    package var encryption: Encryption?
    package var tags: [String: String]?

    package init(
        sizeGB: Int? = nil, sku: DiskSKU? = nil, encryption: Encryption? = nil, tags: [String: String]? = nil
    ) {
        self.sizeGB = sizeGB
        self.sku = sku
        self.encryption = encryption
        self.tags = tags
    }
}

extension AzureCompute {
    /// Disks_Update.
    package mutating func updateDisk(_ id: ResourceID, _ request: DiskChange) throws(AzureFault) -> Operation {
        try call(.updateDisk, on: id) { plane throws(AzureFault) in
            let disk = try plane.disk(id)
            guard disk.provisioning != .deleting else { throw .entityNotFound }
            return try plane.change(disk, request, verb: .updateDisk)
        }
    }

    mutating func change(_ disk: ManagedDisk, _ change: DiskChange, verb: Verb) throws(AzureFault) -> Operation {
        try checkTags(change.tags ?? [:])
        let owner = disk.managedBy.flatMap { virtualMachines[$0] }
        let isFree = owner == nil || owner?.power == .deallocated
        if let sizeGB = change.sizeGB, sizeGB != disk.sizeGB {
            guard sizeGB > disk.sizeGB else { throw .shrinks(disk.id.name, rule: "AZ-052") }
            guard isFree || owner?.osDisk.disk != disk.id else {
                throw .notAllowed(
                    "Disk resizing is allowed only when creating a VM or when the VM is deallocated.", rule: "AZ-054")
            }
        }
        if let sku = change.sku, sku != disk.sku, !isFree {
            throw .notAllowed(
                "The storage account type of disk '\(disk.id.name)' cannot change while it is attached to a running VM.",
                rule: "AZ-055")
        }
        if let encryption = change.encryption, encryption != disk.encryption {
            try checkEncryption(of: disk.id, encryption, location: disk.location)
            guard isFree else {
                throw .notAllowed(
                    "The encryption of disk '\(disk.id.name)' cannot change while it is attached to a running VM.",
                    rule: "AZ-067")
            }
        }
        do throws(NotInState<ProvisioningState>) { try disks[disk.id]?.provisioning.update() } catch {
            throw AzureFault(.conflict, "Another operation on disk '\(disk.id.name)' is in progress.", status: 409)
        }
        return accept(verb, on: disk.id, .updateDisk(disk.id, change), lasting: settings.timings.disk)
    }

    mutating func complete(_ change: DiskChange, ofDisk id: ResourceID) throws(AzureFault) {
        guard var disk = disks[id] else { return }
        if let sizeGB = change.sizeGB, sizeGB > disk.sizeGB {
            disk.sizeGB = sizeGB
            disk.contents?.grow(to: .gibibytes(sizeGB))
            if disk.sku.copiesInBackground { failUnfinishedSnapshots(of: disk) }
        }
        if let sku = change.sku {
            usage[disk.location]?.disks[disk.sku, default: 1] -= 1
            usage[disk.location]?.disks[sku, default: 0] += 1
            disk.sku = sku
        }
        disk.encryption = change.encryption ?? disk.encryption
        disk.tags = change.tags ?? disk.tags  // The whole set is replaced. Rule: AZ-015
        _ = disk.provisioning.succeed()
        disks[id] = disk
    }

    /// Growing a disk of a kind that is copied in the background fails every snapshot still being copied.
    ///
    /// Rule: AZ-036.
    private mutating func failUnfinishedSnapshots(of disk: ManagedDisk) {
        for id in families[disk.uniqueID]?.snapshots ?? [] {
            guard let snapshot = snapshots[id], snapshot.isCopying(at: now) else { continue }
            backgroundCopies.end(into: snapshot.uniqueID)
            snapshots[id]?.provisioning = .failed
            _ = snapshots[id]?.access.fail()
            note(id.name, "Failed: the disk \(disk.id.name) has grown")
        }
    }
}
