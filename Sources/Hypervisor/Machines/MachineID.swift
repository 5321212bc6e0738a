/// The name a platform gave a machine: an instance id, a moref, a domain name.
public struct MachineID: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public static func < (a: MachineID, b: MachineID) -> Bool { a.rawValue < b.rawValue }
    public var description: String { rawValue }
}
