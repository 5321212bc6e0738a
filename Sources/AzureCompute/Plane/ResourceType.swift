/// A type of resource, as it stands in ids.
package enum ResourceType: String, Hashable, Sendable, CaseIterable {
    case virtualMachines = "Microsoft.Compute/virtualMachines"
    case extensions = "Microsoft.Compute/virtualMachines/extensions"
    case disks = "Microsoft.Compute/disks"
    case snapshots = "Microsoft.Compute/snapshots"
    case diskEncryptionSets = "Microsoft.Compute/diskEncryptionSets"
    case restorePointCollections = "Microsoft.Compute/restorePointCollections"
    case restorePoints = "Microsoft.Compute/restorePointCollections/restorePoints"
    case diskRestorePoints = "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints"
    case networkInterfaces = "Microsoft.Network/networkInterfaces"
    case publicIPAddresses = "Microsoft.Network/publicIPAddresses"
    /// The group itself, which is no resource of a provider.
    case resourceGroups = "Microsoft.Resources/resourceGroups"

    /// The namespace of the provider.
    package var namespace: String { String(rawValue.prefix { $0 != "/" }) }
    /// The segments after the namespace, from the parent to the child.
    package var segments: [String] { rawValue.split(separator: "/").dropFirst().map(String.init) }
    /// The type of the resource that holds resources of this type; nothing for those that a group holds.
    package var parent: ResourceType? {
        switch self {
        case .extensions: .virtualMachines
        case .restorePoints: .restorePointCollections
        case .diskRestorePoints: .restorePoints
        default: nil
        }
    }
    /// The type with these segments, compared as ids are.
    ///
    /// Rule: AZ-004.
    static func named(_ text: String) -> ResourceType? { byName[text.lowercased()] }
    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue.lowercased(), $0) })
}
