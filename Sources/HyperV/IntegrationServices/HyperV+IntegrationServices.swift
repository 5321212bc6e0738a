import HashTreeCollections
import Hypervisor
package import LabCore
import SimulatedMachine

extension HyperV {
    /// Offers a service to the guest.
    ///
    /// `Enable-VMIntegrationService`.
    package mutating func enableVMIntegrationService(
        _ service: IntegrationService, of id: VirtualMachine.ID
    ) throws(HyperVFault) {
        try call("Enable-VMIntegrationService", on: id.rawValue) { (plane) throws(HyperVFault) in
            try plane.change(id) { $0.config.integrationServices.insert(service) }
        }
    }

    /// Takes a service away from the guest.
    ///
    /// `Disable-VMIntegrationService`.
    package mutating func disableVMIntegrationService(
        _ service: IntegrationService, of id: VirtualMachine.ID
    ) throws(HyperVFault) {
        try call("Disable-VMIntegrationService", on: id.rawValue) { (plane) throws(HyperVFault) in
            try plane.change(id) { $0.config.integrationServices.remove(service) }
        }
    }

    /// How a service is; nothing while the machine does not run.
    ///
    /// `Get-VMIntegrationService`.
    package func status(of service: IntegrationService, in machine: Boxed<VirtualMachine>) -> IntegrationStatus? {
        guard machine.config.integrationServices.contains(service) else { return .disabled }
        guard machine.state == .running else { return nil }
        switch machine.guest[service] {
        case .outdated: return .protocolMismatch  // Rule: HV-154.
        case .absent, .stopped: return .noContact
        case .running: break
        }
        guard let ready = machine.run.readyAt, ready > now, settings.inferred.heartbeatNeedsBoot else { return .ok }
        return machine.run.isRestored ? .lostCommunication : .noContact  // Rule: HV-155.
    }

    /// What the guest tells of itself through key-value exchange; nothing when that is not to be had.
    package func guestValues(of id: VirtualMachine.ID) throws(HyperVFault) -> [String: String]? {
        let machine = try machine(id)
        guard status(of: .keyValuePairExchange, in: machine) == .ok else { return nil }
        return ["NetworkAddressIPv4": machine.privateAddress, "FullyQualifiedDomainName": machine.spec.name]
    }

    /// Why the guest cannot bring its disks to rest; nothing when the host may ask it to.
    ///
    /// Rules: HV-150, HV-151 and HV-154.
    func obstacleToQuiescing(_ machine: Boxed<VirtualMachine>) -> RuleID? {
        if !machine.config.integrationServices.contains(.vss) { return "HV-150" }
        switch machine.guest[.vss] {
        case .running: return nil
        case .stopped, .absent: return "HV-151"
        case .outdated: return "HV-154"
        }
    }

    /// The time synchronisation service corrects the clock of a guest that came back from a memory.
    ///
    /// Rule: HV-076.
    mutating func synchroniseClock(of id: VirtualMachine.ID, _ epoch: Int) {
        guard let machine = machines[id], machine.epoch == epoch, machine.run.clockLag > .zero,
            status(of: .timeSynchronization, in: machine) == .ok
        else { return }
        machines[id]?.run.clockLag = .zero
        note(id.rawValue, "guest clock stepped forward by \(machine.run.clockLag.inWords)")
    }
}
