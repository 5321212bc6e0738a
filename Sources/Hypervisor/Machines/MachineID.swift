public import LabCore

/// The name a platform gave a machine: an instance id, a moref, a domain name.
public struct MachineID: Identifier {
    /// The platform's name.
    public let rawValue: String

    /// Takes a platform's name.
    public init(rawValue: String) { self.rawValue = rawValue }
}
