package import Hypervisor

/// The power of a machine, as the last status of its instance view names it.
///
/// Rule: https://learn.microsoft.com/azure/virtual-machines/states-billing
package enum PowerState: String, ResourceState, CaseIterable {
    /// It is being started; goes to running, or back to where it was when there is no host for it.
    case starting
    /// Its guest runs or boots; goes to stopping, stopped or deallocating.
    case running
    /// Its guest shuts down; goes to stopped or deallocating.
    case stopping
    /// Its guest is off, its host is kept; goes to starting or deallocating.
    case stopped
    /// It gives its host back; goes to deallocated.
    case deallocating
    /// It has no host; goes to starting.
    case deallocated

    /// What must happen after a request was accepted.
    package typealias Effect = ChangeEffect
}

extension PowerState {
    /// VirtualMachines_Start; a machine that runs is started already.
    ///
    /// Rule: AZ-085.
    package mutating func start() throws(NotInState<Self>) -> Effect {
        switch self {
        case .stopped, .deallocated:
            self = .starting
            return .begins
        case .starting, .running: return .nothing
        case .stopping, .deallocating: throw NotInState(self)
        }
    }
    /// VirtualMachines_PowerOff.
    ///
    /// Rule: AZ-085.
    package mutating func powerOff() throws(NotInState<Self>) -> Effect {
        switch self {
        case .starting, .running:
            self = .stopping
            return .begins
        case .stopping, .stopped: return .nothing
        case .deallocating, .deallocated: throw NotInState(self)
        }
    }
    /// VirtualMachines_Deallocate; a machine without a host is deallocated already.
    ///
    /// Rule: AZ-085.
    package mutating func deallocate() -> Effect {
        switch self {
        case .starting, .running, .stopping, .stopped:
            self = .deallocating
            return .begins
        case .deallocating, .deallocated: return .nothing
        }
    }
    /// VirtualMachines_Restart; the state never shows it.
    package func restart() throws(NotInState<Self>) {
        guard self == .running else { throw NotInState(self) }
    }
    /// The guest begins to boot.
    package mutating func started() -> Bool { moved(from: .starting, to: .running) }
    /// There was no host; `previous` is stopped or deallocated.
    ///
    /// Rule: AZ-091.
    package mutating func startFailed(backTo previous: Self) -> Bool { moved(from: .starting, to: previous) }
    /// The guest is off.
    package mutating func wentDown() -> Bool { moved(from: .stopping, to: .stopped) }
    /// The guest went off by itself, and the host is kept.
    package mutating func shutDownFromInside() -> Bool { moved(from: .running, to: .stopped) }
    /// The host is given back.
    package mutating func released() -> Bool { moved(from: .deallocating, to: .deallocated) }
}
