internal import Foundation
package import Hypervisor

/// Reads a machine's facts from its disk images on the host: no guest, no mount, no root.
///
/// The same program reads here and in the guest, so digests of both compare.
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
    /// - Parameters:
    ///   - disks: the contents of the machine's disks.
    ///   - external: the disk of a database outside the machine, where there is one.
    /// - Throws: a refusal of the kind `lab` when an image cannot be read.
    /// - Returns: the facts of contents and recoveries.
    package func facts(
        of disks: [DiskRole: Source], external: Source? = nil
    ) async throws(Refusal) -> Facts {
        let folder = "\(scratch)/inspection-\(UUID().uuidString)"
        do throws(Refusal) {
            let facts = try await facts(of: disks, external: external, in: folder)
            try Files.remove(folder)
            return facts
        } catch {
            try? Files.remove(folder)  // Why the disks cannot be read is worth more.
            throw error
        }
    }

    private func facts(
        of disks: [DiskRole: Source], external: Source?, in folder: String
    ) async throws(Refusal) -> Facts {
        try GuestScripts.write(into: "\(folder)/scripts")
        let copies = DiskRole.allCases.map { "\(folder)/\($0.rawValue)" } + ["\(folder)/external"]
        for copy in copies { try Files.makeFolder(copy) }
        var recoveries: Facts = [:]
        for role in DiskRole.allCases {
            guard let source = disks[role] else { continue }
            let paths = role == .root ? Self.rootPaths : ["/labapp"]
            let word = try await copy(source, to: "\(folder)/\(role.rawValue)", paths, folder)
            recoveries[.fileSystem(role)] = .text(word)
        }
        if let external { _ = try await copy(external, to: copies[2], ["/labapp"], folder) }
        // Without a data disk the data lives on the root disk.
        let data = disks[.data] == nil ? "\(copies[0])/data" : copies[1]
        let text = try await HostProgram.run(
            "perl", ["-w", "\(folder)/scripts/keeper.pl", "facts", copies[0], data, copies[2]])
        guard var facts = try? JSONDecoder().decode(Facts.self, from: Data(text.utf8)) else {  // The text says more.
            throw Refusal(.lab, code: "NoInspection", message: "the disks cannot be understood: \(text)")
        }
        facts.merge(recoveries)
        facts[.service] = "down: the machine is off"
        return facts
    }

    /// What is looked at on a root disk.
    private static let rootPaths = [
        "/usr/lib/labapp", "/etc/labapp", "/etc/default", "/var/lib/dpkg/status", "/var/lib/dpkg/updates",
        "/var/lib/labapp", "/data",
    ]

    /// Copies what is looked at out of a disk; gives how its file system would come up.
    private func copy(
        _ source: Source, to target: String, _ paths: [String], _ folder: String
    ) async throws(Refusal) -> String {
        try await HostProgram.run(
            "sh", ["\(folder)/scripts/inspect-disk.sh", source.path, source.snapshot ?? "-", target] + paths)
    }
}
