import HashTreeCollections
import Hypervisor
package import LabCore
import SimulatedMachine

extension AzureCompute {
    /// RestorePoints_Delete; the points before and after it stay whole.
    ///
    /// Rule: AZ-117.
    package mutating func deleteRestorePoint(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deleteRestorePoint, on: id) { plane throws(AzureFault) in
            guard plane.restorePoints[id] != nil else {
                return plane.acceptDone(.deleteRestorePoint, on: id, status: 204)
            }
            if let parent = id.parent, plane.restorePointCollections[parent]?.isMarkedForDeletion == true {
                throw .marked(parent, .deleteRestorePoint)
            }
            try plane.checkExports(ofPoint: id)
            do throws(NotInState<RestorePointState>) { try plane.restorePoints[id]?.state.delete() } catch {
                guard error.found == .creating else {
                    return plane.acceptDone(.deleteRestorePoint, on: id, status: 204)
                }
                throw AzureFault(
                    .conflict, "The restore point '\(id.name)' is still being created.", status: 409, rule: "AZ-088")
            }
            return plane.accept(
                .deleteRestorePoint, on: id, .deleteRestorePoint(id),
                lasting: plane.settings.timings.restorePointDeletion)
        }
    }

    /// Rule: AZ-110.
    func checkExports(ofPoint id: ResourceID) throws(AzureFault) {
        guard let exported = restorePoints[id]?.disks.first(where: { $0.grant != nil }) else { return }
        throw .pointExported(exported.id)
    }

    mutating func remove(point id: ResourceID) {
        guard let point = restorePoints.remove(id) else { return }
        if let parent = id.parent { restorePointCollections[parent]?.points.removeAll { $0 == id } }
        if point.request.source == nil { pointsOfMachines[point.metadata.machineID]?.count -= 1 }
        strikeOff(id)
    }

    /// What a point of a disk takes up: all that was written, or what changed since the point before that is still there.
    ///
    /// Rule: AZ-117.
    package func storedBytes(of point: DiskRestorePoint) -> ByteCount {
        guard let contents = point.contents, let parent = point.id.parent, let collection = parent.parent,
            let points = restorePointCollections[collection]?.points, let place = points.firstIndex(of: parent)
        else { return .zero }
        for earlier in points[..<place].reversed() {
            let sibling = restorePoints[earlier]?.disks.first { $0.sourceUniqueID == point.sourceUniqueID }
            guard let before = sibling?.contents else { continue }
            return .kibibytes(4 * contents.changedBlockCount(since: before, granularity: 1))
        }
        return contents.writtenBytes
    }
}
