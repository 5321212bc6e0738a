import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

/// A way back; none of them is a verb of the platform.
///
/// Rule: AZ-113.
enum RevertMethod: String, ProviderMethod {
    static let purpose = "way back"

    /// New disks take the place of the OS disk, and of data disks, while the machine is deallocated.
    ///
    /// Rule: AZ-080.
    case swapOSDisk = "swap-os-disk"
    /// A new disk takes the place of a data disk while the machine is deallocated.
    case swapDataDisk = "swap-data-disk"
    /// A new machine around new disks.
    ///
    /// Rule: AZ-081.
    case newMachine = "new-machine"
}

/// What is to be brought back: what the new disk of each role is made of.
typealias RestorePlan = RevertPlan<SnapshotSet, ResourceID, ManagedDisk.CreationData>

extension AzureCompute {
    /// Brings a machine back to a snapshot; there is no verb for that, so disks are made and swapped in, or a machine is.
    public mutating func revert(_ request: RevertRequest, of machine: MachineID) throws(Refusal) -> RevertReport {
        let id = try machineID(machine)
        try waitUntilSettled(id)
        var plan = try plan(request, of: id)
        let method = try chooseMethod(request, &plan)
        switch method {
        case .swapOSDisk, .swapDataDisk: return try swapDisks(plan, method)
        case .newMachine: return try replaceMachine(plan)
        }
    }

    /// Finds the members, and refuses before anything is touched when one is missing or cannot be used yet.
    private func plan(_ request: RevertRequest, of machine: ResourceID) throws(Refusal) -> RestorePlan {
        let set = try snapshotSet(request.snapshot, of: machine)
        return try RestorePlan(
            set, of: machine, roles: request.disks ?? set.roles, code: AzureFault.Code.invalidParameter.rawValue
        ) {
            role throws(Refusal) in
            guard let member = set.members[role] else {
                throw Refusal(
                    .refused, code: "ResourceNotFound",
                    message: "The snapshot '\(set.id)' does not hold the \(role.rawValue) disk.", rule: "AZ-006")
            }
            let isPoint = member.type == .diskRestorePoints
            switch state(of: set, role) {
            case .ready: return ManagedDisk.CreationData(isPoint ? .restore : .copy, source: member)
            case .pending:
                throw Refusal(
                    .refused, code: AzureFault.Code.operationNotAllowed.rawValue,
                    message: "The snapshot '\(set.id)' is still being copied.", rule: isPoint ? "AZ-118" : "AZ-035")
            case .failed:
                throw Refusal(
                    .refused, code: "ResourceNotFound",
                    message: "What the snapshot '\(set.id)' held of the \(role.rawValue) disk is gone.", rule: "AZ-006")
            }
        }
    }

    /// The way that was asked for, or the one that keeps the machine.
    private func chooseMethod(_ request: RevertRequest, _ plan: inout RestorePlan) throws(Refusal) -> RevertMethod {
        let hasRoot = plan.sources.contains { $0.role == .root }
        guard let method = try RevertMethod.named(request.method, code: "NotSupported") else {
            if hasRoot, let spec = virtualMachines[plan.machine]?.guest?.spec,
                AppliancePlan(for: spec.appliance).comesBackAsNewMachine
            {
                plan.notes.append(AppliancePlan.newMachineNote)
                return .newMachine
            }
            plan.notes.append(
                Note("Chose to swap disks: the machine keeps its id, its interfaces and its settings.", rule: "AZ-080"))
            return hasRoot ? .swapOSDisk : .swapDataDisk
        }
        switch method {
        case .swapOSDisk, .newMachine:
            guard hasRoot else {
                throw Refusal(
                    .unsupported, code: "NotSupported",
                    message: "The way '\(method.rawValue)' needs a snapshot of the OS disk.")
            }
        case .swapDataDisk:
            guard !hasRoot else {
                throw Refusal(
                    .unsupported, code: "NotSupported",
                    message: "The way '\(method.rawValue)' does not bring back an OS disk.")
            }
        }
        return method
    }
}
