import Hypervisor
package import LabCore

/// A change of a volume's size, type or speed, and how far it has come.
package struct VolumeModification: Hashable, Sendable {
    package var volume: Volume.ID
    package var state: State
    package var original: Volume.Shape
    package var target: Volume.Shape
    package var start: Instant
    package var end: Instant?

    /// How far a modification has come.
    ///
    /// Rule: https://docs.aws.amazon.com/ebs/latest/userguide/monitoring-volume-modifications.html
    package enum State: String, ResourceState, CaseIterable {
        /// The new size does not show yet; goes to optimizing or failed.
        case modifying
        /// The new size shows, the speed is between old and new; goes to completed or failed.
        ///
        /// Rule: AWS-091.
        case optimizing
        /// It is done.
        case completed
        /// It was given up; the volume is as it was.
        case failed

        /// Whether another modification has to wait.
        ///
        /// Rule: AWS-089.
        package var isActive: Bool { self == .modifying || self == .optimizing }

        /// The new size shows.
        package mutating func applied() -> Bool { moved(from: .modifying, to: .optimizing) }

        /// The blocks have found their places.
        package mutating func optimized() -> Bool { moved(from: .optimizing, to: .completed) }

        /// It is given up.
        package mutating func gaveUp() -> Bool {
            guard isActive else { return false }
            self = .failed
            return true
        }
    }
}
