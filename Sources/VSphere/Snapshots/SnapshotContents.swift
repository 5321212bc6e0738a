/// What a new snapshot will hold, decided by the arguments and the machine's power: table 2.2 of the specification.
package struct SnapshotContents: Hashable, Sendable {
    /// The power state that the snapshot stands for.
    package var state: PowerState
    /// Whether it keeps memory.
    package var holdsMemory: Bool
    /// Whether the guest is asked to bring its disks to rest.
    package var quiesces: Bool

    /// Decides what a snapshot holds.
    ///
    /// - Parameters:
    ///   - power: the machine's power at the instant of the snapshot.
    ///   - memory: whether memory was asked for.
    ///   - quiesce: whether quiescing was asked for.
    ///   - toolsInstalled: without them a wish to quiesce is ignored.
    ///   - diskOnlySuspended: the capability `diskOnlySnapshotOnSuspendedVMSupported`.
    package init(
        of power: PowerState, memory: Bool, quiesce: Bool, toolsInstalled: Bool, diskOnlySuspended: Bool
    ) {
        switch power {
        case .poweredOff:  // Rule: VMW-026. Nothing is in memory, and nothing in a cache.
            self.init(state: .poweredOff, holdsMemory: false, quiesces: false)
        case .suspended:  // Rule: VMW-027.
            let holdsMemory = memory || !diskOnlySuspended
            self.init(state: holdsMemory ? .suspended : .poweredOff, holdsMemory: holdsMemory, quiesces: false)
        case .poweredOn where memory:  // Memory wins over quiescing.
            self.init(state: .poweredOn, holdsMemory: true, quiesces: false)
        case .poweredOn:  // Rule: VMW-025. A snapshot without memory stands for a machine that is off.
            self.init(state: .poweredOff, holdsMemory: false, quiesces: quiesce && toolsInstalled)  // Rule: VMW-043.
        }
    }

    private init(state: PowerState, holdsMemory: Bool, quiesces: Bool) {
        self.state = state
        self.holdsMemory = holdsMemory
        self.quiesces = quiesces
    }
}

extension PowerState {
    /// The power in which a revert to a snapshot that stands for `self` leaves the machine.
    ///
    /// Rule: VMW-063.
    package func afterRevert(suppressPowerOn: Bool) -> PowerState {
        switch self {
        case .poweredOn: suppressPowerOn ? .suspended : .poweredOn  // Rule: VMW-065.
        case .suspended: .suspended
        case .poweredOff: .poweredOff
        }
    }
}
