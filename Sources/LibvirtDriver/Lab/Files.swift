package import Foundation
internal import Glibc
package import Hypervisor

/// Files and folders of the host, with refusals that name the path.
package enum Files {
    /// Creates a folder and those above it.
    package static func makeFolder(_ path: String) throws(Refusal) {
        try refusing(path) { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    }

    /// Whether there is a file or folder.
    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// The names in a folder, sorted; none when there is no such folder.
    package static func names(in folder: String) -> [String] {
        // A folder that is not there has no names in it.
        (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? []
    }

    /// Removes a file or a folder with all that is in it; does nothing when it is not there.
    package static func remove(_ path: String) throws(Refusal) {
        guard exists(path) else { return }
        try refusing(path) { try FileManager.default.removeItem(atPath: path) }
    }

    /// Moves a file or folder.
    package static func move(_ path: String, to target: String) throws(Refusal) {
        try refusing(path) { try FileManager.default.moveItem(atPath: path, toPath: target) }
    }

    /// What stands in a file.
    package static func read(_ path: String) throws(Refusal) -> Data {
        try refusing(path) { try Data(contentsOf: URL(fileURLWithPath: path)) }
    }

    /// Writes a file so that after a crash at any moment it has either its old or its new contents, whole.
    package static func write(_ text: String, to path: String) throws(Refusal) { try write(Data(text.utf8), to: path) }

    /// Writes a file so that after a crash at any moment it has either its old or its new contents, whole.
    package static func write(_ contents: Data, to path: String) throws(Refusal) {
        let draft = path + ".new"
        try refusing(path) {
            let file = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
            try handle.write(contentsOf: contents)
            try handle.synchronize()
            try handle.close()
            guard unsafe rename(draft, path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            // The new name must reach the disk too, or the old contents come back after a power failure.
            let folder = unsafe open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
            if folder >= 0 {
                _ = fsync(folder)
                _ = close(folder)
            }
        }
    }

    private static func refusing<Result>(_ path: String, _ body: () throws -> Result) throws(Refusal) -> Result {
        do {
            return try body()
        } catch {
            throw Refusal(.lab, code: "FileTrouble", message: "\(path): \(error.localizedDescription)")
        }
    }
}
