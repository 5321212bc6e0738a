package import SimulatedMachine

/// The checkpoints of one machine, and the one that its present state descends from.
///
/// A new one hangs under the current one and becomes current.
/// Rules: HV-001 and HV-058.
/// To apply another makes it current and leaves the tree as it is.
/// Rule: HV-067.
/// What hangs under one that is removed moves up in its place, and so does the present state.
/// Rules: HV-092 and HV-104.
package typealias SnapshotTree = SnapshotForest<Checkpoint.ID>
