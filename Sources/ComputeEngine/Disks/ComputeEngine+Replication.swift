import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// disks.startAsyncReplication: the secondary is read-only from then on.
    package mutating func startReplication(
        of name: String, zone: String, to secondary: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.startReplication(name, zone: zone, secondary: secondary)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let disk = try plane.disk(name, zone: zone)
            let field = "resource.asyncSecondaryDisk"
            let (id, _) = try plane.resolve(secondary, field: field, PersistentDisk.self)
            guard id != disk.id, disk.replicationSecondary == nil, !disk.isReplicationSecondary,
                plane.disks[id]?.users.isEmpty == true, plane.disks[id]?.isReplicationSecondary == false
            else { throw .invalid(field, secondary, "The disks cannot replicate.") }
            plane.disks[disk.id]?.replicationSecondary = id
            plane.disks[id]?.isReplicationSecondary = true
            return plane.accept(
                call, in: .zone(zone), on: disk.path, id: disk.id.rawValue, .nothing,
                lasting: plane.settings.timings.books)
        }
    }

    /// disks.stopAsyncReplication: the secondary is a disk like others.
    package mutating func stopReplication(
        of name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.stopReplication(name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let disk = try plane.disk(name, zone: zone)
            guard let secondary = disk.replicationSecondary else {
                throw .invalid("disk", name, "The disk does not replicate.")
            }
            plane.disks[disk.id]?.replicationSecondary = nil
            plane.disks[secondary]?.isReplicationSecondary = false
            return plane.accept(
                call, in: .zone(zone), on: disk.path, id: disk.id.rawValue, .nothing,
                lasting: plane.settings.timings.books)
        }
    }

    /// Who is in a group with whom: primaries with primaries, and nobody comes or goes while it replicates.
    ///
    /// Rule: GCE-132.
    func checkReplication(of disk: PersistentDisk, in group: ResourcePolicy, joins: Bool) throws(ComputeFault) {
        guard group.kind == .consistencyGroup else { return }
        guard disk.replicationSecondary == nil else {
            throw .invalid(
                "resourcePolicies", group.path.description,
                "A disk cannot \(joins ? "join" : "leave") a consistency group while it replicates.", rule: "GCE-132")
        }
        let others = group.disks.compactMap { disks[$0] }
        guard !joins || others.allSatisfy({ $0.isReplicationSecondary == disk.isReplicationSecondary }) else {
            throw .invalid(
                "resourcePolicies", group.path.description,
                "A consistency group holds primary disks or secondary disks, not both.", rule: "GCE-132")
        }
    }
}
