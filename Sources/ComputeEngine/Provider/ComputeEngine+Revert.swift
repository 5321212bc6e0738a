import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

/// A way back.
enum RevertMethod: String, ProviderMethod {
    static let purpose = "way back"

    /// New disks of the snapshot, put in the place of the old ones while the instance is stopped.
    ///
    /// Rule: GCE-100.
    case swapDisks = "swap-disks"
    /// A new instance of the machine image, or of disks of the snapshots.
    ///
    /// Rule: GCE-088.
    case newInstance = "new-instance"
    /// The first, and the old disks are deleted whatever goes with them, as whoever tidies up by hand does.
    ///
    /// Rule: GCE-085.
    case swapDisksAndDelete = "swap-disks-and-delete"
}

/// What is to be brought back: what disks.insert is asked for to make the disk of each role.
typealias RestorePlan = RevertPlan<SnapshotSet, Instance.ID, InsertDisk>

extension ComputeEngine {
    /// Brings a machine back to a snapshot; there is no verb for that, so new is made, swapped in, and old removed.
    public mutating func revert(_ request: RevertRequest, of machine: MachineID) throws(Refusal) -> RevertReport {
        let id = try instanceID(machine)
        try waitUntilSettled(id)
        var plan = try plan(request, of: id)
        let method = try chooseMethod(request, &plan)
        switch method {
        case .swapDisks, .swapDisksAndDelete: return try swapDisks(plan, method)
        case .newInstance: return try replaceInstance(plan)
        }
    }

    /// Finds the members, and refuses before anything is touched when one is missing or unusable.
    ///
    /// Rules: GCE-056, GCE-062 and GCE-085.
    private func plan(_ request: RevertRequest, of machine: Instance.ID) throws(Refusal) -> RestorePlan {
        let set = try snapshotSet(request.snapshot, of: machine)
        return try RestorePlan(
            set, of: machine, roles: request.disks ?? set.roles, code: ComputeFault.Reason.invalid.rawValue
        ) {
            role throws(Refusal) in
            guard set.roles.contains(role) else {
                throw Refusal(
                    .refused, code: ComputeFault.Reason.notFound.rawValue,
                    message: "The snapshot '\(set.id)' does not hold the \(role.rawValue) disk.", rule: "GCE-056")
            }
            switch state(of: set, role) {
            case .ready: return disk(for: role, of: set)
            case .pending:
                throw Refusal(
                    .refused, code: ComputeFault.Reason.resourceNotReady.rawValue,
                    message: "The snapshot '\(set.id)' is not ready.", rule: "GCE-062")
            case .failed:
                throw Refusal(
                    .refused, code: ComputeFault.Reason.notFound.rawValue,
                    message: "What the snapshot '\(set.id)' held of the \(role.rawValue) disk is gone.",
                    rule: set.method.isInstant ? "GCE-085" : "GCE-056")
            }
        }
    }

    /// What disks.insert is asked for to bring back the disk of a role.
    private func disk(for role: DiskRole, of set: SnapshotSet) -> InsertDisk {
        var request = InsertDisk(name: "")
        if let image = set.image {
            request.sourceMachineImage = path(.machineImages, .global, image).description
            request.sourceMachineImageDiskDeviceName = Guest.deviceName(role)
        } else if let name = set.members[role], set.method.isInstant {
            request.sourceInstantSnapshot = path(.instantSnapshots, .zone(set.zone), name).description
        } else if let name = set.members[role] {
            request.sourceSnapshot = path(.snapshots, .global, name).description
        }
        return request
    }

    /// The way that was asked for, or the one that keeps the most.
    ///
    /// Rule: GCE-125.
    private func chooseMethod(_ request: RevertRequest, _ plan: inout RestorePlan) throws(Refusal) -> RevertMethod {
        guard let method = try RevertMethod.named(request.method, code: "UNSUPPORTED_OPERATION") else {
            if plan.sources.contains(where: { $0.role == .root }), let spec = instances[plan.machine]?.guest?.spec,
                AppliancePlan(for: spec.appliance).comesBackAsNewMachine
            {
                plan.notes.append(AppliancePlan.newMachineNote)
                return .newInstance
            }
            plan.notes.append(
                Note(
                    "Chose to swap disks: the instance keeps its id, its internal address and its metadata.",
                    rule: "GCE-125"))
            return .swapDisks
        }
        if method == .newInstance, !plan.sources.contains(where: { $0.role == .root }) {
            throw Refusal(
                .unsupported, code: "UNSUPPORTED_OPERATION",
                message: "A new instance needs a snapshot of the boot disk.", rule: "GCE-106")
        }
        return method
    }
}
