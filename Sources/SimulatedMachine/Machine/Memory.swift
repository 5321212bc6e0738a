package import Hypervisor
package import LabCore

/// The volatile state of a guest: lost with the power, kept by a snapshot with memory.
///
/// Copying it takes constant time.
public struct Memory: Hashable, Sendable {
    /// Services, jobs, the database's buffers.
    package var session: Session
    /// The file systems with their page caches and running transactions.
    package var fileSystems: [DiskRole: FileSystem]
    /// The guest's time.
    package var clock: Instant

    /// The name of the run of the guest from boot to power-off that goes on when the memory is restored.
    public var bootID: String { session.bootID }
}
