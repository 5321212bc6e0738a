package import LabCore

/// A task that replaces the root volume of a running instance.
package struct RootReplacement: Hashable, Sendable, Identified {
    package static let prefix = "replacevol-"
    package typealias ID = ResourceID<RootReplacement>

    package var id: ID
    package var instance: Instance.ID
    package var state = RootReplacementState.pending
    package var start: Instant
    package var complete: Instant?
    package var snapshot: EBSSnapshot.ID?
    package var image: Image.ID?
    package var deletesReplacedRoot: Bool
    /// The volume that was the root before.
    package var oldRoot: Volume.ID?
    /// What the new root is to be.
    var shape: Volume.Shape
    var source: EBSSnapshot.ID
}

/// The parameters of CreateReplaceRootVolumeTask.
package struct CreateReplaceRootVolumeTask: Hashable, Sendable {
    package var instance: Instance.ID
    /// A snapshot of an earlier or the present root; with neither this nor an image it is the launch state.
    ///
    /// Rule: AWS-133.
    package var snapshot: EBSSnapshot.ID?
    package var image: Image.ID?
    package var deletesReplacedRoot = false
    package var tags: [ResourceTag] = []
    package var clientToken: String?

    package init(instance: Instance.ID) { self.instance = instance }
}
