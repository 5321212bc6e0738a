package import LabCore
import SimulatedMachine

/// An external address that was reserved, and stays whatever becomes of the instance that has it.
///
/// Rule: GCE-119.
package struct ReservedAddress: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<ReservedAddress>
    package static let collection = Collection.addresses

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    /// The address itself.
    package let address: String
    /// The instance that has it.
    package internal(set) var user: Instance.ID?
}
