package import Hypervisor
package import LabCore

/// The disks of a machine and the file systems that are mounted on them.
package struct Storage: Hashable, Sendable {
    package var drives = Drives()
    package var fileSystems: [DiskRole: FileSystem] = [:]

    package init() {}

    /// The roles with a mounted file system, root first.
    package var mounted: [DiskRole] { fileSystems.keys.sorted() }

    /// Works on one file system and the disks.
    ///
    /// - Throws: what `body` throws, or `notMounted`.
    @discardableResult
    package mutating func on<Result>(
        _ role: DiskRole, _ body: (inout FileSystem, inout Drives) throws(FileSystemFault) -> Result
    ) throws(FileSystemFault) -> Result {
        guard var fileSystem = fileSystems.removeValue(forKey: role) else { throw .notMounted }
        defer { fileSystems[role] = fileSystem }
        return try body(&fileSystem, &drives)
    }

    /// Looks at one file system.
    package func reading<Result>(
        _ role: DiskRole, _ body: (FileSystem, Drives) throws(FileSystemFault) -> Result
    ) throws(FileSystemFault) -> Result {
        guard let fileSystem = fileSystems[role] else { throw .notMounted }
        return try body(fileSystem, drives)
    }

    /// Replaces a file so that a crash finds the old or the new one: a copy beside it, `fsync`, a rename, `fsync`.
    package mutating func replace(
        _ path: String, of role: DiskRole, with bytes: [UInt8]
    ) throws(FileSystemFault) {
        try on(role) { fileSystem, drives throws(FileSystemFault) in
            let file = try fileSystem.write(bytes, to: path + ".new", in: &drives)
            try fileSystem.fsync(file, to: &drives)
            try fileSystem.rename(path + ".new", to: path, in: &drives)
            try fileSystem.fsync(file, to: &drives)
        }
    }

    /// The contents of a small text file; nothing when it is missing or unreadable.
    package func text(_ path: String, of role: DiskRole) -> String? {
        let bytes = try? reading(role) { fileSystem, drives throws(FileSystemFault) in  // Unreadable counts as missing.
            try fileSystem.bytes(of: path, in: drives)
        }
        return bytes.flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// When the next timer of a file system falls due.
    package var nextDue: Instant? { fileSystems.values.lazy.compactMap(\.nextDue).min() }

    /// Moves the guest's time on; nothing is due before `now`.
    package mutating func setClock(_ now: Instant) {
        for role in DiskRole.allCases { fileSystems[role]?.clock = now }
    }

    /// Does what is due.
    ///
    /// A file system that cannot write loses what it could not write, as a real one does.
    package mutating func runTimers() {
        for role in mounted where fileSystems[role]?.isDue == true {
            // The error would be in the kernel's log; the space for cached pages is set aside, so none is expected.
            try? on(role) { fileSystem, drives throws(FileSystemFault) in try fileSystem.runTimers(on: &drives) }
        }
    }
}
