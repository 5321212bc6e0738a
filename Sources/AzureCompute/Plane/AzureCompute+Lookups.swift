import HashTreeCollections
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// The id of a resource of this subscription.
    package func id(_ type: ResourceType, _ names: String..., in group: String) -> ResourceID {
        ResourceID(type, names, in: group, of: settings.subscription)
    }

    /// Finds a resource of any kind, for those who ask by its id alone.
    ///
    /// Rules: AZ-005, AZ-006, AZ-007 and AZ-136.
    func missing(_ id: ResourceID) -> AzureFault {
        guard groups[id.group.lowercased()] != nil else { return .missingGroup(id.group) }
        if let parent = id.parent, !exists(parent) {
            return AzureFault(
                "ParentResourceNotFound",
                "Can not perform requested operation on nested resource. Parent resource '\(parent.name)' not found.",
                status: 404, rule: "AZ-136")
        }
        if let death = graves[id], death + settings.timings.afterlife > now { return .entityNotFound }
        return AzureFault(
            "ResourceNotFound",
            "The Resource '\(id.type.rawValue)/\(id.names.joined(separator: "/"))' under resource group '\(id.group)' "
                + "was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
            status: 404, rule: "AZ-006")
    }

    func exists(_ id: ResourceID) -> Bool {
        switch id.type {
        case .virtualMachines: virtualMachines[id] != nil
        case .extensions: id.parent.flatMap { virtualMachines[$0] }?.extensions[id.name] != nil
        case .disks: disks[id] != nil
        case .snapshots: snapshots[id] != nil
        case .diskEncryptionSets: diskEncryptionSets[id] != nil
        case .restorePointCollections: restorePointCollections[id] != nil
        case .restorePoints: restorePoints[id] != nil
        case .diskRestorePoints: id.parent.flatMap { restorePoints[$0] }?.disks.contains { $0.id == id } ?? false
        case .networkInterfaces: networkInterfaces[id] != nil
        case .publicIPAddresses: publicIPAddresses[id] != nil
        case .resourceGroups: groups[id.group.lowercased()] != nil
        }
    }

    /// VirtualMachines_Get.
    package func virtualMachine(_ id: ResourceID) throws(AzureFault) -> VirtualMachine {
        guard let found = virtualMachines[id] else { throw missing(id) }
        return found
    }

    /// Disks_Get; a disk that is being deleted still answers.
    ///
    /// Rule: AZ-044.
    package func disk(_ id: ResourceID) throws(AzureFault) -> ManagedDisk {
        guard let found = disks[id] else { throw missing(id) }
        return found
    }

    /// Snapshots_Get.
    package func snapshot(_ id: ResourceID) throws(AzureFault) -> DiskSnapshot {
        guard let found = snapshots[id] else { throw missing(id) }
        return found
    }

    /// RestorePointCollections_Get.
    package func restorePointCollection(_ id: ResourceID) throws(AzureFault) -> RestorePointCollection {
        guard let found = restorePointCollections[id] else { throw missing(id) }
        return found
    }

    /// RestorePoints_Get.
    package func restorePoint(_ id: ResourceID) throws(AzureFault) -> RestorePoint {
        guard let found = restorePoints[id] else { throw missing(id) }
        return found
    }

    /// DiskRestorePoint_Get.
    package func diskRestorePoint(_ id: ResourceID) throws(AzureFault) -> DiskRestorePoint {
        guard let point = id.parent.flatMap({ restorePoints[$0] }),
            let found = point.disks.first(where: { $0.id == id })
        else { throw missing(id) }
        return found
    }

    /// A resource of this type and id has come, and belongs to its group.
    mutating func enroll(_ id: ResourceID) {
        graves[id] = nil
        members[id.group.lowercased(), default: []].insert(id)
    }

    /// A resource is gone; the resource manager knows it a little longer.
    ///
    /// Rule: AZ-007.
    mutating func strikeOff(_ id: ResourceID) {
        members[id.group.lowercased()]?.remove(id)
        graves[id] = now
    }

    /// Finds the id of a resource by a text.
    ///
    /// Rule: AZ-137.
    package func resource(_ text: String) throws(AzureFault) -> ResourceID {
        let id = try ResourceID.parse(text)
        guard exists(id) else { throw missing(id) }
        return id
    }

    /// The resources of a group, by id; the group may be written in any case, and is shown in capitals.
    ///
    /// Rule: AZ-004.
    package func list(_ type: ResourceType, in group: String) throws(AzureFault) -> [ResourceID] {
        guard groups[group.lowercased()] != nil else { throw .missingGroup(group) }
        let found = (members[group.lowercased()] ?? []).filter { $0.type == type }.sorted()
        return found.map { ResourceID($0.type, $0.names, in: $0.group.uppercased(), of: $0.subscription) }
    }
}

extension AzureFault {
    static func missingGroup(_ name: String) -> AzureFault {
        AzureFault(
            "ResourceGroupNotFound", "Resource group '\(name)' could not be found.", status: 404, rule: "AZ-005")
    }
    static let entityNotFound = AzureFault(
        .notFound, "The entity was not found in this Azure location.", status: 404, rule: "AZ-007")
    /// What a copy is made of is looked for where the copy is made, and nowhere else.
    static func sourceNotFound(_ name: String, rule: RuleID) -> AzureFault {
        AzureFault(.notFound, "Resource \(name) is not found.", status: 404, rule: rule)
    }
}
