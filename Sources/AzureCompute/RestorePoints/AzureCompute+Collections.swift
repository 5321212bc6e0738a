import HashTreeCollections
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// RestorePointCollections_CreateOrUpdate.
    package mutating func createRestorePointCollection(
        _ id: ResourceID, location: String, source: ResourceID, tags: [String: String] = [:]
    ) throws(AzureFault) -> Operation {
        try call(.createCollection, on: id) { plane throws(AzureFault) in
            let existing = plane.restorePointCollections[id]
            try plane.checkPlacement(id, location: location, tags: tags, existing: existing?.location)
            if let existing {
                guard !existing.isMarkedForDeletion else { throw .marked(id, .createCollection) }
                guard existing.source == source else { throw .unchangeable("source.id", rule: "AZ-097") }
                plane.restorePointCollections[id]?.tags = tags
                return plane.acceptDone(.createCollection, on: id)
            }
            try plane.checkSource(source, location: location)
            guard plane.usage[location]?.collections ?? 0 < plane.settings.quotas.collections else {
                throw .notAllowed(
                    "The number of restore point collections cannot exceed \(plane.settings.quotas.collections).",
                    rule: "AZ-098")
            }
            plane.restorePointCollections[id] = RestorePointCollection(
                id: id, location: location, source: source, tags: tags)
            plane.usage[location, default: Usage()].collections += 1
            plane.enroll(id)
            return plane.acceptDone(.createCollection, on: id, status: 201)
        }
    }

    /// A machine of the same location, or a collection of another.
    ///
    /// Rule: AZ-097.
    private func checkSource(_ source: ResourceID, location: String) throws(AzureFault) {
        let isFitting =
            switch source.type {
            case .virtualMachines: virtualMachines[source]?.location == location
            case .restorePointCollections: restorePointCollections[source].map { $0.location != location } ?? false
            default: false
            }
        guard isFitting else {
            throw AzureFault(
                .invalidParameter, "The source '\(source.name)' is not a virtual machine in location '\(location)'.",
                target: "source.id", rule: "AZ-097")
        }
    }

    /// RestorePointCollections_Delete, which removes every point of it.
    package mutating func deleteRestorePointCollection(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deleteCollection, on: id) { plane throws(AzureFault) in
            guard let collection = plane.restorePointCollections[id] else {
                return plane.acceptDone(.deleteCollection, on: id, status: 204)
            }
            guard !collection.isMarkedForDeletion else {
                return plane.acceptDone(.deleteCollection, on: id, status: 204)
            }
            for point in collection.points { try plane.checkExports(ofPoint: point) }
            plane.restorePointCollections[id]?.isMarkedForDeletion = true
            let time = plane.settings.timings.restorePointDeletion * max(1, collection.points.count)
            return plane.accept(.deleteCollection, on: id, .deleteCollection(id), lasting: time)
        }
    }

    mutating func completeDeletion(ofCollection id: ResourceID) { remove(collection: id) }

    mutating func remove(collection id: ResourceID) {
        guard let collection = restorePointCollections[id] else { return }
        for point in collection.points { remove(point: point) }
        restorePointCollections[id] = nil
        usage[collection.location]?.collections -= 1
        strikeOff(id)
    }

    /// RestorePointCollections_Get with its points: there is no verb that lists points.
    package func points(of id: ResourceID) throws(AzureFault) -> [RestorePoint] {
        try restorePointCollection(id).points.compactMap { restorePoints[$0] }
    }
}
