import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

/// A native way back.
enum RevertMethod: String, ProviderMethod {
    static let purpose = "way back"

    /// `RevertToSnapshot_Task`.
    ///
    /// Rule: VMW-060.
    case revert
    /// `RevertToSnapshot_Task` with `suppressPowerOn`.
    ///
    /// Rule: VMW-065.
    case revertWithoutPowerOn = "revert-suppress-power-on"
    /// A new machine, cloned from the snapshot.
    ///
    /// Rule: VMW-137.
    case newMachine = "new-machine"
}

extension VSphere {
    /// Brings a machine back to a snapshot by vSphere's own means, and waits until that is done.
    public mutating func revert(
        _ request: RevertRequest, of machine: MachineID
    ) throws(Refusal) -> RevertReport {
        let vm = try labMachine(machine)
        let id = Moref<VirtualMachineSnapshot>(request.snapshot.rawValue)
        guard let snapshot = vm.snapshots[id] else { throw Refusal(unknown(id.value), verb: "RevertToSnapshot_Task") }
        let held = snapshot.config.dependentDisks.compactMap(\.role)
        if let wanted = request.disks, Set(wanted) != Set(held) {
            let message = "A revert brings back all disks of a snapshot, not some."
            throw Refusal(.unsupported, code: "NotSupported", message: message, rule: "VMW-070")
        }
        let usual = AppliancePlan(for: vm.spec.appliance).comesBackAsNewMachine ? RevertMethod.newMachine : .revert
        switch try RevertMethod.named(request.method, code: "NotSupported") ?? usual {
        case .newMachine: return try cloneInstead(of: vm, from: snapshot)
        case .revert: return try revertInPlace(vm, to: snapshot, suppressesPowerOn: false)
        case .revertWithoutPowerOn: return try revertInPlace(vm, to: snapshot, suppressesPowerOn: true)
        }
    }
}
