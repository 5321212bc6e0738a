import Hypervisor
import LabCore
import SimulatedMachine

/// A collection of restore points of one machine.
package struct RestorePointCollection: Booked {
    package let id: ResourceID
    package let location: String
    /// A machine of the same location, or for copies a collection of another one.
    ///
    /// Rule: AZ-097.
    package let source: ResourceID
    package internal(set) var tags: [String: String]
    /// The restore points, the oldest first.
    package internal(set) var points: [ResourceID] = []
    /// Whether it is being removed, and takes nothing any more.
    ///
    /// Rule: AZ-111.
    package internal(set) var isMarkedForDeletion = false
}

/// The restore points of one machine, over all collections.
struct PointHistory: Hashable, Sendable {
    /// How many there are.
    ///
    /// Rule: AZ-098.
    var count = 0
    /// When points were made lately, by their mode.
    ///
    /// Rule: AZ-099.
    var pace: [RestorePoint.Mode: RateWindow] = [:]
    /// The one that is being made.
    ///
    /// Rule: AZ-100.
    var creating: ResourceID?
}
