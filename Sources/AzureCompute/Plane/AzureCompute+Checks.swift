import LabCore

extension AzureCompute {
    /// What every new resource is looked at for: its place, its name and its tags.
    func checkPlacement(
        _ id: ResourceID, location: String, tags: [String: String], existing: String?
    ) throws(AzureFault) {
        guard settings.locations.contains(location) else {
            throw AzureFault(
                "LocationNotAvailableForResourceType",
                "The provided location '\(location)' is not available for resource type '\(id.type.rawValue)'. List of "
                    + "available regions for the resource type is '\(settings.locations.joined(separator: ","))'.",
                rule: "AZ-013")
        }
        if let existing, existing != location {
            throw AzureFault(
                "InvalidResourceLocation",
                "The resource '\(id.name)' already exists in location '\(existing)' in resource group '\(id.group)'. A "
                    + "resource with the same name cannot be created in location '\(location)'. Please select a new "
                    + "resource name.", status: 409, rule: "AZ-009")
        }
        try checkName(of: id)
        try checkTags(tags)
    }

    /// Rule: AZ-014.
    private func checkName(of id: ResourceID) throws(AzureFault) {
        let name = id.name
        let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        let limit = id.type == .virtualMachines ? 64 : 80
        let starts = name.first.map { $0.isLetter || $0.isNumber } ?? false
        let ends = name.last.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        guard isPlain, starts, ends, name.utf8.count <= limit else {
            throw AzureFault(
                .invalidParameter, "The name '\(name)' of the resource is not valid.", target: "name", rule: "AZ-014")
        }
    }

    /// Rule: AZ-015.
    func checkTags(_ tags: [String: String]) throws(AzureFault) {
        guard tags.count <= settings.quotas.tags else {
            throw AzureFault(
                settings.inferred.tooManyTags, "The tag count \(tags.count) is more than \(settings.quotas.tags).",
                rule: "AZ-015")
        }
        guard Set(tags.keys.map { $0.lowercased() }).count == tags.count else {
            throw AzureFault(settings.inferred.badTag, "The tag names differ in case alone.", rule: "AZ-015")
        }
        for (name, value) in tags where name.utf8.count > 512 || name.isEmpty || value.utf8.count > 256 {
            throw AzureFault(settings.inferred.badTag, "The tag '\(name.prefix(40))' is not valid.", rule: "AZ-015")
        }
    }

    /// The disks and machines of one subscription share one location and one subscription.
    ///
    /// Rule: AZ-059.
    func checkSubscription(of disk: ResourceID) throws(AzureFault) {
        guard disk.subscription == settings.subscription else {
            throw AzureFault(
                .invalidParameter,
                "Subscription \(settings.subscription) of the request must match the subscription "
                    + "\(disk.subscription) contained in the managed disk id.", rule: "AZ-059")
        }
    }
}
