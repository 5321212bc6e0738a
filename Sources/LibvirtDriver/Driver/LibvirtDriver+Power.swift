public import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Changes a machine's power, and waits until that is done.
    public func setPower(_ action: PowerAction, of machine: MachineID) async throws(Refusal) {
        _ = try record(of: machine)
        switch action {
        case .on: try await switchOn(machine)
        case .shutDown:
            try await shutDown(machine)
            try await reclaimLeaks(of: machine)
        case .cut:
            try await destroy(machine.rawValue)
            try await reclaimLeaks(of: machine)
        case .reboot:
            try await shutDown(machine)
            try await reclaimLeaks(of: machine)
            try await boot(machine)
        }
    }

    private func switchOn(_ machine: MachineID) async throws(Refusal) {
        switch try await state(of: machine) {
        case .paused, .suspended:
            try await call(.resume(machine.rawValue))
            try await waitForAgent(of: machine)
        default:
            try await reclaimLeaks(of: machine)  // It may have gone off by itself.
            try await boot(machine)  // Of a machine that runs, libvirt itself says so.
        }
    }

    /// Asks the guest to shut down, by its agent and, where that does not answer, by the power button.
    private func shutDown(_ machine: MachineID) async throws(Refusal) {
        let name = machine.rawValue
        do throws(Refusal) {
            try await call(.shutDown(name, throughAgent: true))
        } catch {
            guard error.isAboutAgent else { throw error }
            try await call(.shutDown(name, throughAgent: false))
        }
        let limit = Duration.seconds(60)
        let isOff = try await HostClock.poll(for: limit) { () async throws(Refusal) -> Bool? in
            try await state(of: machine).isActive ? nil : true
        }
        guard isOff != nil else {
            throw Refusal(
                .failed, code: "GuestStaysUp", message: "the guest has not shut down within \(limit.inWords)",
                verb: "virDomainShutdownFlags")
        }
    }

    /// Cuts the power of a domain, and is content when it is off already.
    func destroy(_ name: String) async throws(Refusal) {
        do throws(Refusal) {
            try await call(.destroy(name))
        } catch {
            // A destroy that races with libvirt's own taking over of the domain kills the guest and says it was off.
            guard error.code == LibvirtError.Code.operationInvalid.name else { throw error }
            let isOff = try await HostClock.poll(for: .seconds(5)) { () async throws(Refusal) -> Bool? in
                try await state(of: MachineID(rawValue: name)).isActive ? nil : true
            }
            guard isOff != nil else { throw error }
        }
    }
}
