package import Hypervisor

/// Reads a machine's facts from its disk images on the host: no guest, no mount, no root.
package struct HostInspection: Sendable {
    /// The contents of a disk.
    package struct Source: Hashable, Sendable {
        /// The absolute path of the image, whose backing files are read too.
        package var path: String
        /// The internal snapshot to read; nothing for the present contents.
        package var snapshot: String?

        /// Makes a description of a disk's contents.
        package init(path: String, snapshot: String? = nil) {
            self.path = path
            self.snapshot = snapshot
        }
    }

    /// A folder for copies, which are removed again.
    package let scratch: String

    /// Makes an inspection that copies into `scratch`, the absolute path of a folder with room for the disks.
    package init(scratch: String) { self.scratch = scratch }

    /// What a boot would find on these disks: contents, and what would have to be replayed or is corrupt.
    ///
    /// - Parameter external: the disk of a database outside the machine, where there is one.
    package func facts(
        of disks: [DiskRole: Source], external: Source? = nil
    ) async throws(Refusal) -> Facts {
        throw Refusal(.lab, code: "NoInspection", message: "no disk can be read")
    }
}
