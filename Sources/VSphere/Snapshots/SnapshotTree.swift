package import SimulatedMachine

/// The snapshots of one machine, and the point from which the running state descends.
///
/// A new one hangs under the current one and becomes current.
/// Rule: VMW-024.
/// A revert makes any other current and leaves the tree as it is.
/// Rules: VMW-061 and VMW-062.
/// What is removed without its children has them move up in its place, and the current point with them when it was that one.
/// Rules: VMW-091 and VMW-092.
package typealias SnapshotTree = SnapshotForest<Moref<VirtualMachineSnapshot>>
