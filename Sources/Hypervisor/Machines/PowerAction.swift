/// A change of a machine's power.
public enum PowerAction: String, Hashable, Sendable, Codable, CaseIterable {
    /// Switch on and boot, or resume what was suspended.
    case on
    /// Ask the guest to shut down, and wait until it has.
    case shutDown = "shut-down"
    /// Cut the power, as a power failure does.
    case cut
    /// Ask the guest to reboot, and wait until it is up again.
    case reboot
}
