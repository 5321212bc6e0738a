import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// A copy of a point of another location; it says that it succeeded long before its disks are there.
    ///
    /// Rule: AZ-118.
    mutating func copyPoint(
        _ id: ResourceID, _ request: CreateRestorePoint, _ collection: RestorePointCollection
    ) throws(AzureFault) -> Operation {
        guard let source = request.source, let original = restorePoints[source], source.parent == collection.source,
            original.state == .succeeded
        else {
            throw AzureFault(
                .invalidParameter, "The source restore point is not one of the collection's source.",
                target: "sourceRestorePoint.id", rule: "AZ-097")
        }
        let disks = original.disks.map { disk in
            var copy = DiskRestorePoint(
                id: id.child(.diskRestorePoints, disk.id.name), uniqueID: disk.uniqueID, location: collection.location,
                sourceDisk: disk.sourceDisk, sourceUniqueID: disk.sourceUniqueID, sizeGB: disk.sizeGB,
                osType: disk.osType, hyperVGeneration: disk.hyperVGeneration, securityType: disk.securityType,
                contents: disk.contents, guest: disk.guest, encryption: .platformKey)
            let time = disk.contents.map { copyTime(of: $0, at: settings.timings.crossRegionRate) } ?? .zero
            copy.copy = DiskSnapshot.Copy(begins: now, ends: now + time)
            return copy
        }
        var point = RestorePoint(
            id: id, uniqueID: world.names.uuid(), request: request, timeCreated: now, state: .creating,
            metadata: original.metadata, disks: disks, achieved: original.achieved, modelVersion: original.modelVersion)
        point.consistency = nil
        place(point, of: nil)
        let end = disks.compactMap(\.copy?.ends).max() ?? now
        agenda.enter(.pointCopied(id, uniqueID: point.uniqueID), at: end)
        return accept(
            .createRestorePoint, on: id, .createRestorePoint(id), lasting: settings.timings.restorePoint, status: 201)
    }

    mutating func finishCopy(ofPoint id: ResourceID, _ uniqueID: String) {
        guard restorePoints[id]?.uniqueID == uniqueID else { return }
        note(id.name, "copied")
    }
}
