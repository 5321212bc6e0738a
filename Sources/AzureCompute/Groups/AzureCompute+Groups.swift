import HashTreeCollections
import LabCore

extension AzureCompute {
    /// The id of a resource group.
    package func id(ofGroup name: String) -> ResourceID {
        ResourceID(.resourceGroups, [], in: name, of: settings.subscription)
    }

    /// ResourceGroups_CreateOrUpdate.
    package mutating func createGroup(
        _ name: String, location: String, tags: [String: String] = [:]
    ) throws(AzureFault) -> Operation {
        let id = id(ofGroup: name)
        return try call(.createGroup, on: id) { plane throws(AzureFault) in
            guard plane.settings.locations.contains(location) else {
                throw AzureFault(
                    "LocationNotAvailableForResourceGroup",
                    "The provided location '\(location)' is not available for resource group.", rule: "AZ-013")
            }
            let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "-_.()".contains($0) }
            guard (1...90).contains(name.count), isPlain, !name.hasSuffix(".") else {
                throw AzureFault(
                    "InvalidResourceGroupName", "The resource group name '\(name)' is not valid.", rule: "AZ-014")
            }
            try plane.checkTags(tags)
            let existing = plane.groups[name.lowercased()]
            if let existing {
                guard existing.provisioning != .deleting else {
                    throw AzureFault(
                        "ResourceGroupBeingDeleted",
                        "The resource group '\(name)' is in deprovisioning state and cannot perform this operation.",
                        status: 409, rule: "AZ-011")
                }
                guard existing.location == location else {
                    throw AzureFault(
                        "InvalidResourceGroupLocation",
                        "Invalid resource group location '\(location)'. The Resource group already exists in location "
                            + "'\(existing.location)'.", status: 409, rule: "AZ-010")
                }
            }
            plane.groups[name.lowercased()] = ResourceGroup(
                name: existing?.name ?? name, location: location, tags: tags)
            return plane.acceptDone(.createGroup, on: id, status: existing == nil ? 201 : 200)
        }
    }

    /// Resources_MoveResources, which incremental snapshots do not take part in.
    ///
    /// Rule: AZ-028.
    package mutating func move(_ resources: [ResourceID], to group: String) throws(AzureFault) -> Operation {
        let source = id(ofGroup: resources.first?.group ?? "")
        return try call(.moveResources, on: source) { plane throws(AzureFault) in
            guard plane.groups[group.lowercased()] != nil else { throw .missingGroup(group) }
            for resource in resources {
                let snapshot = try plane.snapshot(resource)
                guard !snapshot.isIncremental else {
                    throw AzureFault(
                        "ResourceMoveProviderValidationFailed",
                        "The incremental snapshot '\(resource.name)' cannot be moved.", status: 409, rule: "AZ-028")
                }
            }
            throw AzureFault(
                "ResourceMoveNotSupported", "The lab moves no resources from group to group.", status: 409)
        }
    }
}
