import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

/// A native way back.
enum RevertMethod: String, ProviderMethod {
    static let purpose = "way back"

    /// Restore-VMSnapshot, in place.
    case restore
    /// The same, with a checkpoint of the failed state before it, as the Manager's dialog offers.
    case checkpointAndRestore = "checkpoint-and-restore"
    /// A new machine, exported from the checkpoint and imported again.
    case newMachine = "new-machine"
}

extension HyperV {
    /// Brings a machine back to a checkpoint by Hyper-V's own means, and waits until that is done.
    public mutating func revert(_ request: RevertRequest, of machine: MachineID) throws(Refusal) -> RevertReport {
        let vm = try labMachine(machine)
        awaitGuest(vm.id)
        let checkpoint = try labCheckpoint(request.snapshot, of: vm, for: "Restore-VMSnapshot")
        let held = checkpoint.config.drives.compactMap(\.role)
        if let wanted = request.disks, Set(wanted) != Set(held) {
            throw Refusal(
                .unsupported, code: "NotSupported",
                message: "Applying a checkpoint brings back all of its disks, not some.", rule: "HV-068")
        }
        // Restore-VMSnapshot would find a broken chain only after it has stopped the machine.
        if let fault = faultInChains(of: checkpoint) { throw Refusal(fault) }
        let usual = AppliancePlan(for: vm.spec.appliance).comesBackAsNewMachine ? RevertMethod.newMachine : .restore
        switch try RevertMethod.named(request.method, code: "UnknownMethod") ?? usual {
        case .restore where !settings.provider.keepsFailedState: return try restore(checkpoint, of: vm)
        case .restore, .checkpointAndRestore: return try checkpointAndRestore(checkpoint, of: vm)
        case .newMachine: return try exportAndImport(checkpoint, of: vm)
        }
    }
}
