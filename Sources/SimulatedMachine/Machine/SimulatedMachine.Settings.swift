extension SimulatedMachine {
    /// What is inferred about appliances rather than documented; each field stands for one such rule.
    public struct Settings: Hashable, Sendable {
        /// Whether a machine that was snapshotted in maintenance mode boots in it.
        ///
        /// Rule: GHES-025.
        public var bootsInMaintenance = true
        /// Whether the services box takes no builds and writes while it is in maintenance mode.
        ///
        /// Rule: CCI-016.
        public var stopsIntake = true
        /// Whether users of a git server have what they pushed in clones of their own.
        ///
        /// Rule: GHES-026.
        public var clonesKeepPushes = true

        /// Makes the settings that fit what is known.
        public init() {}
    }
}
