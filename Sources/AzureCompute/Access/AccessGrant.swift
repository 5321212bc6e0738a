package import LabCore

/// A permission to read or write a disk, a snapshot or a disk restore point from outside, for a time.
///
/// Rule: https://learn.microsoft.com/rest/api/compute/disks/grant-access
package struct AccessGrant: Hashable, Sendable {
    /// What is permitted.
    package enum Access: String, Hashable, Sendable, CaseIterable { case read = "Read", write = "Write" }

    /// Tells this grant from a later one.
    package let id: String
    package let access: Access
    package var expires: Instant
    /// The address that carries the permission.
    package let uri: String
}
