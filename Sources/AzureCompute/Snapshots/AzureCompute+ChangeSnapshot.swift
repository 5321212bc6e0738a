import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Snapshots_Update: another set of tags.
    package mutating func updateSnapshot(_ id: ResourceID, tags: [String: String]) throws(AzureFault) -> Operation {
        try call(.updateSnapshot, on: id) { plane throws(AzureFault) in
            let snapshot = try plane.snapshot(id)
            guard snapshot.provisioning != .deleting else { throw .entityNotFound }
            return try plane.change(snapshot, tags: tags, verb: .updateSnapshot)
        }
    }

    mutating func change(_ snapshot: DiskSnapshot, tags: [String: String], verb: Verb) throws(AzureFault) -> Operation {
        try checkTags(tags)
        do throws(NotInState<ProvisioningState>) { try snapshots[snapshot.id]?.provisioning.update() } catch {
            throw AzureFault(
                .conflict, "Another operation on snapshot '\(snapshot.id.name)' is in progress.", status: 409)
        }
        snapshots[snapshot.id]?.tags = tags
        return accept(verb, on: snapshot.id, .updateSnapshot(snapshot.id), lasting: settings.timings.snapshot)
    }
}
