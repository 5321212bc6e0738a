package import LabCore
package import SimulatedMachine

/// The contents of a disk from which others are made.
package struct Image: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<Image>
    package static let collection = Collection.images

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    package internal(set) var state = ImageState.pending
    package let diskSizeGB: Int
    package let contents: Disk
    package let guest: Guest?
}
