package import SimulatedMachine

/// A kind of resource that Compute Engine names.
package protocol Identified: Booked where ID == ResourceID<Self> {
    /// The collection in which the resource is found, as it stands in paths.
    static var collection: Collection { get }
}

/// The number that the server gave to a resource; it is never given again.
///
/// Rule: GCE-002.
package struct ResourceID<Resource: Identified>: RawRepresentable, Hashable, Comparable, Sendable,
    CustomStringConvertible
{
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    /// The number as the text that answers carry.
    package var description: String { String(rawValue) }
}

/// A collection of resources, by its word in paths.
package enum Collection: String, Hashable, Sendable, CaseIterable {
    case instances, disks, snapshots, images, machineImages, instantSnapshots, instantSnapshotGroups, resourcePolicies
    case addresses

    /// The word for one resource of the collection in field names and messages.
    var singular: String {
        switch self {
        case .resourcePolicies: "resourcePolicy"
        case .addresses: "address"
        default: String(rawValue.dropLast())
        }
    }

    /// Where resources of the collection live.
    ///
    /// Rule: GCE-010.
    func holds(_ scope: Scope) -> Bool {
        switch (self, scope) {
        case (.instances, .zone), (.disks, .zone), (.instantSnapshots, .zone), (.instantSnapshotGroups, .zone): true
        case (.snapshots, .global), (.images, .global), (.machineImages, .global): true
        case (.resourcePolicies, .region), (.addresses, .region): true
        default: false
        }
    }
}
