package import Hypervisor

/// The state of a machine, as Get-VM names it.
///
/// Rule: https://learn.microsoft.com/windows/win32/hyperv_v2/msvm-computersystem
package enum PowerState: String, ResourceState, CaseIterable {
    case off = "Off"
    case starting = "Starting"
    case running = "Running"
    case pausing = "Pausing"
    case paused = "Paused"
    case resuming = "Resuming"
    case saving = "Saving"
    case saved = "Saved"
    case stopping = "Stopping"
    /// Its storage is full or away: it stands still, or is off, until that ends.
    case pausedCritical = "PausedCritical"
    case savedCritical = "SavedCritical"
    case offCritical = "OffCritical"

    /// The number behind the name.
    package var code: Int {
        switch self {
        case .running: 2
        case .off: 3
        case .stopping: 4
        case .saved: 6
        case .paused: 9
        case .starting: 10
        case .saving: 32773
        case .pausing: 32776
        case .resuming: 32777
        case .offCritical: 32786
        case .savedCritical: 32788
        case .pausedCritical: 32789
        }
    }

    /// Whether it is on the way from one state to another.
    package var isTransitional: Bool {
        switch self {
        case .starting, .pausing, .resuming, .saving, .stopping: true
        default: false
        }
    }

    /// Whether it waits for storage.
    package var isCritical: Bool {
        switch self {
        case .pausedCritical, .savedCritical, .offCritical: true
        default: false
        }
    }

    /// What must happen after a request was accepted.
    package enum Effect: Hashable, Sendable {
        /// It is so already: the cmdlet warns.
        case nothing
        /// The guest boots.
        case boots
        /// The saved memory is read back.
        case restoresMemory
        /// The guest that stood still goes on.
        case resumes
        /// The change has begun and will take its time.
        case begins
        /// The power goes at once.
        case cut
        /// The saved memory is thrown away.
        case dropsSavedState
    }
}

extension PowerState {
    /// Start-VM.
    package mutating func start(resumesPaused: Bool = true) throws(NotInState<Self>) -> Effect {
        switch self {
        case .off:
            self = .starting
            return .boots
        case .saved:
            self = .starting
            return .restoresMemory
        case .paused where resumesPaused:
            self = .resuming
            return .resumes
        case .running: return .nothing
        default: throw NotInState(self)
        }
    }

    /// Resume-VM.
    package mutating func resume() throws(NotInState<Self>) -> Effect {
        switch self {
        case .paused:
            self = .resuming
            return .begins
        case .running: return .nothing
        default: throw NotInState(self)
        }
    }

    /// Suspend-VM.
    package mutating func pause() throws(NotInState<Self>) -> Effect {
        switch self {
        case .running:
            self = .pausing
            return .begins
        case .paused: return .nothing
        default: throw NotInState(self)
        }
    }

    /// Save-VM.
    package mutating func save() throws(NotInState<Self>) -> Effect {
        switch self {
        case .running, .paused:
            self = .saving
            return .begins
        case .saved: return .nothing
        default: throw NotInState(self)
        }
    }

    /// Stop-VM, which asks the guest.
    package mutating func shutDown() throws(NotInState<Self>) -> Effect {
        switch self {
        case .running:
            self = .stopping
            return .begins
        case .off: return .nothing
        default: throw NotInState(self)
        }
    }

    /// Stop-VM -TurnOff, which asks nobody; it works on a machine that waits for storage too.
    package mutating func turnOff(dropsSaved: Bool = true) throws(NotInState<Self>) -> Effect {
        switch self {
        case .running, .paused, .stopping, .pausedCritical:
            self = .off
            return .cut
        case .saved where dropsSaved, .savedCritical where dropsSaved:
            self = .off
            return .dropsSavedState
        case .off, .offCritical: return .nothing
        default: throw NotInState(self)
        }
    }

    /// Restart-VM, a hard reset.
    package func restart() throws(NotInState<Self>) {
        guard self == .running else { throw NotInState(self) }
    }

    /// A change that had begun is over.
    package mutating func settle() throws(NotInState<Self>) {
        switch self {
        case .starting, .resuming: self = .running
        case .pausing: self = .paused
        case .saving: self = .saved
        case .stopping: self = .off
        default: throw NotInState(self)
        }
    }

    /// The guest went off by itself, or its power did.
    package mutating func losePower() throws(NotInState<Self>) {
        switch self {
        case .running, .paused, .stopping, .starting, .resuming, .pausing, .saving, .pausedCritical: self = .off
        default: throw NotInState(self)
        }
    }

    /// The storage is full or away.
    ///
    /// Rule: HV-137.
    package mutating func loseStorage() throws(NotInState<Self>) {
        switch self {
        case .running, .paused: self = .pausedCritical
        case .saved: self = .savedCritical
        case .off: self = .offCritical
        default: throw NotInState(self)
        }
    }

    /// The storage is there again.
    ///
    /// Rule: HV-139.
    package mutating func regainStorage() throws(NotInState<Self>) {
        switch self {
        case .pausedCritical: self = .running
        case .savedCritical: self = .saved
        case .offCritical: self = .off
        default: throw NotInState(self)
        }
    }

    /// Applying a checkpoint begins: a machine that runs or stands still is saved first.
    ///
    /// Rule: HV-064.
    package mutating func beginApply(savesFirst: Bool) throws(NotInState<Self>) -> Effect {
        switch self {
        case .off, .saved: return .nothing
        case .running, .paused:
            self = savesFirst ? .saving : .stopping
            return .begins
        default: throw NotInState(self)
        }
    }

    /// A checkpoint was applied, and leaves the machine as it says.
    mutating func apply(_ state: PowerState) { self = state }

    // MARK: What failed is taken back

    mutating func abandonStart() { _ = moved(from: .starting, to: .off) }

    mutating func abandonShutDown() { _ = moved(from: .stopping, to: .running) }

    mutating func abandonSave() { _ = moved(from: .saving, to: .running) }
}
