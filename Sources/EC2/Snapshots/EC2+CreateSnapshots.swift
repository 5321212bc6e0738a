import HashTreeCollections
import LabCore
import SimulatedMachine

/// The parameters of CreateSnapshots.
package struct CreateSnapshots: Hashable, Sendable {
    package var instance: Instance.ID
    package var excludesBootVolume = false
    package var excludedDataVolumes: [Volume.ID] = []
    package var description = ""
    package var copiesTagsFromVolume = false
    package var tags: [ResourceTag] = []

    package init(instance: Instance.ID) { self.instance = instance }
}

extension EC2 {
    /// Takes snapshots of an instance's volumes at one instant for all of them.
    ///
    /// Rule: AWS-021.
    ///
    /// Afterwards the members are ordinary snapshots that know nothing of each other. Rule: AWS-026.
    package mutating func createSnapshots(_ request: CreateSnapshots) throws(EC2Fault)
        -> [EBSSnapshot]
    {
        try call(
            "CreateSnapshots", on: request.instance.rawValue,
            answer: { $0.map(\.id.rawValue).joined(separator: " ") }
        ) { ec2 throws(EC2Fault) in
            try ec2.checkDescription(request.description)
            try ec2.checkTags(request.tags)
            let instance = try ec2.instance(request.instance)
            guard instance.state != .terminated, instance.state != .shuttingDown else {
                throw EC2Fault(
                    ec2.settings.inferred.snapshotSetOfTerminated,
                    "The instance '\(instance.id)' is not in a state from which snapshots can be taken.",
                    rule: "AWS-030")
            }
            var members = try ec2.members(of: request, instance)
            do throws(EC2Fault) { try ec2.checkSnapshotLimits(of: members) } catch {
                // Rule: AWS-028
                guard !ec2.settings.inferred.memberLimitsRefuseSets else { throw error }
                members.removeAll { volume in ec2.isAtLimit(volume) }
                guard !members.isEmpty else { throw error }
            }
            return ec2.takeSet(members, request)
        }
    }

    private func isAtLimit(_ volume: Volume) -> Bool {
        do throws(EC2Fault) { try checkSnapshotLimits(of: [volume]) } catch { return true }
        return false
    }

    /// The volumes of a set, root first: all that are attached but those left out.
    ///
    /// Rule: AWS-022.
    private func members(of request: CreateSnapshots, _ instance: Instance) throws(EC2Fault)
        -> [Volume]
    {
        guard request.excludedDataVolumes.count <= settings.quotas.excludedVolumes else {
            throw EC2Fault(
                .invalidParameterValue,
                "At most \(settings.quotas.excludedVolumes) data volumes can be excluded.", rule: "AWS-029")
        }
        let root = instance.devices[instance.rootDevice]
        for excluded in request.excludedDataVolumes
        where excluded == root || !instance.devices.values.contains(excluded) {
            throw EC2Fault(
                .invalidParameterValue, "The volume '\(excluded)' is not a data volume of the instance.",
                rule: "AWS-023")
        }
        let devices =
            [instance.rootDevice] + instance.devices.keys.filter { $0 != instance.rootDevice }.sorted()
        let members = devices.compactMap { device -> Volume? in
            guard let volume = instance.devices[device].flatMap({ volumes[$0] }) else { return nil }
            let isExcluded = request.excludedDataVolumes.contains(volume.id)
            return isExcluded || volume.id == root && request.excludesBootVolume ? nil : volume
        }
        guard !members.isEmpty else {
            throw EC2Fault(
                .invalidParameterValue,
                "There are no attached EBS-backed volumes on the instance id (\(instance.id)).",
                rule: "AWS-024")
        }
        guard members.count <= settings.quotas.volumesPerSnapshotSet else {
            throw EC2Fault(
                .invalidParameterValue,
                "A set can hold at most \(settings.quotas.volumesPerSnapshotSet) snapshots.",
                rule: "AWS-029")
        }
        return members
    }

    private mutating func takeSet(_ members: [Volume], _ request: CreateSnapshots) -> [EBSSnapshot] {
        var taken = members.map { volume in
            let copied = request.copiesTagsFromVolume ? copiedTags(of: volume) : []
            let tags = merged(copied, with: request.tags)
            return take(volume, description: request.description, tags: tags)
        }
        // One member that fails makes all of them fail. Rule: AWS-025.
        let key = taken.lazy.compactMap(\.key).first { self.account.disabledKeys.contains($0) }
        let failure =
            taken.lazy.compactMap(\.failure).first ?? key.map { "The KMS key \($0) cannot be used." }
        if let failure {
            for index in taken.indices {
                taken[index].failure = failure
                snapshots[taken[index].id]?.failure = failure
            }
        }
        return taken
    }

    private func copiedTags(of volume: Volume) -> [ResourceTag] {
        tags(of: volume.id.rawValue).filter {
            settings.inferred.copiesReservedTags || !$0.key.hasPrefix("aws:")
        }
    }

    /// Rule: AWS-027.
    private func merged(_ copied: [ResourceTag], with explicit: [ResourceTag]) -> [ResourceTag] {
        let (first, second) =
            settings.inferred.explicitTagsWin ? (copied, explicit) : (explicit, copied)
        let values = Dictionary((first + second).map { ($0.key, $0.value) }) { $1 }
        return values.map { ResourceTag($0, $1) }.sorted()
    }
}
