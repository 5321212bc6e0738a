package import LabCore

/// The vendor's word for a machine's power, as it stands in `runtime.powerState` and in faults.
package enum PowerState: String, Hashable, Sendable, CaseIterable {
    case poweredOff, poweredOn, suspended

    /// The words in which the vendor's messages say it.
    var words: String {
        switch self {
        case .poweredOff: "Powered off"
        case .poweredOn: "Powered on"
        case .suspended: "Suspended"
        }
    }
}

/// The power of one machine, with the times that are valid in each state.
package enum RuntimePower: Hashable, Sendable {
    /// Goes on to poweredOn.
    case poweredOff
    /// Goes on to poweredOff and suspended.
    case poweredOn(boot: Instant)
    /// Goes on to poweredOn, with its old boot time, and to poweredOff.
    case suspended(boot: Instant, since: Instant)

    /// What the owner must do to the hardware after a change of power.
    package enum Effect: Hashable, Sendable {
        case boot, resume, cut, dropMemory, suspend, reboot
    }

    /// The vendor's word for it.
    package var state: PowerState {
        switch self {
        case .poweredOff: .poweredOff
        case .poweredOn: .poweredOn
        case .suspended: .suspended
        }
    }

    /// When the guest last booted; nothing while it is off.
    package var bootTime: Instant? {
        switch self {
        case .poweredOff: nil
        case .poweredOn(let boot), .suspended(let boot, _): boot
        }
    }

    /// `PowerOnVM_Task`: boots what is off, resumes what is suspended.
    package mutating func powerOn(at now: Instant) throws(MethodFault) -> Effect {
        switch self {
        case .poweredOff:
            self = .poweredOn(boot: now)
            return .boot
        case .poweredOn: throw refusal(of: .poweredOff)
        case .suspended(let boot, _):
            self = .poweredOn(boot: boot)
            return .resume
        }
    }

    /// `PowerOffVM_Task`: cuts the power; what was suspended loses its memory, where the server allows it.
    package mutating func powerOff(dropsSuspended: Bool) throws(MethodFault) -> Effect {
        switch self {
        case .poweredOff: throw refusal(of: .poweredOn)
        case .poweredOn:
            self = .poweredOff
            return .cut
        case .suspended:
            guard dropsSuspended else { throw refusal(of: .poweredOn) }
            self = .poweredOff
            return .dropMemory
        }
    }

    /// `SuspendVM_Task`: puts the memory of a running machine into a file.
    package mutating func suspend(at now: Instant) throws(MethodFault) -> Effect {
        switch self {
        case .poweredOn(let boot):
            self = .suspended(boot: boot, since: now)
            return .suspend
        case .poweredOff, .suspended: throw refusal(of: .poweredOn)
        }
    }

    /// `ResetVM_Task`: presses the reset button.
    package mutating func reset(at now: Instant) throws(MethodFault) -> Effect {
        switch self {
        case .poweredOn:
            self = .poweredOn(boot: now)
            return .reboot
        case .poweredOff, .suspended: throw refusal(of: .poweredOn)
        }
    }

    /// `ShutdownGuest`, `RebootGuest`: nothing changes yet, but only a running guest can be asked.
    package func askGuest() throws(MethodFault) {
        switch self {
        case .poweredOn: break
        case .poweredOff, .suspended: throw refusal(of: .poweredOn)
        }
    }

    /// The guest went off by itself.
    package mutating func guestStopped() {
        switch self {
        case .poweredOn: self = .poweredOff
        case .poweredOff, .suspended: preconditionFailure("a guest cannot stop while its machine is \(state)")
        }
    }

    /// Rule: VMW-010.
    private func refusal(of needed: PowerState) -> MethodFault {
        MethodFault(.invalidPowerState(requested: needed, existing: state), rule: "VMW-010")
    }
}
