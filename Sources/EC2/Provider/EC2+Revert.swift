import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

/// A native way back.
enum RevertMethod: String, ProviderMethod {
    static let purpose = "way back"

    /// New volumes from the snapshots, put in the place of the old ones while the instance is stopped.
    case swapVolumes = "swap-volumes"
    /// CreateReplaceRootVolumeTask: the root alone, while the instance runs.
    case replaceRootVolume = "replace-root-volume"
    /// An image of the snapshots, and a new instance of the image.
    case newInstance = "new-instance"
}

/// What is to be brought back: the snapshot of each role.
typealias RestorePlan = RevertPlan<SnapshotSet, Instance.ID, EBSSnapshot>

extension EC2 {
    /// Brings a machine back to a snapshot, in the way that suits both.
    public mutating func revert(_ request: RevertRequest, of machine: MachineID) throws(Refusal) -> RevertReport {
        let id = Instance.ID(rawValue: machine.rawValue)
        try waitUntilSettled(id)
        var plan = try plan(request, of: id)
        let method = try chooseMethod(request, &plan)
        switch method {
        case .swapVolumes: return try swapVolumes(plan)
        case .replaceRootVolume: return try replaceRootVolume(plan)
        case .newInstance: return try launchReplacement(plan)
        }
    }

    /// Finds the members, and refuses before anything is touched when one is missing or unusable.
    private func plan(_ request: RevertRequest, of machine: Instance.ID) throws(Refusal) -> RestorePlan {
        let set = try snapshotSet(request.snapshot, of: machine)
        return try RestorePlan(set, of: machine, roles: request.disks ?? set.roles, code: "InvalidParameterValue") {
            role throws(Refusal) in
            guard let member = set.members[role] else {
                throw Refusal(
                    .refused, code: "InvalidSnapshot.NotFound",
                    message: "The snapshot '\(set.id)' does not hold the \(role.rawValue) disk.", rule: "AWS-039")
            }
            do throws(EC2Fault) { return try usableSnapshot(member.id) } catch { throw Refusal(error) }
        }
    }

    /// The way that was asked for, or the one that fits what the snapshot holds.
    private func chooseMethod(_ request: RevertRequest, _ plan: inout RestorePlan) throws(Refusal) -> RevertMethod {
        let roles = plan.sources.map(\.role)
        if let method = try RevertMethod.named(request.method, code: "UnsupportedOperation") {
            try check(method, for: roles)
            return method
        }
        if plan.set.image != nil, roles == plan.set.roles, roles.contains(.root) {
            plan.notes.append(Note("Chose a new instance: the snapshot is an image.", rule: "AWS-117"))
            return .newInstance
        }
        if roles.contains(.root), let spec = instances[plan.machine]?.software.spec,
            AppliancePlan(for: spec.appliance).comesBackAsNewMachine
        {
            plan.notes.append(AppliancePlan.newMachineNote)
            return .newInstance
        }
        let root = plan.sources.first { $0.role == .root }?.material
        let instance = instances[plan.machine]
        if roles == [.root], instance?.state == .running, let root, instance?.rootHistory.contains(root.volume) == true
        {
            plan.notes.append(Note("Chose to replace the root: it is all the snapshot holds.", rule: "AWS-136"))
            return .replaceRootVolume
        }
        plan.notes.append(
            Note("Chose to swap volumes: it brings back any disks and keeps the instance.", rule: "AWS-080"))
        return .swapVolumes
    }

    private func check(_ method: RevertMethod, for roles: [DiskRole]) throws(Refusal) {
        switch method {
        case .swapVolumes: return
        case .replaceRootVolume:
            guard roles == [.root] else {
                throw Refusal(
                    .unsupported, code: "UnsupportedOperation",
                    message: "CreateReplaceRootVolumeTask brings back the root volume alone.", rule: "AWS-136")
            }
        case .newInstance:
            guard roles.contains(.root) else {
                throw Refusal(
                    .unsupported, code: "UnsupportedOperation",
                    message: "A new instance needs a snapshot of the root volume.", rule: "AWS-126")
            }
        }
    }

    /// A token for one call and its repetitions.
    mutating func makeToken() -> String { world.names.uuid() }
}
